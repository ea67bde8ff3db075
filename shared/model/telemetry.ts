/*
 * What the service tells of its work: metrics, steps of traces, and what each may say. Names are stable, because alert rules
 * and dashboards ask for them; docs/operations.md is written from these rows. Nothing here holds what a device sent.
 */

/** What a step or a figure may say of itself. */
export const attributes = {
  'ccs.function': 'function that was called',
  'ccs.hub': 'Event Hubs-compatible name of the hub',
  'ccs.partition': 'partition of the hub',
  'ccs.sequence.first': 'first sequence number of a batch',
  'ccs.sequence.last': 'last sequence number of a batch',
  'ccs.events': 'events of a batch',
  'ccs.shard': 'shard of the alerts',
  'ccs.alerts': 'alerts that are written together',
  'ccs.device': 'Device ID',
  'ccs.parent': 'id of the primary alert',
  'ccs.case': 'id of the case',
  'ccs.work_order': 'id of the work order',
  'ccs.outcome': '`committed`, or `lost-race` when somebody else was faster and the step is done again',
  'ccs.operation': 'HTTP method of a storage request; `BATCH` for a transaction of several rows',
  'http.response.status_code': 'status of the answer',
  'error.type': 'code of our error, or the name of one of the runtime; never its text',
} as const;

export type AttributeName = keyof typeof attributes;

interface Metric {
  kind: 'counter' | 'histogram';
  /** As UCUM writes it. */
  unit: string;
  means: string;
  watch: string;
  about?: readonly AttributeName[];
}

export const metrics = {
  'ccs.events': {
    kind: 'counter',
    unit: '{event}',
    means: 'events of the hub that were dealt with, repeats included',
    watch: 'none for longer than devices are silent: see `ccs.lag` and the failures of `onIoTHubEvents`',
    about: ['ccs.partition'],
  },
  'ccs.alerts': {
    kind: 'counter',
    unit: '{alert}',
    means: 'alerts that were written, from wherever they came',
    watch: 'a jump: rules that are too tight, or a device that cannot stop',
  },
  'ccs.parents': {
    kind: 'counter',
    unit: '{alert}',
    means: 'alerts among them that are primary alerts',
    watch: 'nearly as many as `ccs.alerts`: the window or the group key does not fit',
  },
  'ccs.duplicates': {
    kind: 'counter',
    unit: '{alert}',
    means: 'alerts among them that a primary alert counts',
    watch: '',
  },
  'ccs.cases': { kind: 'counter', unit: '{case}', means: 'cases that alerts opened by themselves', watch: 'a jump' },
  'ccs.work_orders': {
    kind: 'counter',
    unit: '{order}',
    means: 'work orders that alerts opened by themselves',
    watch: 'a jump',
  },
  'ccs.parked': {
    kind: 'counter',
    unit: '{message}',
    means:
      'messages, or parts of them, that were not understood, or cannot be stored as alerts, and are kept in `ccs_parkedmessages`',
    watch: 'any',
    about: ['ccs.partition'],
  },
  'ccs.duplicates.skipped': {
    kind: 'counter',
    unit: '{alert}',
    means: 'alerts that had been written by an earlier delivery of the same events',
    watch: 'many for long: batches fail after they were written, or the host loses its checkpoints',
    about: ['ccs.partition'],
  },
  'ccs.commit.duration': {
    kind: 'histogram',
    unit: 's',
    means: 'time of one commit to a shard',
    watch: 'more than a second: storage is slow or throttles',
    about: ['ccs.outcome'],
  },
  'ccs.lag': {
    kind: 'histogram',
    unit: 's',
    means: 'from the moment the hub took the oldest event of a batch until the batch was durable',
    watch: 'more than a minute and growing: more partitions or instances, or storage is slow',
    about: ['ccs.partition'],
  },
  'ccs.storage.transactions': {
    kind: 'counter',
    unit: '{request}',
    means: 'requests to Table Storage, each try of one; what storage is billed by',
    watch: 'status 429 or 503: storage throttles',
    about: ['ccs.operation', 'http.response.status_code'],
  },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof metrics;
type OfKind<K extends Metric['kind']> = {
  [N in MetricName]: (typeof metrics)[N]['kind'] extends K ? N : never;
}[MetricName];
export type CounterName = OfKind<'counter'>;
export type HistogramName = OfKind<'histogram'>;

interface Step {
  means: string;
  about: readonly AttributeName[];
}

/** Steps of a trace, from the outermost to the innermost. */
export const steps = {
  'ccs.function': { means: 'one call of a function, within the trace of the Functions host', about: ['ccs.function'] },
  'ccs.ingest': {
    means: 'one batch of a hub partition; linked to the traces that its events name (`traceparent`, `Diagnostic-Id`)',
    about: ['ccs.hub', 'ccs.partition', 'ccs.sequence.first', 'ccs.sequence.last', 'ccs.events'],
  },
  'ccs.read': { means: 'reading what a shard knows', about: ['ccs.shard'] },
  'ccs.plan': { means: 'deciding what each alert is and opens, with fresh devices for parents', about: ['ccs.shard'] },
  'ccs.commit': { means: 'writing it in one transaction', about: ['ccs.shard', 'ccs.alerts', 'ccs.outcome'] },
  'ccs.ticket': {
    means: 'a case or work order that the commit opened; has no length',
    about: ['ccs.parent', 'ccs.device', 'ccs.case', 'ccs.work_order'],
  },
} as const satisfies Record<string, Step>;

export type StepName = keyof typeof steps;
