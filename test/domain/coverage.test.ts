import fc from 'fast-check';
import { cover, isCovered, itemsPerEvent, positionOf, rangesOf } from '../../shared/domain/coverage';
import type { Coverage, Range } from '../../shared/domain/coverage';

const covered = (ranges: readonly Range[]) => ranges.reduce<Coverage>(cover, []);

test.each([
  {
    which: 'adjacent ranges',
    ranges: [
      [0, 4],
      [5, 9],
    ],
    expected: [[0, 9]],
  },
  {
    which: 'overlapping ranges',
    ranges: [
      [0, 6],
      [3, 9],
    ],
    expected: [[0, 9]],
  },
  {
    which: 'a range that fills a gap',
    ranges: [
      [0, 4],
      [6, 9],
      [5, 5],
    ],
    expected: [[0, 9]],
  },
  {
    which: 'ranges with a gap',
    ranges: [
      [6, 9],
      [0, 4],
    ],
    expected: [
      [0, 4],
      [6, 9],
    ],
  },
  {
    which: 'a range inside another',
    ranges: [
      [0, 9],
      [3, 4],
    ],
    expected: [[0, 9]],
  },
] as { which: string; ranges: Range[]; expected: Range[] }[])('$which become $expected', ({ ranges, expected }) => {
  expect(covered(ranges)).toEqual(expected);
});

test('batches that follow each other leave one range', () => {
  const batches = [[0, 1, 2], [3], [4, 5]].flatMap(rangesOf);
  expect(covered(batches)).toEqual([[0, positionOf(5, itemsPerEvent - 1)]]);
});

test('a number that a batch did not hold stays uncovered', () => {
  const coverage = covered(rangesOf([7, 3, 4]));
  expect([3, 4, 7].every((sequence) => isCovered(coverage, positionOf(sequence, 9)))).toBe(true);
  expect([2, 5, 6, 8].some((sequence) => isCovered(coverage, positionOf(sequence, 0)))).toBe(false);
});

test('very many gaps are closed from the oldest on, so that the state stays small', () => {
  const coverage = covered(Array.from({ length: 200 }, (_, i): Range => [i * 10, i * 10 + 1]));
  expect(coverage.length).toBeLessThanOrEqual(64);
  expect(isCovered(coverage, 5)).toBe(true);
  expect(isCovered(coverage, 1985)).toBe(false);
});

test('any ranges, in any order, cover what they hold and stay apart and in order', () => {
  const range = fc.tuple(fc.nat(300), fc.nat(8)).map(([from, length]): Range => [from, from + length]);
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), fc.nat(310), (ranges, position) => {
      const coverage = covered(ranges);
      const held = ranges.some(([from, to]) => from <= position && position <= to);
      expect(isCovered(coverage, position)).toBe(held);
      coverage.slice(1).forEach(([from], i) => expect(from).toBeGreaterThan(coverage[i]![1] + 1));
    }),
  );
});
