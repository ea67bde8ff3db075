import fc from 'fast-check';
import { absorb, debounce } from '../../shared/domain/debounce';
import {
  copyGroup,
  draftOf,
  emptyGroup,
  identitiesIn,
  identitiesKept,
  setWindowOpen,
  settled,
} from '../../shared/domain/group';
import { textHash } from '../../shared/domain/text-hash';
import type { Candidate, DebounceRules, Verdict } from '../../shared/domain/debounce';
import type { Group } from '../../shared/domain/group';

const fixed: DebounceRules = { span: 60_000, mode: 'fixed', maxAge: 3_600_000 };
const sliding: DebounceRules = { ...fixed, mode: 'sliding', maxAge: 300_000 };

/** An alert so many seconds in; its identity is the hash of what is given. */
const at = (seconds: number, { identity = null, ...more }: Partial<Candidate> = {}): Candidate => ({
  id: `alert-${seconds}`,
  time: seconds * 1000,
  identity: identity === null ? null : textHash(identity),
  ...more,
});

function fold(alerts: readonly Candidate[], rules: DebounceRules, start: Group = emptyGroup()) {
  const group = copyGroup(start);
  const verdicts = alerts.map((alert) => {
    const verdict = debounce(group, alert, rules);
    absorb(group, alert, verdict);
    return verdict;
  });
  return { group, verdicts };
}

const parentOf = (verdict: Verdict) => (verdict.kind === 'parent' ? null : verdict.window.parent);

describe('the window', () => {
  test.each([
    { which: 'the first alert of a group', rules: fixed, times: [0], kind: 'parent', reason: 'first-of-group' },
    { which: 'a repeat inside', rules: fixed, times: [0, 30], kind: 'duplicate', reason: 'within-window' },
    { which: 'a repeat at the very end', rules: fixed, times: [0, 60], kind: 'duplicate', reason: 'within-window' },
    {
      which: 'a repeat just after the end',
      rules: fixed,
      times: [0, 60.001],
      kind: 'parent',
      reason: 'outside-window',
    },
    { which: 'fixed: a chain of repeats', rules: fixed, times: [0, 50, 100], kind: 'parent', reason: 'outside-window' },
    { which: 'sliding: a chain', rules: sliding, times: [0, 50, 100], kind: 'duplicate', reason: 'within-window' },
    {
      which: 'sliding: a gap at the limit',
      rules: sliding,
      times: [0, 60, 120],
      kind: 'duplicate',
      reason: 'within-window',
    },
    {
      which: 'sliding: a gap too long',
      rules: sliding,
      times: [0, 60, 120.001],
      kind: 'parent',
      reason: 'outside-window',
    },
    {
      which: 'sliding: exactly as old as allowed',
      rules: sliding,
      times: [0, 60, 120, 180, 240, 300],
      kind: 'duplicate',
      reason: 'within-window',
    },
    {
      which: 'sliding: older than allowed',
      rules: sliding,
      times: [0, 60, 120, 180, 240, 300.001],
      kind: 'parent',
      reason: 'outside-window',
    },
    { which: 'a late alert from before', rules: fixed, times: [100, 41], kind: 'duplicate', reason: 'within-window' },
    {
      which: 'a late alert from long before',
      rules: fixed,
      times: [100, 39],
      kind: 'parent',
      reason: 'outside-window',
    },
  ])('$which is a $kind ($reason)', ({ rules, times, kind, reason }) => {
    const { verdicts } = fold(
      times.map((time) => at(time)),
      rules,
    );
    expect(verdicts.at(-1)).toMatchObject({ kind, reason });
  });

  test('a late alert finds the window of its own time, not the newest', () => {
    const { verdicts } = fold([at(0), at(500), at(20)], fixed);
    expect(verdicts.map(parentOf)).toEqual([null, null, 'alert-0']);
  });

  test('only an open parent takes duplicates, and one that is opened again does, too', () => {
    const { group } = fold([at(0)], fixed);
    const closed = setWindowOpen(group, 'alert-0', false);
    expect(debounce(closed, at(10), fixed)).toMatchObject({ kind: 'parent', reason: 'parent-closed' });
    expect(debounce(setWindowOpen(closed, 'alert-0', true), at(10), fixed)).toMatchObject({ kind: 'duplicate' });
  });
});

describe('an event that a device sent twice', () => {
  test('is counted once within its window, even when the parent is closed by then', () => {
    const { group, verdicts } = fold([at(0, { identity: 'e1' }), at(5, { identity: 'e1' })], fixed);
    expect(verdicts[1]).toMatchObject({ kind: 'repeat', reason: 'same-event' });
    expect(group.windows[0]!.duplicates).toBe(0);
    const closed = setWindowOpen(group, 'alert-0', false);
    expect(debounce(closed, at(6, { identity: 'e1' }), fixed)).toMatchObject({ kind: 'repeat' });
  });

  test('is a new event outside of the window', () => {
    const { verdicts } = fold([at(0, { identity: 'e1' }), at(61, { identity: 'e1' })], fixed);
    expect(verdicts[1]).toMatchObject({ kind: 'parent' });
  });

  test('is recognised among the newest identities only, which bounds the state of a group', () => {
    const alerts = Array.from({ length: identitiesKept + 10 }, (_, i) =>
      at(i / 1000, { id: `a${i}`, identity: `e${i}` }),
    );
    const group = settled(fold(alerts, fixed).group);
    expect(group.windows[0]!.seen.size).toBe(identitiesKept);
    expect(group.windows[0]!.seen.has(textHash('e9'))).toBe(false);
    expect(group.windows[0]!.seen.has(textHash('e10'))).toBe(true);
  });

  test('is remembered by a draft as by the group that it becomes', () => {
    const late = 3_600;
    const busy = settled(fold([at(0), ...events(0, identitiesKept - 5), at(late), ...events(late, 5)], fixed).group);
    const draft = draftOf(busy);
    for (const alert of [...events(late, 20), ...events(late + 1, 100)]) {
      absorb(draft, alert, debounce(draft, alert, fixed));
    }
    const remembered = identitiesIn(draft);
    expect(remembered.map((own) => own.length)).toEqual([identitiesKept - 5 - 115, 120]);
    expect(identitiesIn(settled(draft))).toEqual(remembered);
  });
});

function events(second: number, count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => at(second + i / 1e6, { identity: `${second}/${i}` }));
}

describe('for any stream of alerts', () => {
  const stream = fc.array(
    fc.record({ seconds: fc.integer({ min: 0, max: 400 }), token: fc.option(fc.integer({ min: 0, max: 20 })) }),
    { minLength: 1, maxLength: 60 },
  );
  const candidates = (items: { seconds: number; token: number | null }[]) =>
    items.map(({ seconds, token }, i) => at(seconds, { id: `a${i}`, identity: token === null ? null : `e${token}` }));
  const anyRules = fc.constantFrom(fixed, sliding);

  test('no alert is lost: every one is a parent, a duplicate or a repeat, and the counts add up', () => {
    fc.assert(
      fc.property(stream, anyRules, (items, rules) => {
        const { group, verdicts } = fold(candidates(items), rules);
        const kinds = verdicts.map(({ kind }) => kind);
        const duplicates = kinds.filter((kind) => kind === 'duplicate').length;
        const parents = kinds.filter((kind) => kind === 'parent').length;
        // Windows beyond the bound leave the group, with their counts.
        if (parents <= group.windows.length) {
          expect(group.windows.reduce((sum, window) => sum + window.duplicates, 0)).toBe(duplicates);
        }
        expect(parents + duplicates + kinds.filter((kind) => kind === 'repeat').length).toBe(items.length);
        expect(kinds[0]).toBe('parent');
      }),
    );
  });

  test('depth is one: whatever an alert is put under is a parent itself', () => {
    fc.assert(
      fc.property(stream, anyRules, (items, rules) => {
        const alerts = candidates(items);
        const { verdicts } = fold(alerts, rules);
        const parents = new Set(alerts.filter((_, i) => verdicts[i]!.kind === 'parent').map(({ id }) => id));
        for (const verdict of verdicts) {
          const parent = parentOf(verdict);
          if (parent !== null) expect(parents.has(parent)).toBe(true);
        }
      }),
    );
  });

  test('cutting the stream anywhere decides the same', () => {
    fc.assert(
      fc.property(stream, anyRules, fc.nat(60), (items, rules, cut) => {
        const alerts = candidates(items);
        const whole = fold(alerts, rules);
        const first = fold(alerts.slice(0, cut), rules);
        const second = fold(alerts.slice(cut), rules, first.group);
        expect([...first.verdicts, ...second.verdicts].map(parentOf)).toEqual(whole.verdicts.map(parentOf));
        expect(second.group).toEqual(whole.group);
      }),
    );
  });

  test('any order of alerts that lie within one window gives one parent and the same count', () => {
    const within = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 });
    const shuffled = within.chain((times) =>
      fc.tuple(fc.constant(times), fc.shuffledSubarray(times, { minLength: times.length })),
    );
    fc.assert(
      fc.property(shuffled, anyRules, ([times, order], rules) => {
        const { group } = fold(
          order.map((time) => at(time)),
          rules,
        );
        expect(group.windows).toHaveLength(1);
        expect(group.windows[0]!.duplicates).toBe(times.length - 1);
      }),
    );
  });

  test('events sent twice, at any place after the first, change no count', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, fc.array(fc.nat(19), { maxLength: 20 }), anyRules, (seconds, again, rules) => {
        const once = seconds.map((time, i) => at(time, { id: `a${i}`, identity: `e${i}` }));
        const twice = [...once, ...again.flatMap((i) => (once[i] ? [{ ...once[i], id: `b${i}` }] : []))];
        expect(fold(twice, rules).group).toEqual(fold(once, rules).group);
      }),
    );
  });

  test('two parents of one group are never within one fixed window of each other while the first is remembered', () => {
    fc.assert(
      fc.property(stream, (items) => {
        const { group } = fold(candidates(items), fixed);
        const firsts = group.windows.map(({ first }) => first).toSorted((a, b) => a - b);
        firsts.slice(1).forEach((first, i) => expect(first - firsts[i]!).toBeGreaterThan(fixed.span));
      }),
    );
  });
});
