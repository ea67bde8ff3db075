import { inStorageOrder, devicesOf, newJob } from '../domain/device-job';
import type { BatchMessage } from '../domain/device-job';
import { asked, request } from '../domain/registration';
import type { DeviceAction } from '../domain/registration';
import { registrationStatus } from '../model/choices';
import type { DeviceJob, DeviceJobBatch } from '../model/entities';
import type { OpenWorkList } from '../ports/open-work';
import type { RecordStore, Stored } from '../ports/record-store';
import type { WorkQueue } from '../ports/work-queue';
import { noteOf } from './complete-batch';
import { endDeviceBatch } from './end-device-batch';
import { inTurns } from './in-turns';
import { reviseDevices } from './revise-devices';

export interface JobDeps {
  records: RecordStore;
  registrations: WorkQueue<BatchMessage>;
  openWork: OpenWorkList;
  /** Milliseconds for which a registration on its way is left alone. */
  registrationTimeout: number;
  now(): number;
  unique(): string;
  /** The user who asks for it. */
  by?: string;
}

/** Rows of a transaction: batches are long. */
const rowsTogether = 40;
const atOnce = 8;

const notQueued =
  'The request could not be queued: the storage queue cannot be reached. Ask for it again when it is back.';

/**
 * Begins a job over devices: notes it as open, writes it with its batches, marks the devices and tells the queue. Who is
 * being registered already is left alone; without anybody else there is no job. When the queue cannot be reached, the
 * devices that were not handed on end as failed, and the call fails with `queue-unreachable`.
 */
export async function startDeviceJob(
  action: DeviceAction,
  devices: readonly Stored[],
  deps: JobDeps,
): Promise<string | undefined> {
  const now = deps.now();
  const decide = (row: Stored['row']) => request(action, row, now, deps.registrationTimeout);
  const wanted = devices.filter(({ row }) => decide(row).kind !== 'wait');
  if (wanted.length === 0) return undefined;
  const ids = inStorageOrder(wanted.map(({ row }) => String(row['msdyn_iotdeviceid'])));
  const { job, batches } = newJob(action, ids, { now, unique: deps.unique(), by: deps.by });
  await writeJob(job, batches, deps);
  const leftAlone = new Set<string>();
  const registered = new Set<string>();
  await reviseDevices(
    wanted,
    (device) => {
      const { kind } = decide(device);
      const id = device.msdyn_iotdeviceid!;
      if (kind === 'wait') leftAlone.add(id);
      else leftAlone.delete(id);
      if (device.msdyn_registrationstatus === registrationStatus.Registered) registered.add(id);
      else registered.delete(id);
      return kind !== 'wait' && { columns: asked(action, device, kind, now) };
    },
    deps,
  );
  if (leftAlone.size > 0) await leaveOut(leftAlone, job, batches, deps);
  await tellOf(job, batches, deps, registered);
  return job.ccs_devicejobid!;
}

/** The job comes last: whoever sees it sees all of its batches. Its note comes first, so that it cannot be forgotten. */
export async function writeJob(
  job: DeviceJob,
  batches: readonly DeviceJobBatch[],
  { records, openWork }: JobDeps,
): Promise<void> {
  await openWork.note('job', noteOf(job));
  const rows = [
    ...batches.map((row) => ({ entity: 'ccs_devicejobbatch', row }) as const),
    { entity: 'ccs_devicejob', row: job } as const,
  ];
  for (let from = 0; from < rows.length; from += rowsTogether) {
    const { kind } = await records.writeTogether(rows.slice(from, from + rowsTogether));
    if (kind !== 'written') throw new Error(`The device job ${job.ccs_devicejobid} could not be written: ${kind}`);
  }
}

/** Takes devices out of the job that somebody else began to register in the meantime. */
async function leaveOut(
  ids: ReadonlySet<string>,
  { ccs_devicejobid: job }: DeviceJob,
  batches: readonly DeviceJobBatch[],
  { records }: JobDeps,
): Promise<void> {
  const affected = batches.filter((batch) => devicesOf(batch).some((id) => ids.has(id)));
  for (const { ccs_devicejobbatchid: batch } of affected) {
    const stored = (await records.get('ccs_devicejobbatch', batch!))!;
    const kept = devicesOf(stored.row).filter((id) => !ids.has(id));
    await records.replace('ccs_devicejobbatch', { ...stored.row, ccs_devices: kept.join(',') }, stored.etag);
  }
  const stored = (await records.get('ccs_devicejob', job!))!;
  const total = Number(stored.row['ccs_total']) - ids.size;
  await records.replace('ccs_devicejob', { ...stored.row, ccs_total: total }, stored.etag);
}

/** Tells the queue of each batch; those it cannot be told of are ended, and who was `registered` stays so. */
export async function tellOf(
  job: DeviceJob,
  batches: readonly DeviceJobBatch[],
  deps: JobDeps,
  registered: ReadonlySet<string> = new Set(),
): Promise<void> {
  const told = new Set<DeviceJobBatch>();
  try {
    await inTurns(batches, atOnce, async (batch) => {
      await deps.registrations.add({ job: job.ccs_devicejobid!, batch: batch.ccs_devicejobbatchid! });
      told.add(batch);
    });
  } catch (error) {
    const rest = batches.filter((batch) => !told.has(batch));
    await inTurns(rest, 1, async (batch) => {
      await endDeviceBatch(batch.ccs_devicejobbatchid!, notQueued, { ...deps, registered });
    });
    throw error;
  }
}
