/**
 * Which events of a hub partition have been dealt with: the high-water mark, kept as ranges so that a batch that arrives
 * out of order is not mistaken for an old one. In practice there is one range.
 *
 * A position is an event's sequence number and an index into its payload, folded into one integer.
 */

/** More items than this in one event cannot be told apart; such an event is parked. */
export const itemsPerEvent = 16_384;

/** A closed range of positions. */
export type Range = readonly [from: number, to: number];

/** Disjoint, ascending, never adjacent. */
export type Coverage = readonly Range[];

/** Gaps beyond this many are closed from the oldest on: by then the hub no longer holds their events. */
const rangesKept = 64;

export function positionOf(sequence: number, index: number): number {
  return sequence * itemsPerEvent + index;
}

/** What a position is made of. */
export function placeOf(position: number): { sequence: number; index: number } {
  const index = position % itemsPerEvent;
  return { sequence: (position - index) / itemsPerEvent, index };
}

export function isCovered(coverage: Coverage, position: number): boolean {
  // Asked for every alert there is, of mostly one range.
  for (let i = 0; i < coverage.length; i += 1) {
    const range = coverage[i]!;
    if (range[0] <= position && position <= range[1]) return true;
  }
  return false;
}

/** The coverage with one more range in it. */
export function cover(coverage: Coverage, [from, to]: Range): Coverage {
  const apart = coverage.filter((range) => range[1] < from - 1 || range[0] > to + 1);
  const touching = coverage.filter((range) => !apart.includes(range));
  const merged: Range = [
    Math.min(from, ...touching.map((range) => range[0])),
    Math.max(to, ...touching.map((range) => range[1])),
  ];
  const ranges = [...apart, merged].toSorted((a, b) => a[0] - b[0]);
  while (ranges.length > rangesKept) {
    const [first, second] = ranges.splice(0, 2) as [Range, Range];
    ranges.unshift([first[0], second[1]]);
  }
  return ranges;
}

/** The positions that a batch of events covers: only what it really held, so numbers that are missing stay uncovered. */
export function rangesOf(sequences: readonly number[]): Range[] {
  const runs: [first: number, last: number][] = [];
  const isAscending = sequences.every((sequence, i) => i === 0 || sequence > sequences[i - 1]!);
  for (const sequence of isAscending ? sequences : [...new Set(sequences)].toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && sequence === run[1] + 1) run[1] = sequence;
    else runs.push([sequence, sequence]);
  }
  return runs.map(([first, last]) => [positionOf(first, 0), positionOf(last, itemsPerEvent - 1)]);
}
