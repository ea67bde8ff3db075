import { isRefusal } from '../domain/fields';
import type { Refusal } from '../domain/fields';
import { foldNotices } from '../domain/fold-notices';
import { readNotice } from '../domain/hub-notice';
import type { HubNotice, Notice } from '../domain/hub-notice';
import type { HubEvent } from '../domain/hub-event';
import type { Source } from '../ports/alert-ledger';
import type { RecordStore, Stored } from '../ports/record-store';
import { requestData } from './data-requests';
import type { DataRequestDeps } from './data-requests';
import { inTurns } from './in-turns';
import { parkMessages } from './park-messages';
import type { Parked } from './park-messages';
import { reviseDevice } from './revise-devices';

export interface NoticeDeps extends DataRequestDeps {
  records: RecordStore;
}

/** What a batch of notices came to. */
export interface Taken {
  /** Devices whose records changed. */
  changed: number;
  /** Device IDs of registered devices that were deleted in the hub. */
  unregistered: string[];
  /** Device IDs whose whole twin is read, because reports are missing in between. */
  pulled: string[];
  parked: Parked[];
}

interface Told {
  deviceId: string;
  notices: Notice[];
}

const atOnce = 16;

/**
 * Writes what the hub tells of its devices to their records: one write for each device, however much is told of it. The same
 * batch again changes nothing. Throws when the storage cannot be reached, so that the batch comes again; what
 * cannot be understood is parked and blocks nobody.
 */
export async function takeNotices(source: Source, batch: readonly HubNotice[], deps: NoticeDeps): Promise<Taken> {
  const ordered = batch.toSorted((a, b) => a.event.sequence - b.event.sequence);
  const { told, refusals } = byDevice(ordered);
  const parked = await parkMessages(source, refusals, deps);
  const known = await find(told, deps);
  const incomplete = known.filter(({ stored, notices }) => foldNotices(stored.row, notices).pull);
  // Asked for before anything is written: once it is, the same notices are old news.
  if (ordered[0]) await pull(incomplete, source, ordered[0].event, deps);
  const taken: Taken = { changed: 0, unregistered: [], pulled: incomplete.map(({ deviceId }) => deviceId), parked };
  await inTurns(known, atOnce, async ({ deviceId, notices, stored }) => {
    let isUnregistered = false;
    const write = await reviseDevice(
      idOf(stored),
      deps,
      (device) => {
        const { columns } = foldNotices(device, notices);
        isUnregistered = columns.msdyn_registrationstatus !== undefined;
        return columns;
      },
      stored,
    );
    if (write) taken.changed += 1;
    if (write && isUnregistered) taken.unregistered.push(deviceId);
  });
  return taken;
}

function byDevice(batch: readonly HubNotice[]) {
  const told = new Map<string, Told>();
  const refusals: { event: HubEvent; index: number; refusal: Refusal }[] = [];
  for (const each of batch) {
    const notice = readNotice(each);
    if (isRefusal(notice)) refusals.push({ event: each.event, index: 0, refusal: notice });
    else if (notice.kind !== 'nothing') {
      const { deviceId } = notice;
      const of = told.get(deviceId) ?? { deviceId, notices: [] };
      told.set(deviceId, of);
      of.notices.push(notice);
    }
  }
  return { told: [...told.values()], refusals };
}

/** Those that have a record; of others the hub may have as many as it likes. */
async function find(told: readonly Told[], { records }: NoticeDeps): Promise<(Told & { stored: Stored })[]> {
  const found: (Told & { stored: Stored })[] = [];
  await inTurns(told, atOnce, async (each) => {
    const stored = await records.getByAlternateKey('msdyn_iotdevice', each.deviceId);
    if (stored) found.push({ ...each, stored });
  });
  return found;
}

/** The request is the same when the batch comes again. */
async function pull(
  devices: readonly { stored: Stored }[],
  { hub, partition }: Source,
  { sequence, enqueued }: HubEvent,
  deps: NoticeDeps,
): Promise<void> {
  const request = `notices ${hub}/${partition}/${sequence}`;
  const ids = devices.map(({ stored }) => idOf(stored));
  await requestData(ids, { request, requested: enqueued }, deps);
}

function idOf({ row }: Stored): string {
  return String(row['msdyn_iotdeviceid']);
}
