import { cover, isCovered } from '../domain/coverage';
import type { Coverage, Range } from '../domain/coverage';
import type { Mark, ShardState, Source } from '../ports/alert-ledger';
import type { Work } from './settle-parts';

/*
 * Hub partitions deliver again: each commit notes how far they are dealt with (`Mark`), and what lies before is skipped.
 */

export const keyOf = ({ hub, partition }: Source) => `${hub}/${partition}`;

export function sourcesOf(work: readonly Work[]): Source[] {
  const sources = work.flatMap(({ origin }) => (origin ? [origin.source] : []));
  return [...new Map(sources.map((source) => [keyOf(source), source])).values()];
}

/** Takes out what an earlier delivery has settled, or a part before this one is about to. */
export function skipCovered(work: readonly Work[], sources: readonly Source[], { coverages }: ShardState): void {
  const covered = new Map(sources.map((source, i) => [keyOf(source), coverages[i]!]));
  for (const part of work) {
    if (!part.origin) continue;
    const { source, covered: ranges } = part.origin;
    const before = covered.get(keyOf(source))!;
    const open = part.arrivals.filter(({ position }) => position === null || !isCovered(before, position));
    part.settled.skipped += part.arrivals.length - open.length;
    part.arrivals = open;
    covered.set(keyOf(source), ranges.reduce(cover, before));
  }
}

/** How far the sources are dealt with once so many of the arrivals are written. */
export function marksAfter(
  work: readonly Work[],
  count: number,
  sources: readonly Source[],
  state: ShardState,
): Mark[] {
  const marks = new Map(
    sources.map((source, i): [string, Mark] => [keyOf(source), { source, coverage: state.coverages[i]! }]),
  );
  let left = count;
  for (const { arrivals, origin } of work) {
    const next = left < arrivals.length ? arrivals[left]! : null;
    left = Math.max(0, left - arrivals.length);
    if (origin) {
      const mark = marks.get(keyOf(origin.source))!;
      mark.coverage = coveredBy(mark.coverage, origin.covered, next?.position ?? null);
    }
    if (next) break;
  }
  return [...marks.values()];
}

/** The coverage once everything before `next` is written; all of it when nothing is left. */
function coveredBy(coverage: Coverage, covered: readonly Range[], next: number | null): Coverage {
  return covered.reduce<Coverage>((sum, [from, to]) => {
    const end = next === null ? to : Math.min(to, next - 1);
    return end < from ? sum : cover(sum, [from, end]);
  }, coverage);
}
