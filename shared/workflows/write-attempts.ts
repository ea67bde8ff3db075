import type { BatchFigures, Failure } from '../domain/batch-progress';
import { after, historyId, historyOf, overtaken } from '../domain/registration';
import type { Attempt, DeviceAction } from '../domain/registration';
import { isSynced } from '../domain/twin-sync';
import { attemptOutcome } from '../model/choices';
import type { Device, DeviceJob } from '../model/entities';
import type { OpenWorkList } from '../ports/open-work';
import type { RecordStore } from '../ports/record-store';
import { inTurns } from './in-turns';
import type { OpenBatch } from './open-batch';
import { reviseDevices } from './revise-devices';

const notesAtOnce = 16;

interface Deps {
  records: RecordStore;
  openWork: OpenWorkList;
  now(): number;
}

const history = 'msdyn_iotdeviceregistrationhistory';

/** Attempts of a job that are finished, by the ids of their devices: whether each succeeded. */
export async function finishedAttempts(
  { ccs_devicejobid: job }: DeviceJob,
  devices: readonly string[],
  records: RecordStore,
): Promise<Map<string, boolean>> {
  const rows = await records.getMany(
    history,
    devices.map((id) => historyId(id, job!)),
  );
  return new Map(
    devices.flatMap((id, index): [string, boolean][] => {
      const row = rows[index]?.row;
      return row ? [[id, row['ccs_outcome'] === attemptOutcome.Succeeded]] : [];
    }),
  );
}

/**
 * Writes how the attempts ended: each device with its row of the registration history, in one transaction. Devices whose
 * attempt was finished before keep what was written then. Answers the figures of these devices.
 */
export async function writeAttempts(
  action: DeviceAction,
  { job, devices }: Pick<OpenBatch, 'job' | 'devices'>,
  attempts: ReadonlyMap<string, Attempt>,
  deps: Deps,
): Promise<BatchFigures> {
  const behind = new Set<string>();
  const { before, gone } = await reviseDevices(
    devices,
    (device: Device) => {
      const id = device.msdyn_iotdeviceid!;
      const attempt = attempts.get(id)!;
      const columns = after(action, device, attempt, { requestedOn: job.ccs_requestedon!, now: deps.now() });
      if (attempt.succeeded && !isSynced({ ...device, ...columns })) behind.add(id);
      else behind.delete(id);
      return {
        columns,
        also: { entity: history, row: historyOf(action, device, attempt, job.ccs_devicejobid!, deps.now()) },
      };
    },
    deps,
  );
  // Their tags or settings changed on the way: nobody else may know that the twin has the old ones.
  await inTurns([...behind], notesAtOnce, async (key) => deps.openWork.note('twin', { key, since: deps.now() }));
  const outcomes = new Map([...attempts].map(([id, { succeeded }]) => [id, succeeded]));
  if (before.length > 0) {
    for (const [id, succeeded] of await finishedAttempts(job, before, deps.records)) outcomes.set(id, succeeded);
  }
  for (const id of gone) outcomes.set(id, false);
  return {
    finished: devices.length,
    failed: [...outcomes.values()].filter((succeeded) => !succeeded).length,
    lines: gone.map((id) => deleted(id)),
    failures: devices.flatMap(({ row }) => failureOf(row, new Set(before), attempts)),
  };
}

/** None for who was dealt with before, and for who is to become something else by now. */
function failureOf(
  { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId }: Device,
  before: ReadonlySet<string>,
  attempts: ReadonlyMap<string, Attempt>,
): Failure[] {
  const attempt = attempts.get(id!)!;
  if (attempt.succeeded || attempt === overtaken || before.has(id!)) return [];
  return [{ device: deviceId ?? id!, message: attempt.message ?? '' }];
}

/** For the job: a device that is there no more can say nothing itself. */
const deleted = (device: string) => `msdyn_iotdevices(${device}) was deleted before its turn came.`;

/** The figures of a whole batch: devices that were dealt with now, finished before, and deleted. */
export function batchFigures(
  now: BatchFigures,
  finished: ReadonlyMap<string, boolean>,
  gone: readonly string[],
): BatchFigures {
  const failedBefore = [...finished.values()].filter((succeeded) => !succeeded).length;
  return {
    finished: now.finished + finished.size + gone.length,
    failed: now.failed + failedBefore + gone.length,
    lines: [...(now.lines ?? []), ...gone.map((id) => deleted(id))],
    failures: now.failures ?? [],
  };
}
