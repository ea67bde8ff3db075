import { messageOf } from '../local/start-error';
import { measureLatency } from './latency';
import { measureShares, measureStorage, measureTime } from './measure';
import type { Measured } from './plan';
import type { Pressure } from './pressure';
import { linesOf, wordsOfShares } from './report';
import type { Line } from './report';
import type { RunResult } from './run';

/** Who is told what happens. */
export interface Audience {
  result(line: Line): void;
  /** Where the time of one workload goes, in words. */
  shares(words: readonly string[]): void;
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
    const title = titleOf(measured);
    const tell = (what: string) => audience.progress(`${at + 1} of ${plan.length}: ${title}: ${what}`);
    const lines = async () => (await measureAll(measured, runs, tell)).forEach(audience.result);
    await attempt(title, lines, audience);
  }
  const storm = plan.find(isStorm);
  if (storm) {
    audience.progress(`where the time goes: ${titleOf(storm)}`);
    const shares = async () => audience.shares(wordsOfShares(storm, await measureShares(storm)));
    await attempt('where the time goes', shares, audience);
  }
  if (!pressure) return;
  audience.progress('latency: devices publish, cases are read');
  const latency = async () =>
    (await measureLatency(pressure, runs)).forEach((row) => audience.result({ row, rowsWritten: null }));
  await attempt('latency', latency, audience);
}

async function attempt(title: string, measure: () => Promise<void>, { failure }: Audience): Promise<void> {
  try {
    await measure();
  } catch (error) {
    failure(`${title} failed: ${messageOf(error)}`);
  }
}

const titleOf = ({ workload, batch, subject, path }: Measured) => `${workload}, batch ${batch}, ${subject} (${path})`;

/** The workload of which it is shown where its time goes: the one that is all about alerts. */
const isStorm = ({ workload, batch, subject, path }: Measured) =>
  workload === 'W1' && batch === 1000 && subject === 'ours' && path === 'event';

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
