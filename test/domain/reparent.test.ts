import { makeId } from '../../shared/domain/ids';
import { emptyGroup } from '../../shared/domain/group';
import type { Group, Window } from '../../shared/domain/group';
import { Identities } from '../../shared/domain/identities';
import { moveUnder, reparent } from '../../shared/domain/reparent';

const idOf = (created: number, seed = '') => makeId({ time: created, shard: 0, seed });
const [a, b, c] = [idOf(1), idOf(2), idOf(3)];
const window = (parent: string, second: number, more: Partial<Window> = {}): Window => ({
  parent,
  first: second * 1000,
  earliest: second * 1000,
  latest: second * 1000,
  open: true,
  duplicates: 0,
  seen: new Identities(),
  ...more,
});
const group = (...windows: Window[]): Group => ({ ...emptyGroup(), windows });
const fixed = { span: 60_000, mode: 'fixed', maxAge: 3_600_000 } as const;
const sliding = { ...fixed, mode: 'sliding' } as const;
const alert = { id: c, time: 100_000, parent: null };

test.each([
  { which: 'an earlier alert', windows: [window(a, 50)], under: a },
  { which: 'one at the end of the timespan', windows: [window(a, 40)], under: a },
  { which: 'none beyond it', windows: [window(a, 39.999)], under: undefined },
  { which: 'the nearest of two', windows: [window(a, 50), window(b, 70)], under: b },
  { which: 'none that is closed', windows: [window(a, 50, { open: false })], under: undefined },
  { which: 'one before a closed one', windows: [window(a, 50), window(b, 70, { open: false })], under: a },
  { which: 'none that is later', windows: [window(a, 101)], under: undefined },
  { which: 'one of the same time that was created before', windows: [window(b, 100)], under: b },
  { which: 'none of the same time that was created after', windows: [window(idOf(4), 100)], under: undefined },
  { which: 'not itself', windows: [window(c, 100)], under: undefined },
  { which: 'the last in a sliding window', windows: [window(a, 0, { latest: 50_000 })], under: a, rules: sliding },
  { which: 'not that in a fixed one', windows: [window(a, 0, { latest: 50_000 })], under: undefined },
])('an alert without a parent finds $which', ({ windows, under, rules = fixed }) => {
  expect(reparent(group(...windows), alert, rules)).toEqual(
    under === undefined
      ? { kind: 'stay', reason: 'no-earlier-parent' }
      : { kind: 'move', reason: 'within-window', under },
  );
});

test('an alert with a parent stays under it', () => {
  const stay = { kind: 'stay', reason: 'has-parent' };
  expect(reparent(group(window(a, 90)), { ...alert, parent: b }, fixed)).toEqual(stay);
});

test('of two at the very same time and creation, the same one is always the earlier', () => {
  const [x, y] = [idOf(5, 'x'), idOf(5, 'y')].toSorted() as [string, string];
  const both = group(window(x, 100), window(y, 100));
  expect(reparent(both, { ...alert, id: y }, fixed)).toMatchObject({ kind: 'move', under: x });
  expect(reparent(both, { ...alert, id: x }, fixed)).toMatchObject({ kind: 'stay' });
});

test('the window of a moved alert goes into that of its parent, and the group it came from is unchanged', () => {
  const own = window(c, 100, { earliest: 95_000, latest: 130_000, duplicates: 2, seen: new Identities(['yyyy']) });
  const before = group(window(a, 50, { duplicates: 1, seen: new Identities(['xxxx']) }), own);
  const after = moveUnder(before, alert, a, 2, true);
  expect(after.windows).toEqual([
    window(a, 50, { earliest: 50_000, latest: 130_000, duplicates: 4, seen: new Identities(['xxxx', 'yyyy']) }),
  ]);
  expect(before.windows).toHaveLength(2);
  expect(before.windows[0]!.duplicates).toBe(1);
});

test('a step that moves some of the children leaves the rest counted where they are', () => {
  const before = group(window(a, 50), window(c, 100, { duplicates: 120 }));
  expect(moveUnder(before, alert, a, 90, false).windows.map(({ duplicates }) => duplicates)).toEqual([90, 30]);
});

test('an alert whose window is forgotten is moved all the same', () => {
  expect(moveUnder(group(window(a, 50)), alert, a, 0, true).windows).toMatchObject([{ parent: a, duplicates: 1 }]);
});
