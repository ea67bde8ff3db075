import { registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';
import type { TwinPart } from './device-twin';
import { isObject, isSame, objectIn, own, withoutNulls } from './json-values';
import type { Json, JsonObject } from './json-values';

/** What is to be done about a device's twin. */
export type TwinSync =
  | { kind: 'sync'; deviceId: string; wanted: TwinPart; ours: TwinPart }
  | { kind: 'wait'; reason: 'in-progress' }
  | { kind: 'none'; reason: 'not-registered' };

/**
 * Decides for a device as it is now. Only registered devices have a twin to bring up to date; one whose registration is under
 * way has one soon, with the values that the registration began with.
 */
export function twinSync(device: Device): TwinSync {
  const { msdyn_registrationstatus: status, msdyn_deviceid: deviceId } = device;
  if (status === registrationStatus['In Progress']) return { kind: 'wait', reason: 'in-progress' };
  if (status !== registrationStatus.Registered || !deviceId) return { kind: 'none', reason: 'not-registered' };
  return {
    kind: 'sync',
    deviceId,
    wanted: wantedIn(device),
    ours: oursIn(device),
  };
}

/** Whether a written device may need its twin brought up to date: it has one, and what belongs in it is other than before. */
export function needsSync(before: Device | undefined, after: Device): boolean {
  if (twinSync(after).kind === 'none') return false;
  if (!before) return !isSynced(after);
  const old = twinSync(before).kind !== 'none' ? before : {};
  return (
    isOther(before, after) ||
    (old.msdyn_tags ?? null) !== (after.msdyn_tags ?? null) ||
    (old.msdyn_devicesettings ?? null) !== (after.msdyn_devicesettings ?? null)
  );
}

/** Whether what belongs in a device's twin is in it, as far as the record knows; so too when it has no twin. */
export function isSynced(device: Device): boolean {
  if (twinSync(device).kind === 'none') return true;
  const { tags, desired } = oursIn(device);
  const wanted = wantedIn(device);
  return isSame(tags, wanted.tags) && isSame(desired, wanted.desired);
}

/** Another device of the hub, which has not been written to yet. */
function isOther(before: Device, after: Device): boolean {
  return before.msdyn_deviceid !== after.msdyn_deviceid;
}

/**
 * What to send so that the twin holds what is wanted: where it differs, and null for what is `ours` and not wanted any more.
 * What others put there stays. Undefined when the twin is as wanted.
 */
export function twinPatch(twin: TwinPart, wanted: TwinPart, ours: TwinPart): Partial<TwinPart> | undefined {
  const tags = difference(twin.tags, wanted.tags, ours.tags);
  const desired = difference(twin.desired, wanted.desired, ours.desired);
  const patch = { ...(!isEmpty(tags) && { tags }), ...(!isEmpty(desired) && { desired }) };
  return isEmpty(patch) ? undefined : patch;
}

/** Columns of a device whose twin is about to get `wanted`: from now on that may be in it, and is ours to take out. */
export function intended(wanted: TwinPart, ours: TwinPart): Device | undefined {
  const columns = columnsOf({ tags: union(ours.tags, wanted.tags), desired: union(ours.desired, wanted.desired) });
  const before = columnsOf(ours);
  return columns.ccs_syncedtags === before.ccs_syncedtags && columns.ccs_syncedsettings === before.ccs_syncedsettings
    ? undefined
    : columns;
}

/** Columns of a device whose twin holds these tags and desired properties of ours. */
export function synced(part: TwinPart, now: number): Device {
  return { ...columnsOf(part), ccs_twinsyncedon: new Date(now).toISOString(), ccs_twinmessage: null };
}

function columnsOf({ tags, desired }: TwinPart): Device {
  return { ccs_syncedtags: JSON.stringify(tags), ccs_syncedsettings: JSON.stringify(desired) };
}

/** Columns of a device that has no twin any more. */
export const withoutTwin = {
  ccs_reportedversion: null,
  ccs_syncedtags: null,
  ccs_syncedsettings: null,
  ccs_twinsyncedon: null,
  ccs_twinmessage: null,
} satisfies Device;

/** What belongs in a device's twin. */
export function wantedIn({ msdyn_tags: tags, msdyn_devicesettings: settings }: Device): TwinPart {
  return partOf(tags, settings);
}

/** What is in its twin and came from us. */
export function oursIn({ ccs_syncedtags: tags, ccs_syncedsettings: settings }: Device): TwinPart {
  return partOf(tags, settings);
}

/** The values of a device's tags and settings. */
export function partOf(tags: string | null | undefined, settings: string | null | undefined): TwinPart {
  return { tags: withoutNulls(objectIn(tags) ?? {}), desired: withoutNulls(objectIn(settings) ?? {}) };
}

function difference(actual: JsonObject, wanted: JsonObject, ours: JsonObject): JsonObject {
  const patch: [string, Json][] = [];
  for (const [key, value] of Object.entries(wanted)) {
    const [present, known] = [own(actual, key), own(ours, key)];
    if (isObject(value) && isObject(present)) {
      const inner = difference(present, value, isObject(known) ? known : {});
      if (!isEmpty(inner)) patch.push([key, inner]);
    } else if (!isSame(value, present)) patch.push([key, value]);
  }
  for (const [key, known] of Object.entries(ours)) {
    const present = own(actual, key);
    if (own(wanted, key) !== undefined || present === undefined) continue;
    const removed = removal(present, known);
    if (removed === null || !isEmpty(removed)) patch.push([key, removed]);
  }
  return Object.fromEntries(patch);
}

/** Takes out what is ours; an object goes as a whole when nobody else has anything in it. */
function removal(present: Json, known: Json): JsonObject | null {
  if (!isObject(present) || !isObject(known)) return null;
  const inner = difference(present, {}, known);
  const isAll = Object.keys(present).every((key) => own(inner, key) === null);
  return isAll ? null : inner;
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const result = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const known = result.get(key);
    result.set(key, isObject(known) && isObject(value) ? union(known, value) : value);
  }
  return Object.fromEntries(result);
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}
