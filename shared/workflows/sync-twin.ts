import { cutTo } from '../domain/clean-text';
import { ServiceError } from '../domain/errors';
import { isSame } from '../domain/json-values';
import { intended, synced, twinPatch, twinSync } from '../domain/twin-sync';
import type { TwinSync } from '../domain/twin-sync';
import type { Device } from '../model/entities';
import type { DeviceTwins } from '../ports/device-twins';
import type { OpenWorkList } from '../ports/open-work';
import type { RecordStore } from '../ports/record-store';
import type { TwinWork } from '../ports/twin-work';
import type { WorkQueue } from '../ports/work-queue';
import { isHubTrouble } from './hub-trouble';
import { reviseDevice } from './revise-devices';

export interface TwinDeps {
  records: RecordStore;
  twins: DeviceTwins;
  openWork: OpenWorkList;
  work: WorkQueue<TwinWork>;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What became of a device's twin. */
export type TwinOutcome =
  | { kind: 'synced'; deviceId: string; sent: boolean }
  | { kind: 'failed'; deviceId: string; message: string }
  | { kind: 'waiting'; why: string }
  | { kind: 'nothing' };

/** Seconds until what could not be done now is tried again. */
const pause = 15;

/** How old a note is, in milliseconds, when those who look for old notes take it up. */
export const noteIsOld = 120_000;

/** Somebody else's change in between is met by looking again, so this bound is met by very many writers only. */
const attempts = 20;

/**
 * Brings a device's twin up to date with its record, as it is now: the last state wins, however often and in whatever order
 * this is asked for. It may be cut short anywhere and be repeated. What cannot be done yet, because the hub cannot be reached
 * or the device is being registered, is asked for again; the note stays until it is done.
 */
export async function syncTwin(task: TwinWork, deps: TwinDeps): Promise<TwinOutcome> {
  const outcome = await sync(task.device, deps);
  if (outcome.kind === 'waiting') await waitOn(task, outcome.why, deps);
  else await deps.openWork.done('twin', { key: task.device, since: task.since });
  return outcome;
}

async function sync(id: string, deps: TwinDeps): Promise<TwinOutcome> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stored = await deps.records.get('msdyn_iotdevice', id);
    const decision: TwinSync = stored ? twinSync(stored.row) : { kind: 'none', reason: 'not-registered' };
    if (decision.kind === 'none') {
      if (stored?.row['ccs_twinmessage']) await reviseDevice(id, deps, () => ({ ccs_twinmessage: null }));
      return { kind: 'nothing' };
    }
    if (decision.kind === 'wait') return { kind: 'waiting', why: 'its registration is under way.' };
    try {
      const outcome = await send(id, decision, deps);
      if (outcome) return outcome;
    } catch (error) {
      if (isHubTrouble(error)) return { kind: 'waiting', why: error.message };
      if (error instanceof ServiceError && error.code === 'unsupported') return fail(id, decision, error.message, deps);
      throw error;
    }
  }
  return { kind: 'waiting', why: 'its twin is changed by too many at once.' };
}

/** Undefined when the twin, or what is wanted in it, changed on the way. */
async function send(
  id: string,
  decision: TwinSync & { kind: 'sync' },
  deps: TwinDeps,
): Promise<TwinOutcome | undefined> {
  const { deviceId, wanted, ours } = decision;
  const twin = await deps.twins.read(deviceId);
  if (!twin) return fail(id, decision, notThere, deps);
  const patch = twinPatch(twin, wanted, ours);
  const current = (device: Device) => isStill(decision, device);
  if (patch) {
    // What may be in the twin from here on is noted first, so that nothing of ours is forgotten there.
    const columns = intended(wanted, ours);
    if (columns) await reviseDevice(id, deps, (device) => (current(device) ? columns : undefined));
    const result = await deps.twins.patch(deviceId, patch, twin.etag);
    if (result.kind === 'changed') return undefined;
    if (result.kind === 'unknown') return fail(id, decision, notThere, deps);
    if (result.kind === 'refused') {
      return fail(
        id,
        decision,
        `The IoT Hub refuses it: ${result.reason}. Change the device's tags or settings.`,
        deps,
      );
    }
  }
  let isCurrent = false;
  const now = deps.now();
  await reviseDevice(id, deps, (device) => {
    isCurrent = current(device);
    return isCurrent ? synced(wanted, now) : undefined;
  });
  return isCurrent ? { kind: 'synced', deviceId, sent: patch !== undefined } : undefined;
}

const notThere =
  'The IoT Hub has no device of this Device ID, so that its tags and settings could not be set. Register it again (msdyn_RegisterIoTDevice).';

/** Whether the device still wants the same in the same twin. */
function isStill({ deviceId, wanted }: TwinSync & { kind: 'sync' }, device: Device): boolean {
  const now = twinSync(device);
  return (
    now.kind === 'sync' &&
    now.deviceId === deviceId &&
    isSame(now.wanted.tags, wanted.tags) &&
    isSame(now.wanted.desired, wanted.desired)
  );
}

async function fail(
  id: string,
  { deviceId }: { deviceId: string },
  message: string,
  deps: TwinDeps,
): Promise<TwinOutcome> {
  await reviseDevice(id, deps, () => ({ ccs_twinmessage: cutTo(message, 2000) }));
  return { kind: 'failed', deviceId, message };
}

/**
 * Asks for it again, as long as the note is young. Then it says so on the device and leaves it to those who look for old
 * notes, so that no device is asked for twice over and over.
 */
async function waitOn(task: TwinWork, why: string, deps: TwinDeps): Promise<void> {
  const isYoung = deps.now() - task.since < noteIsOld - pause * 1000;
  if (isYoung) await deps.work.add(task, pause);
  else await reviseDevice(task.device, deps, () => ({ ccs_twinmessage: waiting(why) }));
}

/**
 * Says on a device that its twin could not be brought up to date, for a reason that nobody foresaw, and sees to it that it is
 * tried again later: what is meant for the twin is in the device's record.
 */
export async function putTwinOff(device: string, deps: TwinDeps): Promise<void> {
  await deps.openWork.note('twin', { key: device, since: deps.now() });
  await reviseDevice(device, deps, () => ({ ccs_twinmessage: waiting('the service failed, and its log says why.') }));
}

const waiting = (why: string) =>
  `Tags and settings wait to be set in the IoT Hub: ${why} They are tried again by themselves.`;
