import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { Receiver } from './exporting';

/** For one report and all tries of it, so that an instance that is to end does. */
const timeoutMillis = 5_000;

/** A receiver that speaks OTLP over HTTP (JSON), e.g. a collector at port 4318. */
export function otlpReceiver({ endpoint, headers }: { endpoint: string; headers: Record<string, string> }): Receiver {
  const root = endpoint.replace(/\/$/, '');
  return {
    spans: new OTLPTraceExporter({ url: `${root}/v1/traces`, headers, timeoutMillis }),
    metrics: new OTLPMetricExporter({ url: `${root}/v1/metrics`, headers, timeoutMillis }),
  };
}
