import type { AttributeName, CounterName, HistogramName, StepName } from '../model/telemetry';

export type Attributes = Readonly<Partial<Record<AttributeName, string | number>>>;

/** Where a step comes from, as W3C trace parents. What is none is passed over. */
export interface Origin {
  /** The step it is a part of, when that is in another process. */
  parent?: string | undefined;
  /** Others that led to it. */
  links?: readonly string[];
}

/** What the service tells of its work to whoever watches it. Telling never fails and never waits. */
export interface Telemetry {
  /** Does `work` as a step of a trace; steps within it are its parts. `tell` says more of it. What `work` throws is thrown. */
  step<T>(
    name: StepName,
    about: Attributes,
    work: (tell: (more: Attributes) => void) => Promise<T>,
    origin?: Origin,
  ): Promise<T>;
  /** Adds to a counter. */
  count(name: CounterName, more: number, about?: Attributes): void;
  /** One more value of a histogram, in its unit. */
  measure(name: HistogramName, value: number, about?: Attributes): void;
}

/** Nobody watches. */
export const silentTelemetry: Telemetry = {
  step: async (_name, _about, work) => work(() => undefined),
  count: () => undefined,
  measure: () => undefined,
};
