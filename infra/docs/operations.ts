import { logIds, logLines } from '../../shared/model/log-lines';
import { attributes, metrics, steps } from '../../shared/model/telemetry';
import { code, heading, list, page, table } from './markdown';
import type { Block } from './markdown';
import { runbooks } from './runbooks';

/** The page for whoever keeps the service running. Names come from the tables that the service itself uses. */
export function operationsPage(): string {
  return page([
    '<!-- Written by `npm run docs`. Change shared/model/telemetry.ts, shared/model/log-lines.ts or infra/docs, and run it again. -->',
    heading(1, 'Operations'),
    'What the service tells of itself, what to watch, and what to do when you are woken.',
    ...healthSection(),
    ...wokenSection(),
    ...exportSection(),
    ...metricsSection(),
    ...tracesSection(),
    ...logSection(),
  ]);
}

function healthSection(): Block[] {
  return [
    heading(2, 'Is it well?'),
    list([
      '`GET /api/health` answers anybody with `{"status":"up"}` while the app runs and its settings can be used. It asks nothing of ' +
        'storage or hub.',
      '`GET /api/health?details` asks storage, hub and queues, and says of each part how it is (`good`, `attention`, `down`, `off`), in ' +
        'words, and what to do. It needs an access key or a token with a role ([identity.md](identity.md)). `status` is the worst of ' +
        'them. The answer is 200 also when a part is down, and comes within about six seconds.',
      'How far a partition is, is marked every ten seconds at most. Whether newer events wait in the hub is not known there.',
    ]),
  ];
}

function wokenSection(): Block[] {
  return [
    heading(2, 'When you are woken'),
    ...Object.entries(runbooks).flatMap(([rule, advice]) => [heading(3, code(rule)), list(advice)]),
  ];
}

function exportSection(): Block[] {
  return [
    heading(2, 'Where it is told'),
    list([
      '`OTEL_EXPORTER_OTLP_ENDPOINT`: a collector that takes OTLP over HTTP (JSON), usually at port 4318. Set ' +
        '`OTEL_EXPORTER_OTLP_PROTOCOL` to `http/protobuf` beside it, which the Functions host reads, so that both speak to the same port. ' +
        'Locally: `OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 npm start`.',
      '`APPLICATIONINSIGHTS_CONNECTION_STRING`: Application Insights. Steps are in `AppDependencies`, metrics in ' +
        '`AppMetrics`. Where storage is opened with an identity, Application Insights is, too. Its exporter also tells Microsoft how it is used, ' +
        'unless `APPLICATION_INSIGHTS_NO_STATSBEAT` is set.',
      'With neither, nothing is gathered. With both, both are told.',
      '`host.json` has `telemetryMode` OpenTelemetry: in Azure the Functions host tells of its calls, and of the log, in the same traces. ' +
        'The local host does not; there, the log is its output.',
      'Steps are sent within five seconds, metrics every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds. A receiver that is away holds ' +
        'nobody up, and what it misses is lost.',
    ]),
  ];
}

function metricsSection(): Block[] {
  return [
    heading(2, 'Metrics'),
    table(
      ['metric', 'unit', 'what it counts or measures', 'by', 'watch'],
      Object.entries(metrics).map(([name, row]) => [
        code(name),
        row.unit,
        row.means,
        'about' in row ? row.about.map(code).join(', ') : '',
        row.watch,
      ]),
    ),
  ];
}

function tracesSection(): Block[] {
  return [
    heading(2, 'Traces'),
    'From the batch that the hub delivered to the case that it opened. Steps are for batches and shards, never for single alerts.',
    table(
      ['step', 'what it is', 'says'],
      Object.entries(steps).map(([name, row]) => [code(name), row.means, row.about.map(code).join(', ')]),
    ),
    'What steps and metrics say of themselves:',
    table(
      ['attribute', 'meaning'],
      Object.entries(attributes).map(([name, meaning]) => [code(name), meaning]),
    ),
  ];
}

function logSection(): Block[] {
  return [
    heading(2, 'Log'),
    'A line is `<name>: <what it means> <what to do> <ids as JSON>`. To find lines, ask for their names; to read the ids:',
    [
      '```kusto',
      'AppTraces',
      '| where Message startswith "message-parked:"',
      '| extend ids = parse_json(extract(@"(\\{.*\\})$", 1, Message))',
      '| summarize count() by tostring(ids.device), tostring(ids.reason)',
      '```',
    ].join('\n'),
    table(
      ['line', 'level', 'means', 'do'],
      Object.entries(logLines).map(([name, row]) => [code(name), row.level, row.means, row.do]),
    ),
    'A line names these and nothing else. What devices sent, bodies of requests, keys and tokens are never written.',
    table(
      ['id', 'meaning'],
      Object.entries(logIds).map(([name, meaning]) => [code(name), meaning]),
    ),
  ];
}
