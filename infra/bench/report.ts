import { median, spread } from './statistics';
import type { StorageCosts } from './measure';
import type { Measured } from './plan';
import type { PartResult, RunResult } from './run';
import type { Path, SubjectName } from './subjects/subjects';

/** One line of the result, as `--json` writes it. Null is what was not measured. */
export interface Row {
  /** The tenths of W4 have lines of their own. */
  workload: string;
  batch: number;
  path: Path;
  subject: SubjectName;
  alertsPerSecond: { min: number; median: number; max: number };
  /** Of a batch; for `latency` from a device's publish to the readable case. */
  p99Ms: number;
  /** Of the subject's process. */
  cpuSeconds: number;
  peakMb: number;
  transactionsPerAlert: number | null;
  entitiesPerDuplicate: number | null;
  tickets: number;
}

/** A row, and what the table says besides: about how many rows the timed run wrote to the storage. */
export interface Line {
  row: Row;
  rowsWritten: number | null;
}

/** The lines of one measurement: one, and for a workload in parts one each for the first and the last part. */
export function linesOf(measured: Measured, runs: readonly RunResult[], costs: StorageCosts): Line[] {
  const { keys, parts } = measured;
  const alerts = total(runs[0]!, 'alerts');
  const written = costs.entitiesPerKey * keys + costs.entitiesPerDuplicate * (alerts - keys);
  const shares = parts === 1 ? [1] : [1, 1 / parts, 1 / parts];
  return rowsOf(measured, runs, costs).map((row, i) => ({ row, rowsWritten: written * shares[i]! }));
}

function rowsOf(measured: Measured, runs: readonly RunResult[], costs: StorageCosts): Row[] {
  const { workload, batch, path, subject, parts } = measured;
  const { transactionsPerAlert, entitiesPerDuplicate } = costs;
  const common = { batch, path, subject, transactionsPerAlert, entitiesPerDuplicate };
  const rest = {
    p99Ms: median(runs.map((run) => run.p99Ms)),
    tickets: worst(
      runs.map((run) => run.tickets),
      measured.keys,
    ),
  };
  const whole: Row = {
    workload,
    ...common,
    ...rest,
    alertsPerSecond: spread(runs.map((run) => total(run, 'alerts') / total(run, 'seconds'))),
    cpuSeconds: median(runs.map((run) => total(run, 'cpuSeconds'))),
    peakMb: median(runs.map((run) => run.peakMb)),
  };
  if (parts === 1) return [whole];
  const part = (name: string, at: number): Row => ({
    workload: `${workload} ${name}`,
    ...common,
    ...rest,
    alertsPerSecond: spread(runs.map((run) => run.parts.at(at)!.alerts / run.parts.at(at)!.seconds)),
    cpuSeconds: median(runs.map((run) => run.parts.at(at)!.cpuSeconds)),
    peakMb: median(runs.map((run) => run.parts.at(at)!.residentMb)),
  });
  return [whole, part('first tenth', 0), part('last tenth', -1)];
}

const total = ({ parts }: RunResult, what: 'alerts' | 'seconds' | 'cpuSeconds') =>
  parts.reduce((sum, part) => sum + part[what], 0);

/** The number of tickets that is farthest from the number of keys. */
function worst(tickets: readonly number[], keys: number): number {
  return tickets.toSorted((a, b) => Math.abs(b - keys) - Math.abs(a - keys))[0]!;
}

export const columns = [
  'workload',
  'batch',
  'path',
  'subject',
  'alerts/s (min - max)',
  'rows written',
  'p99 ms',
  'CPU s',
  'MB',
  'transactions/alert',
  'rows/duplicate',
  'tickets',
] as const;

/** A row as people read it. */
export function cellsOf({ row, rowsWritten }: Line): string[] {
  const { min, median: middle, max } = row.alertsPerSecond;
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const small = (value: number | null) => (value === null ? '-' : value.toPrecision(3));
  return [
    row.workload,
    String(row.batch),
    row.path,
    row.subject,
    `${whole(middle)} (${whole(min)} - ${whole(max)})`,
    rowsWritten === null ? '-' : whole(rowsWritten),
    row.p99Ms.toFixed(1),
    row.cpuSeconds.toFixed(1),
    whole(row.peakMb),
    small(row.transactionsPerAlert),
    small(row.entitiesPerDuplicate),
    row.tickets === 0 ? '-' : whole(row.tickets),
  ];
}

/** A line for the screen, in columns. */
export function lineOf(cells: readonly string[]): string {
  const widths = [14, 5, 5, 12, 29, 12, 8, 7, 6, 18, 14, 7];
  return cells
    .map((cell, i) => (i < 4 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
    .join(' ')
    .trimEnd();
}

/** How ours stands beside the others, in words; nothing about those that were not measured. */
export function comparisons(rows: readonly Row[]): string[] {
  const rate = (workload: string, batch: number, subject: SubjectName, path?: Path) =>
    rows.find(
      (row) =>
        row.workload === workload &&
        row.batch === batch &&
        row.subject === subject &&
        (path === undefined || row.path === path),
    )?.alertsPerSecond.median;
  const compare = (what: string, ours: number | undefined, theirs: number | undefined) =>
    ours === undefined || theirs === undefined ? [] : [`${what}: ${(ours / theirs).toFixed(2)} x`];
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  return [
    ...compare('W1, batch 1, against naive', rate('W1', 1, 'ours', 'event'), rate('W1', 1, 'naive')),
    ...compare('W1, batch 1000, against naive', rate('W1', 1000, 'ours', 'event'), rate('W1', 1, 'naive')),
    ...workloads.flatMap((workload) =>
      ([1, 64, 1000] as const).flatMap((batch) => [
        ...compare(
          `${workload}, batch ${batch}, against raw transactions`,
          rate(workload, batch, 'ours', 'event'),
          rate(workload, batch, 'raw'),
        ),
        ...compare(
          `${workload}, batch ${batch}, against Alertmanager`,
          rate(workload, batch, 'ours', 'event'),
          rate(workload, batch, 'alertmanager'),
        ),
      ]),
    ),
    ...compare(
      'W4, last tenth against the first',
      rate('W4 last tenth', 1000, 'ours'),
      rate('W4 first tenth', 1000, 'ours'),
    ),
  ];
}

/** Where the time of a profiled run went. */
export function wordsOfShares({ keys }: Measured, { parts, shares = [] }: RunResult): string[] {
  const [parents, duplicates] = parts as [PartResult, PartResult];
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  const each = (duplicates.seconds * duplicates.busy * 1e6) / duplicates.alerts;
  return [
    `The first ${whole(keys)} alerts, each of which becomes a parent with its case: ${parents.seconds.toFixed(2)} s. The thread is busy for ${percent(parents.busy)} of it and waits for the storage otherwise.`,
    `The other ${whole(duplicates.alerts)}, all duplicates: ${duplicates.seconds.toFixed(2)} s. The thread is busy for ${percent(duplicates.busy)} of it, ${each.toFixed(1)} us an alert:`,
    ...shares.map(({ what, share }) => `${(share * each).toFixed(1)} us (${percent(share)}): ${what}`),
  ];
}
