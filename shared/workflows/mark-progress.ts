import type { HubEvent } from '../domain/hub-event';
import type { Source } from '../ports/alert-ledger';
import type { IngestMarks } from '../ports/ingest-marks';

export interface MarkDeps {
  marks: IngestMarks;
  /** When each partition was marked last by this process. */
  marked: Map<string, number>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A mark is for people to look at; under load there are a hundred batches a second. */
const interval = 10_000;

/** Notes for people how far a partition is, now and then. */
export async function markProgress(
  { hub, partition }: Source,
  events: readonly HubEvent[],
  deps: MarkDeps,
): Promise<void> {
  const [key, now] = [`${hub}/${partition}`, deps.now()];
  const newest = events.at(-1);
  if (!newest || now - (deps.marked.get(key) ?? -Infinity) < interval) return;
  deps.marked.set(key, now);
  await deps.marks.note({ hub, partition, sequence: newest.sequence, enqueued: newest.enqueued, handled: now });
}
