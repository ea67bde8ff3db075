import { refuse } from '../domain/fields';
import type { HubEvent } from '../domain/hub-event';
import type { Opened } from '../domain/settlement';
import type { Source } from '../ports/alert-ledger';
import type { RecordStore } from '../ports/record-store';
import { parkMessages } from './park-messages';
import type { Parked } from './park-messages';
import { readEvents } from './read-events';
import type { ReadDeps } from './read-events';
import { settleAlerts } from './settle-alerts';
import type { SettleDeps } from './settle-alerts';
import type { Origin } from './settle-parts';
import { keyOf } from './settle-sources';

export interface IngestDeps extends SettleDeps, ReadDeps {
  records: RecordStore;
}

/** What became of a batch of events. */
export interface Ingested {
  opened: Opened[];
  parked: Parked[];
  /** Alerts that an earlier delivery had settled. */
  skipped: number;
  /** Events that are none of ours: the hub's own notices. */
  ignored: number;
}

/**
 * Turns a batch of one hub partition into alerts and settles them. Returns when all of it is durable, throws when the
 * storage fails, so that the batch is delivered again. What cannot be understood, or stored, is parked and blocks nobody.
 */
export async function ingestEvents(source: Source, batch: readonly HubEvent[], deps: IngestDeps): Promise<Ingested> {
  const devices = deps.devices.open();
  const { arrivals, refusals, covered, ignored, partOf } = await readEvents(source, batch, devices, deps);
  const parked = await parkMessages(source, refusals, deps);
  const setAside: Origin['setAside'] = async (arrival, words) => {
    parked.push(
      ...(await parkMessages(source, [{ ...partOf(arrival), refusal: refuse('not-storable', words) }], deps)),
    );
  };
  const { opened, skipped } = await settleAlerts({ arrivals, origin: { source, covered, setAside } }, devices, deps);
  const last = covered.at(-1);
  if (last) deps.progress.set(keyOf(source), last);
  return { opened, parked, skipped, ignored };
}
