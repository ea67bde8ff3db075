import { iso } from '../domain/alert-rows';
import { withNote } from '../domain/awaited';
import { copyGroup } from '../domain/group';
import type { Group } from '../domain/group';
import { ServiceError } from '../domain/errors';
import { placeInId, shardOf } from '../domain/ids';
import { explain } from '../domain/reasons';
import type { Alert } from '../model/entities';
import type { AlertLedger, Entry } from '../ports/alert-ledger';
import type { RecordStore, Stored } from '../ports/record-store';
import { inUse } from './record-changes';
import { modifiedBy } from '../domain/stamps';

interface AdoptDeps {
  records: RecordStore;
  ledger: AlertLedger;
  now(): number;
}

/** A race is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 50;

/**
 * The primary alert that a new alert is to go under: the one its creator names, or else the newest with the token named in
 * `msdyn_parentalerttoken`; of a duplicate its own primary alert, so that depth stays one. Undefined when none is meant.
 */
export async function parentMeant(alert: Alert, records: RecordStore): Promise<Stored | undefined> {
  const { _msdyn_parentalert_value: id, msdyn_parentalerttoken: token } = alert;
  if (id) return primary(await records.get('msdyn_iotalert', id), records);
  if (!token) return undefined;
  return primary(await newestWithToken(token, records), records);
}

/** A token is no key: it is looked for among so many pages of alerts, newest first. */
const pagesSearched = 100;

async function newestWithToken(token: string, records: RecordStore): Promise<Stored | undefined> {
  let after: string | undefined;
  for (let page = 0; page < pagesSearched; page += 1) {
    const request = { equals: { msdyn_alerttoken: token }, limit: 1, ...(after !== undefined && { after }) };
    const { records: found, next } = await records.list('msdyn_iotalert', request);
    if (found[0] || next === undefined) return found[0];
    after = next;
  }
  return undefined;
}

/** The shard in which an alert stands: that of its group. */
export function shardUnder(parent: Alert): number {
  if (parent.ccs_groupkey) return shardOf(parent.ccs_groupkey);
  return placeInId(parent.msdyn_iotalertid!)?.shard ?? shardOf(parent.msdyn_iotalertid!);
}

/**
 * Writes a new alert under the primary alert that its creator chose, and counts it there, in one transaction. The row is a
 * whole record whose id lies in the parent's shard.
 */
export async function adoptAlert(row: Alert, deps: AdoptDeps): Promise<Stored> {
  for (let lost = 0; lost < attempts; lost += 1) {
    const parent = await parentMeant(row, deps.records);
    if (!parent)
      throw new ServiceError('not-found', `msdyn_iotalerts(${row._msdyn_parentalert_value}) does not exist.`);
    const groupKey = (parent.row as Alert).ccs_groupkey ?? null;
    const shard = shardUnder(parent.row);
    // Looked at again after each lost race, which is lost for ever if the id has come into use.
    if (!placeInId(row.msdyn_iotalertid!)) await claimId(row.msdyn_iotalertid!, shard, deps);
    const state = await deps.ledger.read(
      shard,
      groupKey === null ? [] : [groupKey],
      undefined,
      lost ? 'fresh' : undefined,
    );
    const child = { ...row, ccs_groupkey: groupKey, ccs_reason: explain('parent-given') };
    const entry = entryFor(child, parent, state.groups, deps.now());
    if ((await deps.ledger.commit(shard, entry, state.version)).kind === 'lost-race') continue;
    const stored = await deps.records.get('msdyn_iotalert', row.msdyn_iotalertid!);
    if (stored) return stored;
  }
  throw new ServiceError('storage-unavailable', 'The primary alert changes faster than it can be written. Try again.');
}

/** Keeps an id that a client chose for an alert of this shard; refused with `already-exists` when it is in use. */
export async function claimId(id: string, shard: number, deps: Pick<AdoptDeps, 'ledger' | 'records'>): Promise<void> {
  const taken = (await deps.ledger.reserve(id, shard)).kind === 'taken';
  if (taken || (await deps.records.get('msdyn_iotalert', id))) {
    throw inUse('msdyn_iotalert', 'msdyn_iotalertid', { msdyn_iotalertid: id });
  }
}

function entryFor(row: Alert, parent: Stored, groups: ReadonlyMap<string, Group>, now: number): Entry {
  const primaryAlert: Alert = parent.row;
  const id = primaryAlert.msdyn_iotalertid!;
  const time = Date.parse(row.msdyn_alerttime ?? row.createdon!);
  const after = new Map([...groups].map(([key, group]) => [key, copyGroup(group)]));
  const window = [...after.values()].flatMap(({ windows }) => windows).find((each) => each.parent === id);
  if (window) {
    window.duplicates += 1;
    window.earliest = Math.min(window.earliest, time);
    window.latest = Math.max(window.latest, time);
  }
  const { msdyn_deviceid: deviceId, ccs_groupkey: groupKey, _msdyn_device_value: linked } = row;
  const waits = Boolean(deviceId && groupKey && !linked);
  // Whatever was noted before, this reaches back to all of the group's alerts.
  if (waits)
    for (const group of after.values()) group.waiting = withNote(group.waiting, { deviceId: deviceId!, since: 0 });
  const latest = Math.max(window?.latest ?? time, Date.parse(primaryAlert.ccs_lastalerttime ?? '') || time);
  const columns: Alert = {
    ccs_duplicatecount: window?.duplicates ?? (primaryAlert.ccs_duplicatecount ?? 0) + 1,
    ccs_lastalerttime: iso(latest),
    ...modifiedBy(iso(now)),
  };
  return {
    inserts: [
      { entity: 'msdyn_iotalert', row: { ...row, _msdyn_parentalert_value: id, ccs_lastalerttime: iso(time) } },
    ],
    merges: [{ entity: 'msdyn_iotalert', id, row: columns, etag: parent.etag }],
    // A group without this window is not touched for it.
    groups: window || waits ? after : new Map(),
    packed: [],
    steps: [],
    ended: [],
    waiting: waits ? [{ deviceId: deviceId!, groupKey: groupKey!, since: 0 }] : [],
  };
}

async function primary(stored: Stored | undefined, records: RecordStore): Promise<Stored | undefined> {
  const above = (stored?.row as Alert | undefined)?._msdyn_parentalert_value;
  return above ? ((await records.get('msdyn_iotalert', above)) ?? stored) : stored;
}
