import { completed } from '../domain/batch-progress';
import type { BatchFigures } from '../domain/batch-progress';
import { jobState } from '../model/choices';
import type { DeviceJob, DeviceJobBatch } from '../model/entities';
import type { OpenWorkList } from '../ports/open-work';
import type { RecordStore, Write } from '../ports/record-store';

export interface CompleteDeps {
  records: RecordStore;
  openWork: OpenWorkList;
  now(): number;
}

/** Each lost round means that another batch of the job was done. */
const rounds = 200;

/**
 * Notes a batch as done and counts its figures into the job, in one transaction, so that they are counted once, however
 * often the batch is done. `next` is a batch that follows it. Answers the job when this was the last one of it.
 */
export async function completeBatch(
  id: string,
  figures: BatchFigures,
  { records, openWork, now }: CompleteDeps,
  next?: DeviceJobBatch,
): Promise<DeviceJob | undefined> {
  for (let round = 0; round < rounds; round += 1) {
    const batch = await records.get('ccs_devicejobbatch', id);
    if (!batch || batch.row['statecode'] === jobState.Inactive) return undefined;
    const job = await records.get('ccs_devicejob', String(batch.row['_ccs_devicejob_value']));
    if (!job) return undefined;
    const more = { ...figures, more: next !== undefined };
    const after = completed(job.row, batch.row, more, now());
    const writes: Write[] = [
      { entity: 'ccs_devicejobbatch', row: after.batch, etag: batch.etag },
      { entity: 'ccs_devicejob', row: after.job, etag: job.etag },
      ...(next ? [{ entity: 'ccs_devicejobbatch', row: next } as const] : []),
    ];
    if ((await records.writeTogether(writes)).kind !== 'written') continue;
    if (after.job.statecode !== jobState.Inactive) return undefined;
    await openWork.done('job', noteOf(after.job));
    return after.job;
  }
  throw new Error(`The batch ${id} of a device job could not be completed.`);
}

/** The note that a job is open. */
export function noteOf({ ccs_devicejobid: key, ccs_requestedon: on }: DeviceJob) {
  return { key: key!, since: Date.parse(on!) };
}
