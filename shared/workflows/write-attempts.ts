import type { BatchFigures } from '../domain/batch-progress';
import { after, historyId, historyOf } from '../domain/registration';
import type { Attempt, DeviceAction } from '../domain/registration';
import { attemptOutcome } from '../model/choices';
import type { Device, DeviceJob } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';
import type { OpenBatch } from './open-batch';
import { reviseDevices } from './revise-devices';

interface Deps {
  records: RecordStore;
  now(): number;
}

const history = 'msdyn_iotdeviceregistrationhistory';

/** Attempts of a job that are finished, by the ids of their devices: whether each succeeded. */
export async function finishedAttempts(
  { ccs_devicejobid: job }: DeviceJob,
  devices: readonly Stored[],
  records: RecordStore,
): Promise<Map<string, boolean>> {
  const ids = devices.map(({ row }) => String(row['msdyn_iotdeviceid']));
  const rows = await records.getMany(
    history,
    ids.map((id) => historyId(id, job!)),
  );
  return new Map(
    ids.flatMap((id, index): [string, boolean][] => {
      const row = rows[index]?.row;
      return row ? [[id, row['ccs_outcome'] === attemptOutcome.Succeeded]] : [];
    }),
  );
}

/**
 * Writes how the attempts ended: each device with its row of the registration history, in one transaction. Devices whose
 * attempt is finished already keep what was written then. Answers the figures of the whole batch.
 */
export async function writeAttempts(
  action: DeviceAction,
  { job, devices, gone }: OpenBatch,
  attempts: ReadonlyMap<string, Attempt>,
  deps: Deps,
): Promise<BatchFigures> {
  const requestedOn = job.ccs_requestedon!;
  const ended = devices.filter(({ row }) => attempts.has(String(row['msdyn_iotdeviceid'])));
  await reviseDevices(
    ended,
    (device: Device) => {
      const attempt = attempts.get(device.msdyn_iotdeviceid!)!;
      return {
        columns: after(action, device, attempt, requestedOn),
        also: { entity: history, row: historyOf(action, device, attempt, job.ccs_devicejobid!, deps.now()) },
      };
    },
    deps,
  );
  const outcomes = await finishedAttempts(job, devices, deps.records);
  const vanished = gone + devices.filter(({ row }) => !outcomes.has(String(row['msdyn_iotdeviceid']))).length;
  const failures = [...outcomes.values()].filter((succeeded) => !succeeded).length + vanished;
  return {
    finished: devices.length + gone,
    failed: failures,
    ...(vanished > 0 && { lines: [`${vanished} devices were deleted before their turn came.`] }),
  };
}
