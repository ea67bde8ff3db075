import { cutTo } from '../domain/clean-text';
import { begun, delayAfter, isTimedOut, turnFor, waiting } from '../domain/batch-progress';
import { actionOf } from '../domain/device-job';
import type { BatchMessage } from '../domain/device-job';
import type { ServiceError } from '../domain/errors';
import { failed, isBeingRegistered, isOvertaken, overtaken } from '../domain/registration';
import type { Attempt, DeviceAction } from '../domain/registration';
import { registrationStatus } from '../model/choices';
import type { Device, DeviceJob, DeviceJobBatch } from '../model/entities';
import type { DeviceRegistry } from '../ports/device-registry';
import { completeBatch } from './complete-batch';
import { attempts as actions } from './device-attempts';
import type { HubDevice } from './device-attempts';
import { endDeviceBatch } from './end-device-batch';
import type { Ended } from './end-device-batch';
import type { Followers } from './followers';
import { isHubTrouble } from './hub-trouble';
import { importBatch } from './import-identities';
import { openBatch } from './open-batch';
import type { OpenBatch } from './open-batch';
import { reviseDevices } from './revise-devices';
import type { JobDeps } from './start-device-job';
import { batchFigures, finishedAttempts, writeAttempts } from './write-attempts';
import { modifiedBy } from '../domain/stamps';

export interface BatchDeps extends JobDeps {
  hub: DeviceRegistry;
  followers: Followers;
  /** Milliseconds for which nobody else takes a batch up. */
  lease: number;
}

/** What became of a message. */
export type BatchResult =
  | { kind: 'nothing'; reason: string }
  | { kind: 'busy' }
  | { kind: 'waits'; reason: string; seconds: number }
  | ({ kind: 'given-up'; reason: string } & Ended)
  | ({ kind: 'done'; finished: number; job: DeviceJob; last: boolean } & Ended);

/**
 * Does a batch of a device job in the hub and writes what became of each device. It may be told of more than once, cut short
 * anywhere and begun again: what is done stays done, and the hub is asked what it has before anything is sent twice. When
 * the hub cannot be reached, or throttles, the batch waits and is told of again, until it has waited for too long.
 */
export async function runDeviceBatch({ batch: id }: BatchMessage, deps: BatchDeps): Promise<BatchResult> {
  const { records, now } = deps;
  const stored = await records.get('ccs_devicejobbatch', id);
  if (!stored) return { kind: 'nothing', reason: 'There is no such batch (any more).' };
  const batch: DeviceJobBatch = stored.row;
  const turn = turnFor(batch, now());
  if (turn.kind === 'done') return { kind: 'nothing', reason: 'It was done before.' };
  if (turn.kind === 'busy') return comeAgain(batch, turn.until, deps);
  const mine = { ...batch, ...begun(batch, now(), deps.lease) };
  const taken = await records.replace('ccs_devicejobbatch', mine, stored.etag);
  if (taken.kind !== 'replaced') return comeAgain(batch, now() + deps.lease, deps);
  const open = await openBatch(id, records);
  if (!open) return { kind: 'nothing', reason: 'Its job was deleted.' };
  try {
    return await perform(open, turn.again, deps);
  } catch (error) {
    if (isHubTrouble(error)) return hold(open, error, deps);
    // Whether this works counts less than what went wrong.
    await Promise.allSettled([release(id, deps)]);
    throw error;
  }
}

/** Lets the next one begin at once: a message that fails again and again is to become poison, not to wait for leases. */
async function release(id: string, { records }: BatchDeps): Promise<void> {
  const stored = await records.get('ccs_devicejobbatch', id);
  if (stored) await records.replace('ccs_devicejobbatch', { ...stored.row, ccs_leaseduntil: null }, stored.etag);
}

async function perform(open: OpenBatch, again: boolean, deps: BatchDeps): Promise<BatchResult> {
  const { job, batch } = open;
  const id = batch.ccs_devicejobbatchid!;
  const action = actionOf(job);
  if (action === 'Import') {
    const { figures, next } = await importBatch(open, deps);
    const last = await completeBatch(id, figures, deps, next);
    if (next) await deps.registrations.add({ job: job.ccs_devicejobid!, batch: next.ccs_devicejobbatchid! });
    return { kind: 'done', action, failures: [], ...figures, job: last ?? job, last: last !== undefined };
  }
  const figures = await changeDevices(action, open, again, deps);
  const last = await completeBatch(id, figures, deps);
  return { kind: 'done', action, failures: [], ...figures, job: last ?? job, last: last !== undefined };
}

async function changeDevices(action: DeviceAction, open: OpenBatch, again: boolean, deps: BatchDeps) {
  const { job, gone } = open;
  const ids = open.devices.map(({ row }) => String(row['msdyn_iotdeviceid']));
  const finished = again ? await finishedAttempts(job, ids, deps.records) : new Map<string, boolean>();
  const devices = open.devices.filter((_, index) => !finished.has(ids[index]!));
  const attempts = new Map<string, Attempt>();
  const todo: HubDevice[] = [];
  for (const { row } of devices) {
    const device: Device = row;
    const id = device.msdyn_iotdeviceid!;
    if (isOvertaken(device, job.ccs_requestedon!)) attempts.set(id, overtaken);
    else {
      const named = await withDeviceId(action, device, deps);
      if ('word' in named) attempts.set(id, named);
      else todo.push(named);
    }
  }
  const isKnown = todo.some((device) => device.msdyn_registrationstatus === registrationStatus.Registered);
  const ended =
    todo.length === 0 ? new Map<string, Attempt>() : await actions[action](todo, deps.hub, again || isKnown);
  for (const device of todo) {
    const attempt = ended.get(device.msdyn_deviceid);
    attempts.set(device.msdyn_iotdeviceid!, attempt ?? failed('The IoT Hub did not say what became of it. Try again.'));
  }
  return batchFigures(await writeAttempts(action, { job, devices }, attempts, deps), finished, gone);
}

/** A device that is registered without a Device ID gets the id of its record, and keeps it. */
async function withDeviceId(
  action: DeviceAction,
  device: Device,
  { records, now }: BatchDeps,
): Promise<HubDevice | Attempt> {
  const { msdyn_deviceid: deviceId, msdyn_iotdeviceid: id } = device;
  if (deviceId) return { ...device, msdyn_deviceid: deviceId };
  if (action === 'Unregister') return { succeeded: true, word: 'unregistered', message: 'It never had a Device ID.' };
  if (action !== 'Register' && !isBeingRegistered(device)) return failed('It has no Device ID. Register it first.');
  for (
    let stored = await records.get('msdyn_iotdevice', id!);
    stored;
    stored = await records.get('msdyn_iotdevice', id!)
  ) {
    const present: Device = stored.row;
    if (present.msdyn_deviceid) return { ...present, msdyn_deviceid: present.msdyn_deviceid };
    const row = { ...present, msdyn_deviceid: id!, ...modifiedBy(new Date(now()).toISOString()) };
    const { kind } = await records.replace('msdyn_iotdevice', row, stored.etag);
    if (kind === 'exists') return failed(`Its id cannot be its Device ID: another device has '${id}'. Give it one.`);
    if (kind === 'replaced') return row;
  }
  return failed('It was deleted before its turn came.');
}

/** Somebody is at it. If he is cut short, the message must not be lost. */
async function comeAgain(
  batch: DeviceJobBatch,
  until: number,
  { registrations, now }: BatchDeps,
): Promise<BatchResult> {
  const seconds = Math.max(1, Math.ceil((until - now()) / 1000) + 1);
  await registrations.add({ job: batch._ccs_devicejob_value!, batch: batch.ccs_devicejobbatchid! }, seconds);
  return { kind: 'busy' };
}

/** Lets a batch wait for the hub, or gives it up when it has waited for too long. */
async function hold({ batch, job, devices }: OpenBatch, trouble: ServiceError, deps: BatchDeps): Promise<BatchResult> {
  const { records, now, registrations } = deps;
  const id = batch.ccs_devicejobbatchid!;
  if (isTimedOut(batch, now(), deps.registrationTimeout)) {
    const reason = `Given up after waiting since ${batch.ccs_waitingsince}: ${trouble.message} Ask for it again when the hub works.`;
    const ended = await endDeviceBatch(id, reason, deps);
    return { kind: 'given-up', reason, ...(ended ?? { action: actionOf(job), failed: 0, failures: [] }) };
  }
  const delay = delayAfter(batch.ccs_tries ?? 0);
  const stored = await records.get('ccs_devicejobbatch', id);
  if (stored) {
    const row = { ...stored.row, ...waiting(batch, trouble.message, now(), delay) };
    // When somebody else has changed it, he has taken it up.
    await records.replace('ccs_devicejobbatch', row, stored.etag);
  }
  if (batch.ccs_waitingsince == null) await sayThatTheyWait(devices, job, trouble, deps);
  const seconds = Math.ceil(delay / 1000);
  await registrations.add({ job: job.ccs_devicejobid!, batch: id }, seconds);
  return { kind: 'waits', reason: trouble.message, seconds };
}

async function sayThatTheyWait(devices: OpenBatch['devices'], job: DeviceJob, trouble: ServiceError, deps: BatchDeps) {
  const since = new Date(deps.now()).toISOString();
  const message = cutTo(`Waiting since ${since}; it is tried again by itself. ${trouble.message}`, 2000);
  await reviseDevices(
    devices,
    (device) =>
      isBeingRegistered(device) &&
      !isOvertaken(device, job.ccs_requestedon!) && { columns: { msdyn_registrationmessage: message } },
    deps,
  );
}
