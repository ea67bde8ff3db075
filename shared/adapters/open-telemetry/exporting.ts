import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Telemetry } from '../../ports/telemetry';
import { openTelemetry } from './telemetry';

/** Somebody who takes what is told. */
export interface Receiver {
  spans: SpanExporter;
  metrics: PushMetricExporter;
}

export interface Exporting {
  telemetry: Telemetry;
  /** Sends what was not sent yet, and ends. What cannot be sent is lost. */
  stop(): Promise<void>;
}

/** Which program tells it. */
export interface Teller {
  name: string;
  version: string;
  /** Tells instances apart. */
  instance: string;
}

const name = 'connected-customer-service';

/** Gathers steps and metrics and sends them on: steps within five seconds, metrics every `interval` milliseconds. */
export function exportTo(receivers: readonly Receiver[], teller: Teller, interval: number): Exporting {
  const resource = resourceFromAttributes({
    'service.name': teller.name,
    'service.version': teller.version,
    'service.instance.id': teller.instance,
  });
  // Nothing else is made global: the SDKs of Azure would begin to tell of each of their requests.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracers = new BasicTracerProvider({
    resource,
    spanProcessors: receivers.map(({ spans }) => new BatchSpanProcessor(spans)),
  });
  const meters = new MeterProvider({
    resource,
    readers: receivers.map(
      ({ metrics }) =>
        new PeriodicExportingMetricReader({
          exporter: metrics,
          exportIntervalMillis: interval,
          exportTimeoutMillis: Math.min(interval, 30_000),
        }),
    ),
  });
  return {
    telemetry: openTelemetry(tracers.getTracer(name), meters.getMeter(name)),
    stop: async () => {
      await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
    },
  };
}
