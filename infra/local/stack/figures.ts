import type { FleetFigures } from '../fleet/fleet';
import type { Count, WebApi } from '../web-api';

const questions = {
  alerts: { set: 'msdyn_iotalerts', filter: undefined },
  parents: { set: 'msdyn_iotalerts', filter: '_msdyn_parentalert_value eq null' },
  cases: { set: 'incidents', filter: undefined },
  workOrders: { set: 'msdyn_workorders', filter: undefined },
  parked: { set: 'ccs_parkedmessages', filter: undefined },
} as const;

type Name = keyof typeof questions;

/** Counts of the service; one is missing where it could not be asked. */
export type Counts = Partial<Record<Name, Count>>;

/** Asks for all counts, except those that have reached the most the service counts: nothing here is ever deleted. */
export async function readCounts(api: WebApi, patience: number, known: Counts = {}): Promise<Counts> {
  const counts: Counts = {};
  for (const [name, { set, filter }] of Object.entries(questions)) {
    const key = name as Name;
    const count = known[key]?.atLeast ? known[key] : await api.count(set, filter, patience).catch(() => undefined);
    if (count) counts[key] = count;
  }
  return counts;
}

/** One line for a person. */
export function figuresLine(fleet: FleetFigures, counts: Counts, alertsPerSecond: number | undefined): string {
  const { alerts, parents, cases, workOrders, parked } = counts;
  const exact = alerts && parents && !alerts.atLeast && !parents.atLeast;
  const duplicates = exact ? { value: Math.max(alerts.value - parents.value, 0), atLeast: false } : undefined;
  return [
    `${fleet.online} of ${fleet.devices} devices online`,
    `${fleet.sent} events sent`,
    `${shown(alerts)} alerts (${shown(parents)} parents, ${shown(duplicates)} duplicates)`,
    `${shown(cases)} cases`,
    `${shown(workOrders)} work orders`,
    `${shown(parked)} parked`,
    `${alertsPerSecond === undefined ? '-' : alertsPerSecond.toFixed(1)} alerts/s`,
  ].join(', ');
}

function shown(count: Count | undefined): string {
  return count === undefined ? '-' : `${count.value}${count.atLeast ? '+' : ''}`;
}

interface ReportOptions {
  api: WebApi;
  fleet: () => FleetFigures;
  print: (line: string) => void;
  /** Milliseconds between two lines, unless counting is slow. */
  interval: number;
}

/**
 * Prints the figures again and again, when something changed. Counting must not become the load that is counted: after
 * a slow answer it rests ten times as long as the answer took. Returns what ends it.
 */
export function reportFigures({ api, fleet, print, interval }: ReportOptions): () => void {
  let before: { counts: Counts; at: number } | undefined;
  let lastLine = '';
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  async function report(): Promise<void> {
    const began = performance.now();
    const counts = await readCounts(api, 10_000, before?.counts);
    const now = { counts, at: performance.now() };
    const rate = counts.alerts?.atLeast ? await recentRate(api) : rateSince(before, now);
    if (ended) return;
    const line = figuresLine(fleet(), counts, rate);
    if (line !== lastLine) print(line);
    lastLine = line;
    // What has reached its limit just now is not counted again, so the next answer is quick.
    const settled = bounded(counts) > bounded(before?.counts ?? {});
    before = now;
    timer = setTimeout(() => void report(), settled ? interval : Math.max(interval, 10 * (performance.now() - began)));
  }

  timer = setTimeout(() => void report(), interval);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

function bounded(counts: Counts): number {
  return Object.values(counts).filter(({ atLeast }) => atLeast).length;
}

interface Moment {
  counts: Counts;
  /** Milliseconds. */
  at: number;
}

function rateSince(before: Moment | undefined, now: Moment): number | undefined {
  if (!before?.counts.alerts || !now.counts.alerts) return undefined;
  return (Math.max(now.counts.alerts.value - before.counts.alerts.value, 0) * 1000) / (now.at - before.at);
}

const newest = 500;
const recent = 10_000;

/** Alerts a second by the newest ones alone, for when there are too many to count. */
async function recentRate(api: WebApi): Promise<number | undefined> {
  const times: number[] = [];
  try {
    for await (const { createdon } of api.list('msdyn_iotalerts', `$select=createdon&$top=${newest}`)) {
      times.push(Date.parse(String(createdon)));
    }
  } catch {
    return undefined; // the next line tries again
  }
  const now = Date.now();
  const young = times.filter((time) => now - time < recent);
  const span = young.length < newest ? recent : Math.max(now - Math.min(...young), 1);
  return (young.length * 1000) / span;
}
