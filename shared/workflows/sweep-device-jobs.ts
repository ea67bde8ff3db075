import { staleness } from '../domain/batch-progress';
import { batchIds } from '../domain/device-job';
import { jobState } from '../model/choices';
import type { DeviceJobBatch } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { noteOf } from './complete-batch';
import { endDeviceBatch } from './end-device-batch';
import type { Ended } from './end-device-batch';
import type { BatchDeps } from './run-device-batch';

export interface SweepDeps extends BatchDeps {
  /** Milliseconds of silence after which a batch is told of again. */
  retryAfter: number;
}

/** What was found. */
export interface Swept {
  queued: number;
  ended: Ended[];
}

const mostJobs = 200;

/** A note without a job is one that is about to be written, or that never was. */
const withoutJob = 600_000;

const tooOften = 'It was tried too often without an end. The log says why; ask for it again.';

/** Takes up again what got lost on the way: batches of open jobs that nobody is at and that no message leads to. */
export async function sweepDeviceJobs(deps: SweepDeps): Promise<Swept> {
  const { records, openWork, now, retryAfter } = deps;
  const swept: Swept = { queued: 0, ended: [] };
  for (const note of await openWork.olderThan('job', now() - retryAfter, mostJobs)) {
    const job = (await records.get('ccs_devicejob', note.key))?.row;
    if (!job) {
      if (now() - note.since > withoutJob) await openWork.done('job', note);
      continue;
    }
    if (job['statecode'] === jobState.Inactive) {
      await openWork.done('job', noteOf(job));
      continue;
    }
    for (const batch of await records.getMany('ccs_devicejobbatch', batchIds(job))) {
      if (batch) await takeUp(batch, swept, deps);
    }
  }
  return swept;
}

async function takeUp({ row, etag }: Stored, swept: Swept, deps: SweepDeps): Promise<void> {
  const { records, registrations, now, retryAfter } = deps;
  const batch: DeviceJobBatch = row;
  const id = batch.ccs_devicejobbatchid!;
  const what = staleness(batch, now(), retryAfter);
  const ended = what === 'end' ? await endDeviceBatch(id, tooOften, deps) : undefined;
  if (ended) swept.ended.push(ended);
  if (what !== 'queue') return;
  const next = { ...row, ccs_queuedon: new Date(now()).toISOString() };
  if ((await records.replace('ccs_devicejobbatch', next, etag)).kind !== 'replaced') return;
  await registrations.add({ job: batch._ccs_devicejob_value!, batch: id });
  swept.queued += 1;
}
