import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Measured } from './plan';
import { startProfiler } from './profiler';
import { openSubject } from './subjects/subjects';
import type { Subject, Surroundings, Work } from './subjects/subject';
import { alertsOf, take, workloads } from './workload';
import { percentile } from './statistics';
import { timeShares } from './time-shares';
import type { TimeShare } from './time-shares';

/*
 * The process of one measurement. It is forked by the benchmark, opens its subject, lets it take the workload, and
 * reports over the IPC channel.
 */

export interface RunRequest {
  measured: Measured;
  surroundings: Surroundings;
  purpose: Purpose;
}

/**
 * What a run is for. `count` takes fewer alerts and stops between parents and duplicates, so that the counters can be
 * read; `profile` takes parents and duplicates apart as well, and notes what the duplicates take their time for.
 */
export type Purpose = 'time' | 'count' | 'profile';

export type RunReport = { type: 'stage'; stage: 'ready' | 'parents' } | ({ type: 'result' } & RunResult);

export interface RunResult {
  parts: PartResult[];
  /** Milliseconds from handing over a batch to the answer. */
  p99Ms: number;
  peakMb: number;
  tickets: number;
  /** Of the last part, where that was asked for. */
  shares?: TimeShare[];
}

export interface PartResult {
  alerts: number;
  seconds: number;
  cpuSeconds: number;
  residentMb: number;
  /** Share of the time in which the thread of this process was not waiting, 0 to 1. */
  busy: number;
}

async function measure({ measured, surroundings, purpose }: RunRequest): Promise<RunResult> {
  const subject = await openSubject(measured.subject, measured.path, surroundings);
  const times: number[] = [];
  const parts: PartResult[] = [];
  const counting = purpose === 'count';
  const warm = counting ? { keys: 0, alerts: 0 } : measured.warmUp;
  if (counting) await stage('ready');
  else await warmUp(subject, measured);
  const taking = counting ? measured.counted : { alerts: measured.alerts, keys: measured.keys };
  const alerts = alertsOf({ ...workloads[measured.workload], ...taking });
  let shares: TimeShare[] | undefined;
  for (const size of partSizes(measured, taking, purpose)) {
    const lanes = subject.prepare(take(alerts, size), measured.batch);
    const stop = purpose === 'profile' && parts.length === 1 ? await startProfiler() : undefined;
    parts.push(await timed(subject, lanes, times, measured.longest));
    if (stop) shares = timeShares(await stop());
    if (counting && parts.length === 1) await stage('parents');
  }
  const { peakMb } = subject.usage();
  const taken = parts.reduce((sum, part) => sum + part.alerts, 0);
  const tickets = await subject.tickets({ keys: taking.keys + warm.keys, alerts: taken + warm.alerts });
  await subject.close();
  const result = { parts, p99Ms: percentile(times, 0.99), peakMb, tickets: Math.max(0, tickets - warm.keys) };
  return { ...result, ...(shares && { shares }) };
}

async function warmUp(subject: Subject, { workload, batch, keys, warmUp: warm }: Measured): Promise<void> {
  const alerts = alertsOf({ ...workloads[workload], ...warm, others: keys });
  await timed(subject, subject.prepare(alerts, batch), []);
}

/** The first pass over the keys makes all the parents. */
function partSizes({ parts }: Measured, { alerts, keys }: Measured['counted'], purpose: Purpose): number[] {
  return purpose === 'time' ? Array.from({ length: parts }, () => alerts / parts) : [keys, alerts - keys];
}

async function timed(
  subject: Subject,
  lanes: readonly Work[][],
  times: number[],
  longest = Infinity,
): Promise<PartResult> {
  const before = subject.usage();
  const waitedBefore = performance.eventLoopUtilization();
  const started = performance.now();
  let alerts = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      // What was taken is let go of: the load should weigh as little as it can in the subject's process.
      for (let work = lane.shift(); work; work = lane.shift()) {
        const from = performance.now();
        if (from - started > longest * 1000) return;
        await work.run();
        times.push(performance.now() - from);
        alerts += work.alerts;
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const after = subject.usage();
  const busy = performance.eventLoopUtilization(waitedBefore).utilization;
  return { alerts, seconds, cpuSeconds: after.cpuSeconds - before.cpuSeconds, residentMb: after.residentMb, busy };
}

/** Tells the parent how far we are, and waits until it has read its counters. */
async function stage(name: 'ready' | 'parents'): Promise<void> {
  const goOn = once(process, 'message');
  process.send!({ type: 'stage', stage: name } satisfies RunReport);
  await goOn;
}

process.once('message', (request: RunRequest) => {
  measure(request).then(
    (result) => process.send!({ type: 'result', ...result } satisfies RunReport, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(1));
