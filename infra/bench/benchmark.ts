import { messageOf } from '../local/start-error';
import { measureLatency } from './latency';
import { measureStorage, measureTime } from './measure';
import type { Measured } from './plan';
import type { Pressure } from './pressure';
import { linesOf } from './report';
import type { Line } from './report';
import type { RunResult } from './run';

/** Who is told what happens. */
export interface Audience {
  result(line: Line): void;
  /** Something that failed; the others go on. */
  failure(text: string): void;
  progress(text: string): void;
}

interface Benchmark {
  plan: readonly Measured[];
  /** Undefined when latency is not asked for. */
  pressure: Pressure | undefined;
  runs: number;
}

/** Measures one thing after the other, so that none disturbs another. */
export async function runBenchmark({ plan, pressure, runs }: Benchmark, audience: Audience): Promise<void> {
  for (const [at, measured] of plan.entries()) {
    const title = `${measured.workload}, batch ${measured.batch}, ${measured.subject} (${measured.path})`;
    const tell = (what: string) => audience.progress(`${at + 1} of ${plan.length}: ${title}: ${what}`);
    await attempt(title, () => measureAll(measured, runs, tell), audience);
  }
  if (!pressure) return;
  audience.progress('latency: devices publish, cases are read');
  const latency = async () => (await measureLatency(pressure, runs)).map((row) => ({ row, rowsWritten: null }));
  await attempt('latency', latency, audience);
}

async function attempt(title: string, measure: () => Promise<Line[]>, { result, failure }: Audience): Promise<void> {
  try {
    for (const line of await measure()) result(line);
  } catch (error) {
    failure(`${title} failed: ${messageOf(error)}`);
  }
}

async function measureAll(measured: Measured, runs: number, tell: (what: string) => void): Promise<Line[]> {
  tell('counting storage transactions');
  const costs = await measureStorage(measured);
  const results: RunResult[] = [];
  for (let run = 1; run <= runs; run += 1) {
    tell(`run ${run} of ${runs}, ${measured.alerts.toLocaleString('en-US')} alerts`);
    results.push(await measureTime(measured));
  }
  const lines = linesOf(measured, results, costs);
  const { tickets } = lines[0]!.row;
  if (measured.subject === 'ours' && tickets !== measured.keys) {
    throw new Error(`${tickets} tickets for ${measured.keys} keys`);
  }
  return lines;
}
