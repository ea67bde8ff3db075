import type { Path, SubjectName } from './subjects/subjects';
import { workloads } from './workload';
import type { Batch, Workload, WorkloadName } from './workload';

/** One line of the benchmark: who takes what, how. */
export interface Measured {
  workload: WorkloadName;
  batch: Batch;
  path: Path;
  subject: SubjectName;
  alerts: number;
  keys: number;
  parts: number;
  /** The shorter pass that counts storage transactions. */
  counted: { alerts: number; keys: number };
  /** Alerts of other keys that come first and count for nothing: a storm finds a service that has been at work. */
  warmUp: { alerts: number; keys: number };
  /** Seconds after which no batch is begun any more; what was taken by then says enough. */
  longest?: number;
}

/** Batches of one are for the patient: so many alerts say enough. */
const mostSingles = 20_000;

/** What one key costs is the same for each; so many say enough. */
const mostKeysCounted = 10_000;

/** Bare transactions slow down as their table fills: going on would only make them look worse. */
const longestRaw = 60;

/** Everything that is measured, in order. `quick` keeps the shape and makes it small. */
export function fullPlan(quick: boolean): Measured[] {
  const names = Object.keys(workloads) as WorkloadName[];
  return names.flatMap((name) => {
    const workload: Workload = workloads[name];
    return workload.batches.flatMap((batch) =>
      subjectsOf(name, batch).map(([subject, path]) => ({
        workload: name,
        batch,
        path,
        subject,
        parts: workload.parts,
        ...sizes(workload, batch, quick),
        ...(subject === 'raw' && name === 'W1' && { longest: longestRaw }),
      })),
    );
  });
}

function sizes({ alerts, keys }: Workload, batch: Batch, quick: boolean) {
  const all = quick ? { alerts: alerts / 100, keys: keys / 50 } : { alerts, keys };
  const singles = quick ? mostSingles / 100 : mostSingles;
  const taken = batch === 1 ? Math.min(all.alerts, singles) : all.alerts;
  const duplicates = (batch === 1 ? 2_000 : 20_000) / (quick ? 20 : 1);
  const countedKeys = Math.min(all.keys, mostKeysCounted);
  const counted = { alerts: Math.min(taken, countedKeys + duplicates), keys: countedKeys };
  const warmUp = { alerts: Math.min(taken / 10, mostSingles), keys: quick ? 2 : batch === 1 ? 50 : 500 };
  return { alerts: taken, keys: all.keys, counted, warmUp };
}

function subjectsOf(name: WorkloadName, batch: Batch): [SubjectName, Path][] {
  const ours: [SubjectName, Path][] = [['ours', 'event']];
  if (name === 'W1') ours.push(['ours', 'http']);
  if (name === 'W1' && batch === 1) ours.push(['naive', 'event']);
  if (batch === 1000 && name !== 'W3' && name !== 'W4') ours.push(['raw', 'event']);
  return [...ours, ['alertmanager', 'http']];
}

/** Whether `--only W1,W2` asks for it; `W2` asks for `W2-50k` as well. */
export function isAskedFor(only: string | undefined, name: string): boolean {
  if (only === undefined) return true;
  return only.split(',').some((asked) => name === asked.trim() || name.startsWith(`${asked.trim()}-`));
}
