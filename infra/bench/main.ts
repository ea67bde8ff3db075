import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../local/options';
import { messageOf } from '../local/start-error';
import { runBenchmark } from './benchmark';
import { benchLists } from './lists/bench-lists';
import { performancePage } from './performance-page';
import type { PerformanceRun } from './performance-page';
import { fullPlan, isAskedFor } from './plan';
import { cellsOf, columns, comparisons, lineOf } from './report';
import type { Line } from './report';
import { findAlertmanager } from './subjects/alertmanager';
import { root } from './subjects/ours-event';
import { workloads } from './workload';

const workloadNames = [...Object.keys(workloads), 'latency'];
const subjectNames = ['ours', 'alertmanager', 'naive', 'raw'];

const read = readOptions(
  'npm run bench --',
  {
    only: { kind: 'text', hint: 'W1,W2', help: `only these: ${workloadNames.join(', ')}` },
    subjects: { kind: 'text', hint: 'A,B', help: `only these: ${subjectNames.join(', ')}` },
    runs: { kind: 'whole', hint: 'N', min: 1, max: 99, default: 3, help: 'runs of each measurement' },
    json: { kind: 'text', hint: 'FILE', help: 'also write the rows to this file' },
    quick: { kind: 'flag', help: 'a hundredth of the alerts: to see that it works, not how fast' },
    lists: { kind: 'flag', help: 'measure the lists of the console in a filled store, and nothing else' },
    url: { kind: 'text', hint: 'URL', help: 'with --lists: ask this service, which is filled, in place of a new one' },
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
  lists: boolean;
  url: string | undefined;
  write: boolean;
}

async function run(options: Options): Promise<void> {
  const { runs, json, quick, write, lists, url } = options;
  if (lists) {
    console.log(`${machine()}; Azurite.\n`);
    return benchLists({ quick, url }, console.log, progress);
  }
  const benchmark = askedFor(options);
  const lines: Line[] = [];
  const notes: string[] = [];
  const shares: string[] = [];
  const note = (text: string) => {
    notes.push(text);
    console.log(text);
  };
  console.log(`${machine()}; Azurite, fresh for each run; runs: ${runs}, median (minimum - maximum).\n`);
  console.log(lineOf(columns));
  if (!findAlertmanager()) note('Alertmanager is not installed (apt-get install prometheus-alertmanager): left out.');
  await runBenchmark(benchmark, {
    result: (line) => {
      lines.push(line);
      console.log(lineOf(cellsOf(line)));
    },
    shares: (words) => void shares.push(...words),
    failure: (text) => {
      note(text);
      process.exitCode = 1;
    },
    progress,
  });
  progress('');
  const rows = lines.map(({ row }) => row);
  const compared = comparisons(rows);
  if (compared.length > 0) console.log(`\nours\n${indented(compared)}`);
  if (shares.length > 0) console.log(`\nwhere the time of W1 goes, batch 1000\n${indented(shares)}`);
  if (json) await writeFile(json, `${JSON.stringify(rows, null, 2)}\n`);
  const isFull = options.only === undefined && options.subjects === undefined && !quick;
  if (write || isFull) await writePage({ lines, notes, compared, shares, quick });
}

/** The part of the plan that was asked for and is possible here. */
function askedFor({ only, subjects, runs, quick }: Options) {
  demandKnown('only', only, workloadNames);
  demandKnown('subjects', subjects, subjectNames);
  const installed = findAlertmanager() !== undefined;
  const plan = fullPlan(quick).filter(
    ({ workload, subject }) =>
      isAskedFor(only, workload) && isAskedFor(subjects, subject) && (installed || subject !== 'alertmanager'),
  );
  const latency = isAskedFor(only, 'latency') && isAskedFor(subjects, 'ours');
  const pressure = quick
    ? { alertsPerSecond: 100, seconds: 3, first: 1 }
    : { alertsPerSecond: 500, seconds: 20, first: 3 };
  return { plan, runs, pressure: latency ? pressure : undefined };
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`).join('\n');

function demandKnown(option: string, list: string | undefined, known: readonly string[]): void {
  const unknown = list?.split(',').find((name) => !known.includes(name.trim()));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown} is none of ${known.join(', ')}`);
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${memory} GB, Node ${process.version}`;
}

async function writePage(results: Omit<PerformanceRun, 'machine' | 'date' | 'command'>): Promise<void> {
  // Where results were written to besides says nothing about them.
  const said = process.argv.slice(2).filter((word, i, words) => word !== '--json' && words[i - 1] !== '--json');
  const args = said.filter((word) => word !== '--write' && !word.startsWith('--json='));
  const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const date = new Date().toISOString().slice(0, 10);
  const page = performancePage({ ...results, machine: machine(), date, command });
  await writeFile(join(root, 'docs', 'performance.md'), page);
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
