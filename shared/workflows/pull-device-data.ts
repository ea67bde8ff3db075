import { dataColumns, historyOf, notPulled } from '../domain/device-data';
import { ServiceError } from '../domain/errors';
import type { Device } from '../model/entities';
import type { DeviceDataRequest } from '../ports/device-data-request';
import type { DeviceTwins } from '../ports/device-twins';
import type { RecordStore } from '../ports/record-store';
import { handOn } from './data-requests';
import type { DataRequestDeps } from './data-requests';
import { isHubTrouble } from './hub-trouble';
import { inTurns } from './in-turns';
import { reviseDevice } from './revise-devices';

export interface PullDeps extends DataRequestDeps {
  records: RecordStore;
  twins: DeviceTwins;
}

/** What became of a request. */
export interface Pulled {
  pulled: number;
  /** Device IDs that the hub does not have. */
  notFound: string[];
  /** Records that wait for the hub, or for which nobody waits any more. */
  waiting: string[];
  givenUp: string[];
  why?: string;
}

const atOnce = 8;

/** How long a request waits for the hub, in milliseconds. */
const patience = 3_600_000;

/** Seconds between two tries. */
const pauses = { shortest: 15, longest: 300 };

/**
 * Reads the devices' twins and writes what they say: one history row for each device and request, and the device's own
 * columns. It may be cut short anywhere and be repeated. When the hub cannot be reached, the devices that are left are asked
 * for again later, for an hour; then they say why there is no data.
 */
export async function pullDeviceData(task: DeviceDataRequest, deps: PullDeps): Promise<Pulled> {
  const result: Pulled = { pulled: 0, notFound: [], waiting: [], givenUp: [] };
  const left = new Set(task.devices);
  try {
    await inTurns(task.devices, atOnce, async (id) => {
      const done = await pullOne(id, task, deps);
      left.delete(id);
      if (done === 'pulled') result.pulled += 1;
      else if (done !== undefined) result.notFound.push(done.notFound);
    });
    await isDone(task, deps);
    return result;
  } catch (error) {
    const isTrouble = isHubTrouble(error);
    if (!isTrouble && !(error instanceof ServiceError && error.code === 'unsupported')) throw error;
    const devices = [...left];
    const age = deps.now() - task.requested;
    if (isTrouble && age < patience) {
      await handOn({ ...task, devices, since: deps.now() }, deps, pauseAt(age));
      return { ...result, waiting: devices, why: error.message };
    }
    await giveUp({ ...task, devices }, error.message, deps);
    return { ...result, givenUp: devices, why: error.message };
  }
}

/** Says on each device of a request why its data could not be pulled. */
export async function giveUp(task: DeviceDataRequest, why: string, deps: PullDeps): Promise<void> {
  await inTurns(task.devices, atOnce, async (id) => void (await reviseDevice(id, deps, () => notPulled(why))));
  await isDone(task, deps);
}

async function isDone({ note, since }: DeviceDataRequest, { openWork }: PullDeps): Promise<void> {
  await openWork.done('data', { key: note, since });
}

/** Undefined when the device, or its Device ID, is gone by now. */
async function pullOne(
  id: string,
  { request, requested }: DeviceDataRequest,
  deps: PullDeps,
): Promise<'pulled' | { notFound: string } | undefined> {
  const stored = await deps.records.get('msdyn_iotdevice', id);
  const asked: Device = stored?.row ?? {};
  if (!stored || !asked.msdyn_deviceid) return undefined;
  const twin = await deps.twins.read(asked.msdyn_deviceid);
  const now = deps.now();
  await deps.records.insert('msdyn_iotdevicedatahistory', historyOf(asked, twin, { request, requested }, now));
  await reviseDevice(id, deps, (device) => dataColumns(asked, device, twin, now), stored);
  return twin ? 'pulled' : { notFound: asked.msdyn_deviceid };
}

function pauseAt(age: number): number {
  return Math.round(Math.min(Math.max(age / 4000, pauses.shortest), pauses.longest));
}
