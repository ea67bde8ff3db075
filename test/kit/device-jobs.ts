import { memoryDeviceRegistry } from '../../shared/adapters/memory/device-registry';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import type { BatchMessage } from '../../shared/domain/device-job';
import type { DeviceAction } from '../../shared/domain/registration';
import type { Row } from '../../shared/model/edm';
import type { Device } from '../../shared/model/entities';
import type { RecordStore } from '../../shared/ports/record-store';
import { followersInTurn } from '../../shared/workflows/followers';
import { findDevices } from '../../shared/workflows/register-devices';
import { runDeviceBatch } from '../../shared/workflows/run-device-batch';
import type { BatchResult } from '../../shared/workflows/run-device-batch';
import { startDeviceJob } from '../../shared/workflows/start-device-job';
import type { SweepDeps } from '../../shared/workflows/sweep-device-jobs';
import { all, seed, start } from './ingestion';

/** What device jobs need, on memory, with a clock that tests move. */
export function deviceJobs(records: RecordStore = memoryRecordStore()) {
  const hub = memoryDeviceRegistry();
  const queue = memoryWorkQueue<BatchMessage>();
  const openWork = memoryOpenWork();
  const clock = { now: start };
  let made = 0;
  const deps: SweepDeps = {
    records,
    registrations: queue,
    openWork,
    hub,
    followers: followersInTurn([]),
    registrationTimeout: 600_000,
    lease: 60_000,
    retryAfter: 60_000,
    now: () => clock.now,
    unique: () => `unique ${(made += 1)}`,
  };
  const world = {
    deps,
    hub,
    queue,
    clock,
    records,
    device: async (label: string, row: Row = {}) =>
      seed(records, 'msdyn_iotdevice', label, { msdyn_deviceid: label, ...row }),
    deviceNow: async (id: string): Promise<Device> => (await records.get('msdyn_iotdevice', id))!.row,
    /** Asks for something, a second after whatever was before. */
    ask: async (action: DeviceAction, ids: readonly string[]) => {
      clock.now += 1_000;
      return startDeviceJob(action, await findDevices(ids, records), deps);
    },
    /** Takes what waits in the queue, and what comes of it unless it waits for the hub. */
    work: async (): Promise<BatchResult[]> => {
      const results: BatchResult[] = [];
      for (const message of queue.messages.splice(0)) results.push(await runDeviceBatch(message, deps));
      return results;
    },
    job: async (id: string | undefined) => (await records.get('ccs_devicejob', id!))!.row,
    history: async () => all(records, 'msdyn_iotdeviceregistrationhistory'),
    openJobs: async () => openWork.olderThan('job', Number.MAX_SAFE_INTEGER, 100),
  };
  return world;
}
