import { memoryAllowances } from '../../shared/adapters/memory/allowances';
import type { Allowances } from '../../shared/ports/allowances';

type Limits = Parameters<typeof memoryAllowances>[0];

const adapters: { which: string; open: (limits: Limits, now: () => number) => Allowances }[] = [
  { which: 'memory', open: memoryAllowances },
];

describe.each(adapters)('allowances in $which', ({ open }) => {
  const world = (limits: Limits) => {
    const clock = { now: 1_000_000 };
    const allowances = open(limits, () => clock.now);
    const wait = (caller = 'a') => allowances.wait('requests', caller);
    const take = (units: number, caller = 'a') => allowances.take('requests', caller, units);
    return { clock, allowances, wait, take };
  };

  test("give a minute's worth at once, and then so much a minute", () => {
    const { clock, wait, take } = world({ requests: 60, effects: 0 });
    for (let i = 0; i < 60; i += 1) {
      expect(wait()).toBe(0);
      take(1);
    }
    expect(wait()).toBe(1_000);
    clock.now += 999;
    expect(wait()).toBe(1);
    clock.now += 1;
    expect(wait()).toBe(0);
    take(1);
    expect(wait()).toBe(1_000);
    clock.now += 60_000;
    take(59);
    expect(wait()).toBe(0);
  });

  test('let one thing be larger than what is left, which has to come back before the next', () => {
    const { clock, wait, take } = world({ requests: 60, effects: 0 });
    take(59);
    expect(wait()).toBe(0);
    take(100);
    expect(wait()).toBe(100_000);
    clock.now += 100_000;
    expect(wait()).toBe(0);
  });

  test("are each caller's own, and each thing's own", () => {
    const { allowances, wait, take } = world({ requests: 2, effects: 2 });
    take(2);
    expect(wait()).toBeGreaterThan(0);
    expect(wait('b')).toBe(0);
    expect(allowances.wait('effects', 'a')).toBe(0);
  });

  test('of 0 are no limit', () => {
    const { wait, take } = world({ requests: 0, effects: 1 });
    take(1_000_000);
    expect(wait()).toBe(0);
  });

  test('are kept for those who wait, however many callers there are', () => {
    const { clock, wait, take } = world({ requests: 60, effects: 0 });
    take(200, 'greedy');
    for (let i = 0; i < 25_000; i += 1) {
      clock.now += 1;
      take(1, `caller ${i}`);
    }
    expect(wait('greedy')).toBeGreaterThan(0);
  });
});
