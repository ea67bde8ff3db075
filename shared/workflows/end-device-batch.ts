import type { Failure } from '../domain/batch-progress';
import { actionOf, devicesOf } from '../domain/device-job';
import type { JobAction } from '../domain/device-job';
import { done, failed } from '../domain/registration';
import type { Attempt, DeviceAction } from '../domain/registration';
import { oursIn, twinPatch, wantedIn } from '../domain/twin-sync';
import type { Device } from '../model/entities';
import type { DeviceRegistry, Identity } from '../ports/device-registry';
import { completeBatch } from './complete-batch';
import type { CompleteDeps } from './complete-batch';
import { isHubTrouble } from './hub-trouble';
import { openBatch } from './open-batch';
import { batchFigures, finishedAttempts, writeAttempts } from './write-attempts';

/** What the hub must say of a device for the action to count as done. */
const isDone: Readonly<Record<DeviceAction, (identity: Identity | undefined) => boolean>> = {
  Register: (identity) => identity?.enabled === true,
  Unregister: (identity) => identity === undefined,
  Activate: (identity) => identity?.enabled === true,
  Deactivate: (identity) => identity?.enabled === false,
};

/** Whom a batch that was given up leaves behind. */
export interface Ended {
  action: JobAction;
  failed: number;
  failures: readonly Failure[];
}

/**
 * Gives a batch up: its devices end as failed, with the reason. Where a hub is given it is asked first, so that nobody ends
 * in Error for whom the hub has done what was asked; it has those in `registered` in any case. Answers who failed; undefined
 * when the batch was done.
 */
export async function endDeviceBatch(
  batch: string,
  reason: string,
  deps: CompleteDeps & { hub?: DeviceRegistry; registered?: ReadonlySet<string> },
): Promise<Ended | undefined> {
  const open = await openBatch(batch, deps.records);
  if (!open) return undefined;
  const action = actionOf(open.job);
  if (action === 'Import') {
    const count = Math.max(1, devicesOf(open.batch).length);
    await completeBatch(batch, { finished: count, failed: count, lines: [reason] }, deps);
    return { action, failed: count, failures: [] };
  }
  const { job, gone } = open;
  const ids = open.devices.map(({ row }) => String(row['msdyn_iotdeviceid']));
  const finished = await finishedAttempts(job, ids, deps.records);
  const devices = open.devices.filter((_, index) => !finished.has(ids[index]!));
  const known = deps.hub && (await identitiesOf(devices, deps.hub));
  const attempts = new Map<string, Attempt>();
  for (const { row } of devices) {
    const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId }: Device = row;
    const identity = known?.get(deviceId ?? '');
    const isSo = known && deviceId != null && isDone[action](identity);
    const isThere = identity !== undefined || deps.registered?.has(id!);
    attempts.set(id!, isSo ? doneAtLast(action, row, identity) : { ...failed(reason), ...(isThere && { isThere }) });
  }
  const figures = batchFigures(await writeAttempts(action, { job, devices }, attempts, deps), finished, gone);
  await completeBatch(batch, figures, deps);
  return { action, failed: figures.failed, failures: figures.failures ?? [] };
}

/** What belongs in the twin counts as there only when it is. */
function doneAtLast(action: DeviceAction, device: Device, identity: Identity | undefined): Attempt {
  const attempt = done('done', 'The hub had done it when it was asked at last.');
  const wanted = wantedIn(device);
  const isThere = action === 'Register' && identity && !twinPatch(identity, wanted, oursIn(device));
  return isThere ? { ...attempt, twin: wanted } : attempt;
}

/** Undefined when the hub cannot be asked: that is why one gives up, so it is no reason not to. */
async function identitiesOf(devices: readonly { row: Device }[], hub: DeviceRegistry) {
  const ids = devices.flatMap(({ row }) => row.msdyn_deviceid ?? []);
  try {
    const found = ids.length === 0 ? [] : await hub.find(ids);
    return new Map(found.map((identity) => [identity.deviceId, identity]));
  } catch (error) {
    if (isHubTrouble(error)) return undefined;
    throw error;
  }
}
