import { AsyncLocalStorage } from 'node:async_hooks';
import { errorType } from '../../domain/error-type';
import type { MetricName, StepName } from '../../model/telemetry';
import type { Attributes, Telemetry } from '../../ports/telemetry';

export interface ToldStep {
  name: StepName;
  about: Attributes;
  /** The step around it. */
  within: StepName | undefined;
  /** Another process's step around it. */
  parent: string | undefined;
  links: readonly string[];
}

export interface MemoryTelemetry extends Telemetry {
  /** Steps, as they end. */
  steps: ToldStep[];
  /** Every value that was counted or measured. */
  figures: { name: MetricName; value: number; about: Attributes }[];
}

/** Keeps what it is told. */
export function memoryTelemetry(): MemoryTelemetry {
  const around = new AsyncLocalStorage<StepName>();
  const steps: ToldStep[] = [];
  const figures: MemoryTelemetry['figures'] = [];
  return {
    steps,
    figures,
    step: async (name, about, work, { parent, links = [] } = {}) => {
      const step: ToldStep = { name, about, within: parent ? undefined : around.getStore(), parent, links };
      const tell = (more: Attributes) => void (step.about = { ...step.about, ...more });
      try {
        return await around.run(name, async () => work(tell));
      } catch (error) {
        tell({ 'error.type': errorType(error) });
        throw error;
      } finally {
        steps.push(step);
      }
    },
    count: (name, value, about = {}) => void figures.push({ name, value, about }),
    measure: (name, value, about = {}) => void figures.push({ name, value, about }),
  };
}
