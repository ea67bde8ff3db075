import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startAzurite } from '../local/azurite';
import { startIotHub } from '../local/iot-hub/iot-hub';
import type { RunRequest, RunResult } from './run';
import type { SubjectName } from './subjects';

/** What is measured: as many alerts as take a few seconds at that batch size. */
const plan: { subject: SubjectName; batch: number; alerts: number }[] = [
  { subject: 'ours', batch: 1, alerts: 1_000 },
  { subject: 'ours', batch: 100, alerts: 10_000 },
  { subject: 'ours', batch: 1000, alerts: 20_000 },
  { subject: 'naive', batch: 1, alerts: 2_000 },
  { subject: 'raw', batch: 1000, alerts: 20_000 },
];
const devices = 200;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '3' }, json: { type: 'string' } },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} must be a whole number from 1 on`);
  console.log(
    `Alerts/s from event batch to durable rows: a storm of ${devices} devices, ${runs} runs, median (minimum-maximum).`,
  );
  console.log(
    `Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}; Azurite, fresh for each run.\n`,
  );
  const rows: ((typeof plan)[number] & { path: 'event' } & ReturnType<typeof summary>)[] = [];
  for (const measured of plan) {
    const results: RunResult[] = [];
    for (let run = 1; run <= runs; run += 1) {
      process.stderr.write(`\r${measured.subject}, batch ${measured.batch}: run ${run} of ${runs} ...      `);
      results.push(await measureAlone(measured));
    }
    process.stderr.write('\r\u001b[K');
    const row = { ...measured, path: 'event' as const, ...summary(results) };
    rows.push(row);
    console.log(line(row));
  }
  const rate = (subject: SubjectName, batch: number) =>
    rows.find((row) => row.subject === subject && row.batch === batch)!.alertsPerSecond.median;
  const ratios = [1, 100, 1000].map(
    (batch) => `${(rate('ours', batch) / rate('naive', 1)).toFixed(1)} x at batch ${batch}`,
  );
  console.log(`\nours against the loop of single inserts: ${ratios.join(', ')}`);
  if (values.json) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
}

/** Storage, hub and subject in processes of their own, all new. */
async function measureAlone(measured: (typeof plan)[number]): Promise<RunResult> {
  const data = await mkdtemp(join(tmpdir(), 'ccs-bench-'));
  const [azurite, hub] = await Promise.all([startAzurite(), startIotHub({ data })]);
  try {
    const child = fork(join(__dirname, 'run.js'));
    const { eventHubConnectionString, eventHubName } = hub;
    const surroundings = { storageConnectionString: azurite.connectionString, eventHubConnectionString, eventHubName };
    const request: RunRequest = { ...measured, devices, surroundings };
    child.send(request);
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${measured.subject} at batch ${measured.batch} ended with code ${String(code)}`);
    });
    failed.catch(() => undefined);
    const [result] = (await Promise.race([once(child, 'message'), failed])) as [RunResult];
    return result;
  } finally {
    await Promise.all([azurite.stop(), hub.stop()]);
    await rm(data, { recursive: true, force: true });
  }
}

function summary(results: readonly RunResult[]) {
  const rates = results.map(({ alertsPerSecond }) => alertsPerSecond).toSorted((a, b) => a - b);
  const middle = (pick: (result: RunResult) => number) =>
    results.map(pick).toSorted((a, b) => a - b)[Math.floor(results.length / 2)]!;
  return {
    alertsPerSecond: { min: rates[0]!, median: middle((result) => result.alertsPerSecond), max: rates.at(-1)! },
    p50Ms: middle((result) => result.p50Ms),
    p99Ms: middle((result) => result.p99Ms),
    cpuSeconds: middle((result) => result.cpuSeconds),
    peakMb: middle((result) => result.peakMb),
  };
}

function line(row: { subject: string; batch: number } & ReturnType<typeof summary>): string {
  const { median, min, max } = row.alertsPerSecond;
  const round = (value: number) => Math.round(value).toLocaleString('en').padStart(7);
  return [
    row.subject.padEnd(6),
    `batch ${String(row.batch).padStart(4)}`,
    `${round(median)}/s (${round(min)} -${round(max)})`,
    `p50 ${row.p50Ms.toFixed(1).padStart(6)} ms`,
    `p99 ${row.p99Ms.toFixed(1).padStart(6)} ms`,
    `cpu ${row.cpuSeconds.toFixed(1).padStart(5)} s`,
    `${round(row.peakMb)} MB`,
  ].join('   ');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
