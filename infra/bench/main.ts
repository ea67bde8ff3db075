import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../local/options';
import { messageOf } from '../local/start-error';
import { measureLatency } from './latency';
import { measureStorage, measureTime } from './measure';
import { performancePage } from './performance-page';
import { fullPlan, isAskedFor } from './plan';
import type { Measured } from './plan';
import { cellsOf, columns, comparisons, lineOf, linesOf } from './report';
import type { Line } from './report';
import type { RunResult } from './run';
import { findAlertmanager } from './subjects/alertmanager';
import { root } from './subjects/ours-event';
import { workloads } from './workload';

const names = [...Object.keys(workloads), 'latency'];
const subjectNames = ['ours', 'alertmanager', 'naive', 'raw'];

const read = readOptions(
  'npm run bench --',
  {
    only: { kind: 'text', hint: 'W1,W2', help: `only these: ${names.join(', ')}` },
    subjects: { kind: 'text', hint: 'A,B', help: `only these: ${subjectNames.join(', ')}` },
    runs: { kind: 'whole', hint: 'N', min: 1, max: 99, default: 3, help: 'runs of each measurement' },
    json: { kind: 'text', hint: 'FILE', help: 'also write the rows to this file' },
    quick: { kind: 'flag', help: 'a hundredth of the alerts: to see that it works, not how fast' },
    write: { kind: 'flag', help: 'write docs/performance.md, as a full run does anyway' },
  },
  process.argv.slice(2),
);

interface Options {
  only: string | undefined;
  subjects: string | undefined;
  runs: number;
  json: string | undefined;
  quick: boolean;
  write: boolean;
}

async function run(options: Options): Promise<void> {
  const { only, subjects, runs, json, quick, write } = options;
  demandKnown('only', only, names);
  demandKnown('subjects', subjects, subjectNames);
  const plan = fullPlan(quick).filter(
    ({ workload, subject }) => isAskedFor(only, workload) && isAskedFor(subjects, subject),
  );
  const latency = isAskedFor(only, 'latency') && isAskedFor(subjects, 'ours');
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  console.log(`${machine}; Azurite, fresh for each run; ${runs} runs, median (minimum - maximum).\n`);
  console.log(lineOf(columns));
  const lines: Line[] = [];
  const notes: string[] = [];
  const keep = (more: Line[]) => {
    lines.push(...more);
    for (const line of more) console.log(lineOf(cellsOf(line)));
  };
  const note = (text: string) => {
    notes.push(text);
    console.log(text);
  };
  if (!findAlertmanager()) note('Alertmanager is not installed (apt-get install prometheus-alertmanager): left out.');
  const possible = plan.filter(({ subject }) => subject !== 'alertmanager' || findAlertmanager() !== undefined);
  for (const [at, measured] of possible.entries()) {
    const title = `${measured.workload}, batch ${measured.batch}, ${measured.subject} (${measured.path})`;
    try {
      const tell = (what: string) => progress(`${at + 1} of ${possible.length}: ${title}: ${what}`);
      keep(await measureAll(measured, runs, tell));
    } catch (error) {
      note(`${title} failed: ${messageOf(error)}`);
      process.exitCode = 1;
    }
  }
  if (latency) {
    progress('latency: devices publish, cases are read');
    const pressure = quick ? { alertsPerSecond: 100, seconds: 3 } : { alertsPerSecond: 500, seconds: 20 };
    try {
      keep([{ row: await measureLatency(pressure), rowsWritten: null }]);
    } catch (error) {
      note(`latency failed: ${messageOf(error)}`);
      process.exitCode = 1;
    }
  }
  progress('');
  const rows = lines.map(({ row }) => row);
  const compared = comparisons(rows);
  if (compared.length > 0) console.log(`\nours\n${compared.map((line) => `  ${line}`).join('\n')}`);
  if (json) await writeFile(json, `${JSON.stringify(rows, null, 2)}\n`);
  if (!write && (only !== undefined || subjects !== undefined || quick)) return;
  const date = new Date().toISOString().slice(0, 10);
  const command = ['npm run bench', ...process.argv.slice(2).filter((word) => word !== '--write')].join(' ');
  await writeFile(
    join(root, 'docs', 'performance.md'),
    performancePage({ lines, notes, compared, machine, date, command: command.replace('bench ', 'bench -- '), quick }),
  );
}

function demandKnown(option: string, list: string | undefined, known: readonly string[]): void {
  const unknown = list?.split(',').find((name) => !known.includes(name.trim()));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown} is none of ${known.join(', ')}`);
}

async function measureAll(measured: Measured, runs: number, tell: (what: string) => void): Promise<Line[]> {
  tell('counting storage transactions');
  const costs = await measureStorage(measured);
  const results: RunResult[] = [];
  for (let run = 1; run <= runs; run += 1) {
    tell(`run ${run} of ${runs}, ${measured.alerts.toLocaleString('en')} alerts`);
    results.push(await measureTime(measured));
  }
  const lines = linesOf(measured, results, costs);
  const { tickets } = lines[0]!.row;
  if (measured.subject === 'ours' && tickets !== measured.keys) {
    throw new Error(`${tickets} tickets for ${measured.keys} keys`);
  }
  return lines;
}

/** One line that is written over on a terminal, and lines in a file. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else {
  run(read.values).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
