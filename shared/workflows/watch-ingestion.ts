import type { HubEvent } from '../domain/hub-event';
import type { Source } from '../ports/alert-ledger';
import type { Telemetry } from '../ports/telemetry';
import type { Ingested } from './ingest-events';

/** A batch of a hub partition, and the traces that its events name. */
interface WatchedBatch {
  source: Source;
  events: readonly HubEvent[];
  links: readonly string[];
}

export interface Watched extends Ingested {
  /** From the moment the hub took the oldest event until the batch was durable; milliseconds. */
  lag: number;
}

/** Does the work on a batch as a step of a trace, and counts what became of it. */
export async function watchIngestion(
  { source: { hub, partition }, events, links }: WatchedBatch,
  { telemetry, now }: { telemetry: Telemetry; now(): number },
  work: () => Promise<Ingested>,
): Promise<Watched> {
  const here = { 'ccs.partition': partition };
  const sequences = {
    'ccs.sequence.first': events[0]?.sequence ?? 0,
    'ccs.sequence.last': events.at(-1)?.sequence ?? 0,
  };
  const about = { 'ccs.hub': hub, ...here, ...sequences, 'ccs.events': events.length };
  const result = await telemetry.step('ccs.ingest', about, work, { links });
  // In one partition the hub takes events one after the other.
  const lag = Math.max(0, now() - (events[0]?.enqueued ?? now()));
  telemetry.count('ccs.events', events.length, here);
  telemetry.measure('ccs.lag', lag / 1000, here);
  if (result.parked.length > 0) telemetry.count('ccs.parked', result.parked.length, here);
  if (result.skipped > 0) telemetry.count('ccs.duplicates.skipped', result.skipped, here);
  return { ...result, lag };
}
