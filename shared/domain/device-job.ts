import { jobAction, jobState, jobStatus } from '../model/choices';
import type { DeviceJob, DeviceJobBatch } from '../model/entities';
import { makeId, placeInId, shardOf, shardOfId, sortKey } from './ids';
import { createdBy } from './stamps';

/** What a job does with its devices. */
export type JobAction = keyof typeof jobAction;

/**
 * Devices of one batch: as many as the hub takes in one request. Whether an identity is enabled is changed with its keys at
 * hand, each read by a request of its own, so that such batches are small.
 */
const devicesInBatch: Readonly<Record<JobAction, number>> = {
  Register: 100,
  Unregister: 100,
  Activate: 20,
  Deactivate: 20,
  Import: 100,
};

/** What the queue carries: which batch is to be done. The batch itself holds everything else. */
export interface BatchMessage {
  job: string;
  batch: string;
}

/** Whoever reads the queue may meet anything; undefined for what is no message about a batch. */
export function batchMessageOf(message: unknown): BatchMessage | undefined {
  const { job, batch } = (typeof message === 'object' && message !== null ? message : {}) as Record<string, unknown>;
  return isId(job) && isId(batch) ? { job, batch } : undefined;
}

const isId = (value: unknown): value is string => typeof value === 'string' && placeInId(value) !== undefined;

/** A job over devices (ids of records, or Device IDs), cut into batches; `unique` tells jobs of one moment apart. */
export function newJob(
  action: JobAction,
  devices: readonly string[],
  { now, unique, by }: { now: number; unique: string; by?: string | undefined },
): { job: DeviceJob; batches: DeviceJobBatch[] } {
  const seed = `device job ${unique}`;
  const time = new Date(now).toISOString();
  const id = makeId({ time: now, shard: shardOf(seed), seed });
  const size = devicesInBatch[action];
  const count = Math.ceil(devices.length / size);
  const job: DeviceJob = {
    ccs_devicejobid: id,
    ccs_name: `${action}: ${devices.length} ${devices.length === 1 ? 'device' : 'devices'}`,
    ccs_action: jobAction[action],
    ccs_total: devices.length,
    ccs_finished: 0,
    ccs_failed: 0,
    ccs_batches: count,
    ccs_finishedbatches: 0,
    ccs_requestedon: time,
    statecode: jobState.Active,
    statuscode: jobStatus['In Progress'],
    ...createdBy(time, by),
  };
  const batches = Array.from({ length: count }, (_, number) =>
    newBatch(job, number, { devices: devices.slice(number * size, (number + 1) * size) }, now),
  );
  return { job, batches };
}

/** A job over everything the hub has: one batch a page, each of which begets the next. */
export function newImport(at: { now: number; unique: string; by?: string | undefined }): {
  job: DeviceJob;
  batches: DeviceJobBatch[];
} {
  const { job } = newJob('Import', [], at);
  const all: DeviceJob = { ...job, ccs_name: 'Import: all devices of the hub', ccs_batches: 1 };
  return { job: all, batches: [newBatch(all, 0, {}, at.now)] };
}

/** A batch of a job, in the job's shard. Its id follows from its number. */
export function newBatch(
  job: DeviceJob,
  number: number,
  { devices, continuation }: { devices?: readonly string[]; continuation?: string },
  now: number,
): DeviceJobBatch {
  const time = new Date(now).toISOString();
  return {
    ccs_devicejobbatchid: batchId(job, number),
    ccs_name: `Batch ${number + 1}`,
    _ccs_devicejob_value: job.ccs_devicejobid!,
    ccs_number: number,
    ccs_devices: devices?.join(',') ?? null,
    ccs_continuation: continuation ?? null,
    ccs_finished: 0,
    ccs_failed: 0,
    ccs_tries: 0,
    ccs_queuedon: time,
    statecode: jobState.Active,
    statuscode: jobStatus['In Progress'],
    ...createdBy(time, job._createdby_value ?? undefined),
  };
}

function batchId({ ccs_devicejobid: id }: DeviceJob, number: number): string {
  const { time, shard } = placeInId(id!)!;
  return makeId({ time, shard, seed: `batch ${id} ${number}` });
}

export function batchIds(job: DeviceJob): string[] {
  return Array.from({ length: job.ccs_batches ?? 0 }, (_, number) => batchId(job, number));
}

/** Devices of a batch, as they were listed. */
export function devicesOf({ ccs_devices: devices }: DeviceJobBatch): string[] {
  return devices ? devices.split(',') : [];
}

export function actionOf({ ccs_action: value }: DeviceJob): JobAction {
  const found = (Object.keys(jobAction) as JobAction[]).find((name) => jobAction[name] === value);
  if (!found) throw new Error(`A device job has the unknown action ${String(value)}`);
  return found;
}

/** Ids in the order of storage, shard by shard: the devices of a batch are then read and written together. */
export function inStorageOrder(ids: readonly string[]): string[] {
  return ids
    .map((id) => ({ id, shard: shardOfId(id), key: sortKey(id) }))
    .toSorted((a, b) => a.shard - b.shard || (a.key < b.key ? -1 : 1))
    .map(({ id }) => id);
}
