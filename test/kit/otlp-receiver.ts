import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number };
type Told = { key: string; value: Value }[];

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  kind: number;
  status: { code?: number };
  about: Record<string, string | number>;
  links: { traceId: string; spanId: string }[];
}

export interface ReceivedPoint {
  metric: string;
  unit: string;
  /** The sum of a counter; of a histogram, how many values there are. */
  value: number;
  /** Of a histogram, the sum of its values. */
  sum?: number;
  about: Record<string, string | number>;
}

/** Takes OTLP over HTTP (JSON) on a port of this machine and keeps it. */
export async function startOtlpReceiver() {
  /** Everything that came, as it came. */
  const bodies: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const spans: ReceivedSpan[] = [];
  const resources: Record<string, string | number>[] = [];
  let points: ReceivedPoint[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(text);
      headers.push(request.headers);
      if (request.url === '/v1/traces') spans.push(...spansIn(text, resources));
      // Sums are those since the start: the latest report says everything.
      if (request.url === '/v1/metrics') points = pointsIn(text);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    headers,
    spans,
    resources,
    points: () => points,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function spansIn(text: string, resources: Record<string, string | number>[]): ReceivedSpan[] {
  type Span = Omit<ReceivedSpan, 'about' | 'links'> & { attributes: Told; links?: ReceivedSpan['links'] };
  const { resourceSpans } = JSON.parse(text) as {
    resourceSpans: { resource: { attributes: Told }; scopeSpans: { spans: Span[] }[] }[];
  };
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    resources.push(read(resource.attributes));
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ attributes, links = [], ...span }) => ({ ...span, about: read(attributes), links })),
    );
  });
}

function pointsIn(text: string): ReceivedPoint[] {
  type Point = { attributes: Told; asInt?: number | string; asDouble?: number; count?: number | string; sum?: number };
  type Metric = { name: string; unit: string; sum?: { dataPoints: Point[] }; histogram?: { dataPoints: Point[] } };
  const { resourceMetrics } = JSON.parse(text) as { resourceMetrics: { scopeMetrics: { metrics: Metric[] }[] }[] };
  const found = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
  return found.flatMap(({ name, unit, sum: counter, histogram }) =>
    (counter ?? histogram)!.dataPoints.map(({ attributes, asInt, asDouble, count, sum }) => ({
      metric: name,
      unit,
      value: Number(asInt ?? asDouble ?? count),
      ...(histogram && sum !== undefined && { sum }),
      about: read(attributes),
    })),
  );
}

function read(told: Told): Record<string, string | number> {
  return Object.fromEntries(
    told.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  );
}
