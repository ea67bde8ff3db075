import { attemptOutcome, plainState, plainStatus, registrationAction, registrationStatus } from '../model/choices';
import type { Row } from '../model/edm';
import type { Device, EntityRecord } from '../model/entities';
import { cutTo } from './clean-text';
import type { JobAction } from './device-job';
import type { TwinPart } from './device-twin';
import { makeId, placeInId, shardOfId } from './ids';
import { intended, oursIn, synced, wantedIn, withoutTwin } from './twin-sync';
import { createdBy } from './stamps';

/** What can be asked for devices that have records. */
export type DeviceAction = Exclude<JobAction, 'Import'>;

/** What a request means for a device as it is now. */
export type Request =
  | { kind: 'start'; reason: 'not-registered' | 'timed-out' | 'asked' }
  | { kind: 'again'; reason: 'registered' }
  | { kind: 'wait'; reason: 'in-progress' };

/**
 * Decides what to do when something is asked for a device. A registered one stays so and is only looked after again, one
 * that is being registered is left alone for `timeout` milliseconds, unless something else was asked for since. Everything
 * but registration is simply done.
 */
export function request(action: DeviceAction, device: Device, now: number, timeout: number): Request {
  if (action !== 'Register') return { kind: 'start', reason: 'asked' };
  const { msdyn_registrationstatus: status, ccs_registrationrequestedon: on, ccs_requestedaction: latest } = device;
  if (status === registrationStatus.Registered) return { kind: 'again', reason: 'registered' };
  const isLatest = (latest ?? registrationAction.Register) === registrationAction.Register;
  if (!isBeingRegistered(device) || !isLatest) return { kind: 'start', reason: 'not-registered' };
  const age = now - Date.parse(on ?? '');
  return age < timeout ? { kind: 'wait', reason: 'in-progress' } : { kind: 'start', reason: 'timed-out' };
}

/** Columns of a device for which something was asked. */
export function asked(action: DeviceAction, device: Device, kind: Request['kind'], now: number): Device {
  const latest = {
    ccs_registrationrequestedon: new Date(now).toISOString(),
    ccs_requestedaction: registrationAction[action],
  };
  const { 'In Progress': inProgress, Registered, Unknown } = registrationStatus;
  const { msdyn_registrationstatus: status } = device;
  if (action === 'Register') {
    // From here on what belongs in the twin may be there, however this ends, so that it is ours to take out.
    const common = { ...latest, ...intended(wantedIn(device), oursIn(device)) };
    if (kind !== 'start') return common;
    return { ...common, msdyn_registrationstatus: inProgress, msdyn_registrationmessage: null };
  }
  // When it is to be unregistered, nobody knows what the hub has until that is done. Activating and deactivating make up
  // for a registration that they overtake.
  const isUncertain = action === 'Unregister' && (status === inProgress || status === Registered);
  return isUncertain ? { ...latest, msdyn_registrationstatus: Unknown } : latest;
}

/** Whether a registration was asked for and has not ended, be it that something else was asked for since. */
export function isBeingRegistered({ msdyn_registrationstatus: status }: Device): boolean {
  return status === registrationStatus['In Progress'];
}

/** How an attempt ended for one device. `word` goes into the history's name. */
export interface Attempt {
  succeeded: boolean;
  word: string;
  /** For people; null when there is nothing to add. */
  message: string | null;
  /** What the device's twin holds of ours since then, where that is known. */
  twin?: TwinPart;
  /** Of one that failed: whether the hub has the device, where that is known. */
  isThere?: boolean;
}

export const done = (word: string, message: string | null = null): Attempt => ({ succeeded: true, word, message });
export const failed = (message: string): Attempt => ({ succeeded: false, word: 'failed', message });

/** The attempt to change what the hub does not have. */
export const notThere: Attempt = { ...failed('The IoT Hub does not have it. Register it first.'), isThere: false };

/** The attempt that did not take place because something else was asked for later. */
export const overtaken = failed('Not done: something else was asked for this device later.');

/** Whether something was asked for a device after this time. */
export function isOvertaken({ ccs_registrationrequestedon: on }: Device, requestedOn: string): boolean {
  return Date.parse(on ?? '') > Date.parse(requestedOn);
}

/** Columns of a device after an attempt; none when something was asked for later. */
export function after(
  action: DeviceAction,
  device: Device,
  attempt: Attempt,
  { requestedOn, now }: { requestedOn: string; now: number },
): Device {
  if (isOvertaken(device, requestedOn)) return {};
  const message = { msdyn_registrationmessage: attempt.message === null ? null : cutTo(attempt.message, 2000) };
  if (attempt.succeeded) return { ...message, ...results[action], ...(attempt.twin && synced(attempt.twin, now)) };
  const { Registered, Unknown, Error } = registrationStatus;
  const { msdyn_registrationstatus: status } = device;
  if (isBeingRegistered(device) || (action === 'Register' && status !== Registered)) {
    return { ...message, msdyn_registrationstatus: Error };
  }
  // Who is registered stays so: it is only that something could not be done. Unless the hub does not have it, as when it
  // was unregistered while this was asked for.
  if (attempt.isThere === undefined || (status !== Registered && status !== Unknown)) return message;
  return { ...message, ...(attempt.isThere ? registered : results.Unregister) };
}

const active = { statecode: plainState.Active, statuscode: plainStatus.Active };
const registered = { msdyn_registrationstatus: registrationStatus.Registered };

/** A deactivated device keeps its registration; its record is inactive, as its identity is disabled. */
const results: Readonly<Record<DeviceAction, Device>> = {
  Register: { ...registered, ...active },
  Unregister: {
    msdyn_registrationstatus: registrationStatus.Unregistered,
    msdyn_connectionstate: false,
    ...withoutTwin,
  },
  Activate: { ...registered, ...active },
  Deactivate: { ...registered, statecode: plainState.Inactive, statuscode: plainStatus.Inactive },
};

type History = EntityRecord<'msdyn_iotdeviceregistrationhistory'>;

/** Id of the one row that tells of an attempt. It leads to the device's own shard, so that both are written together. */
export function historyId(device: string, job: string): string {
  return makeId({ time: placeInId(job)!.time, shard: shardOfId(device), seed: `history ${device} ${job}` });
}

/** The row that tells of an attempt. */
export function historyOf(action: DeviceAction, device: Row, attempt: Attempt, job: string, now: number): History {
  const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId, msdyn_name: name }: Device = device;
  const time = new Date(now).toISOString();
  const tail = `: ${attempt.word}`;
  return {
    msdyn_iotdeviceregistrationhistoryid: historyId(id!, job),
    msdyn_name: cutTo(deviceId ?? name ?? id!, 100 - tail.length) + tail,
    _msdyn_device_value: id!,
    msdyn_action: registrationAction[action],
    ccs_outcome: attempt.succeeded ? attemptOutcome.Succeeded : attemptOutcome.Failed,
    ccs_message: attempt.message === null ? null : cutTo(attempt.message, 2000),
    ...active,
    ...createdBy(time),
  };
}
