import { ROOT_CONTEXT, SpanStatusCode, TraceFlags, context, trace } from '@opentelemetry/api';
import type { Context, Link, Meter, SpanContext, Tracer } from '@opentelemetry/api';
import { errorType } from '../../domain/error-type';
import { readTraceparent } from '../../domain/traceparent';
import { metrics } from '../../model/telemetry';
import type { MetricName } from '../../model/telemetry';
import type { Telemetry } from '../../ports/telemetry';

/** Times range from a storage transaction to an outage; seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** Steps and metrics through the API of OpenTelemetry. Errors are told by their kind: their texts may quote a message. */
export function openTelemetry(tracer: Tracer, meter: Meter): Telemetry {
  const instruments = instrumentsOf(meter);
  return {
    step: async (name, about, work, { parent, links = [] } = {}) => {
      const title = about['ccs.function'] === undefined ? name : `${name} ${about['ccs.function']}`;
      const options = { attributes: about, links: links.flatMap(linkTo) };
      return tracer.startActiveSpan(title, options, contextOf(parent), async (span) => {
        try {
          return await work((more) => void span.setAttributes(more));
        } catch (error) {
          span.setAttribute('error.type', errorType(error)).setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      });
    },
    count: (name, more, about) => instruments[name](more, about),
    measure: (name, value, about) => instruments[name](value, about),
  };
}

type Instrument = (value: number, about?: Record<string, string | number>) => void;

function instrumentsOf(meter: Meter): Record<MetricName, Instrument> {
  const pairs = Object.entries(metrics).map(([name, { kind, unit, means: description }]): [string, Instrument] => {
    if (kind === 'counter') {
      const counter = meter.createCounter(name, { unit, description });
      return [name, (value, about) => counter.add(value, about)];
    }
    const advice = { explicitBucketBoundaries: bounds };
    const histogram = meter.createHistogram(name, { unit, description, advice });
    return [name, (value, about) => histogram.record(value, about)];
  });
  return Object.fromEntries(pairs) as Record<MetricName, Instrument>;
}

function contextOf(parent: string | undefined): Context {
  const remote = remoteOf(parent);
  return remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : context.active();
}

function linkTo(text: string): Link[] {
  const remote = remoteOf(text);
  return remote ? [{ context: remote }] : [];
}

function remoteOf(text: string | undefined): SpanContext | undefined {
  const read = readTraceparent(text);
  if (!read) return undefined;
  const { traceId, spanId, isSampled } = read;
  return { traceId, spanId, traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE, isRemote: true };
}
