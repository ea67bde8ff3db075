import { jobState, jobStatus } from '../model/choices';
import type { DeviceJob, DeviceJobBatch } from '../model/entities';
import { cutTo } from './clean-text';
import { modifiedBy } from './stamps';

/** What somebody who is told of a batch does: nothing, come again, or begin, perhaps where somebody else was cut short. */
export type Turn = { kind: 'done' } | { kind: 'busy'; until: number } | { kind: 'begin'; again: boolean };

export function turnFor(batch: DeviceJobBatch, now: number): Turn {
  if (batch.statecode === jobState.Inactive) return { kind: 'done' };
  const until = Date.parse(batch.ccs_leaseduntil ?? '');
  return until > now ? { kind: 'busy', until } : { kind: 'begin', again: batch.ccs_begunon != null };
}

/** Columns of a batch that somebody has for `lease` milliseconds. */
export function begun({ ccs_begunon: on, ccs_tries: tries }: DeviceJobBatch, now: number, lease: number) {
  const time = new Date(now).toISOString();
  return {
    ccs_begunon: on ?? time,
    ccs_tries: (tries ?? 0) + 1,
    ccs_leaseduntil: new Date(now + lease).toISOString(),
    ...modifiedBy(time),
  } satisfies DeviceJobBatch;
}

/** Columns of a batch that waits for the hub and will be told of again after `delay` milliseconds. */
export function waiting({ ccs_waitingsince: since }: DeviceJobBatch, reason: string, now: number, delay: number) {
  const time = new Date(now).toISOString();
  return {
    ccs_waitingsince: since ?? time,
    ccs_leaseduntil: null,
    ccs_queuedon: new Date(now + delay).toISOString(),
    ccs_message: cutTo(reason, 2000),
    ...modifiedBy(time),
  } satisfies DeviceJobBatch;
}

/** Whether a batch has waited for the hub as long as it may. */
export function isTimedOut({ ccs_waitingsince: since }: DeviceJobBatch, now: number, timeout: number): boolean {
  return since != null && now - Date.parse(since) >= timeout;
}

/** Milliseconds until the next try, the longer the more there were. */
export function delayAfter(tries: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(tries, 5));
}

/** More than any trouble takes that passes by itself. */
const mostTries = 200;

/** What to do with a batch that nobody may be at: leave it, tell of it again, or give it up. */
export function staleness(batch: DeviceJobBatch, now: number, retryAfter: number): 'leave' | 'queue' | 'end' {
  if (batch.statecode === jobState.Inactive || Date.parse(batch.ccs_leaseduntil ?? '') > now) return 'leave';
  if ((batch.ccs_tries ?? 0) >= mostTries) return 'end';
  // One that was begun is lost when its lease is over. One that was not may stand in a long queue, which loses nothing.
  const patience = batch.ccs_begunon != null ? retryAfter : 5 * retryAfter;
  const last = Math.max(Date.parse(batch.ccs_queuedon ?? ''), Date.parse(batch.ccs_leaseduntil ?? '') || 0);
  return now - last >= patience ? 'queue' : 'leave';
}

/** A device for which something could not be done. `device` is its Device ID, or the id of its record; `message` says what to do. */
export interface Failure {
  device: string;
  message: string;
}

/** How the devices of a batch ended; more follow when the batch was a page of many. */
export interface BatchFigures {
  finished: number;
  failed: number;
  /** For the job: what went wrong, one line each. */
  lines?: readonly string[];
  /** For the log: the devices that failed now, not those of an earlier try. */
  failures?: readonly Failure[];
  more?: boolean;
}

/** A batch that is done and its job, which is done with the last of them. */
export function completed(
  job: DeviceJob,
  batch: DeviceJobBatch,
  { finished, failed, lines = [], more = false }: BatchFigures,
  now: number,
): { job: DeviceJob; batch: DeviceJobBatch } {
  const time = new Date(now).toISOString();
  const next: DeviceJob = {
    ...job,
    ccs_finished: (job.ccs_finished ?? 0) + finished,
    ccs_failed: (job.ccs_failed ?? 0) + failed,
    ccs_finishedbatches: (job.ccs_finishedbatches ?? 0) + 1,
    ccs_batches: (job.ccs_batches ?? 0) + (more ? 1 : 0),
    ccs_message: withLines(job.ccs_message ?? '', lines),
    ...modifiedBy(time),
  };
  const total = Math.max(job.ccs_total ?? 0, next.ccs_finished!);
  return {
    job: { ...next, ccs_total: total, ...(next.ccs_finishedbatches! >= next.ccs_batches! && closed(next, time)) },
    batch: {
      ...batch,
      ccs_finished: finished,
      ccs_failed: failed,
      ccs_leaseduntil: null,
      ccs_waitingsince: null,
      ...endState(failed),
      ...modifiedBy(time),
    },
  };
}

/** Columns of a job that has nothing (more) to do. */
function closed({ ccs_failed: failed }: DeviceJob, time: string) {
  return { ccs_completedon: time, ...endState(failed ?? 0) } satisfies DeviceJob;
}

const endState = (failed: number) => ({
  statecode: jobState.Inactive,
  statuscode: failed > 0 ? jobStatus['Completed with Errors'] : jobStatus.Succeeded,
});

const longestMessage = 8_000;
const cut = '\n…';

function withLines(message: string, lines: readonly string[]): string | null {
  if (message.endsWith(cut)) return message;
  const all = [message, ...lines].filter((line) => line !== '').join('\n');
  if (all.length <= longestMessage) return all || null;
  return cutTo(all, longestMessage - cut.length) + cut;
}
