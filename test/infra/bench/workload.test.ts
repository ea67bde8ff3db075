import { fullPlan, isAskedFor } from '../../../infra/bench/plan';
import { comparisons } from '../../../infra/bench/report';
import type { Row } from '../../../infra/bench/report';
import { alertsOf, batchesOf, take, workloads } from '../../../infra/bench/workload';

const keyOf = ({ device, kind }: { device: number; kind: string }) => `${device} ${kind}`;

describe.each(Object.entries(workloads))('%s', (_, workload) => {
  const small = { ...workload, alerts: 2_000, keys: 100 };

  it('touches each key once before any key again', () => {
    const first = [...take(alertsOf(small), small.keys)];
    expect(new Set(first.map(keyOf)).size).toBe(small.keys);
    expect(new Set([...alertsOf(small)].map(keyOf)).size).toBe(small.keys);
  });

  it('is the same each time, and lies within one window', () => {
    const alerts = [...alertsOf(small)];
    expect([...alertsOf(small)]).toEqual(alerts);
    expect(alerts.at(-1)!.time - alerts[0]!.time).toBeLessThan(60_000);
  });
});

test('the skewed workload gives three of ten alerts to one device, and much to few', () => {
  const { keys, draw } = workloads.W3;
  const alerts = [...alertsOf({ alerts: 22_000, keys, draw })].slice(keys);
  const share = (device: number) => alerts.filter((alert) => alert.device === device).length / alerts.length;
  expect(share(0)).toBeGreaterThan(0.3);
  expect(share(1)).toBeGreaterThan(10 * share(500));
});

test('parts of a workload go on from each other', () => {
  const whole = [...alertsOf({ ...workloads.W1, alerts: 100, keys: 10 })];
  const source = alertsOf({ ...workloads.W1, alerts: 100, keys: 10 });
  expect([...take(source, 30), ...take(source, 70)]).toEqual(whole);
});

test('alerts that come first to warm up are of devices that the others do not touch', () => {
  for (const { workload, keys, warmUp, alerts } of fullPlan(false)) {
    const devices = (drawn: Parameters<typeof alertsOf>[0]) =>
      new Set([...alertsOf(drawn)].map(({ device }) => device));
    const { draw } = workloads[workload];
    const measured = devices({ draw, keys, alerts: Math.min(alerts, keys) });
    const warm = devices({ draw, ...warmUp, others: keys });
    expect(warmUp.alerts).toBeGreaterThanOrEqual(warmUp.keys);
    expect([...warm].filter((device) => measured.has(device))).toEqual([]);
    expect(measured.size + warm.size).toBe(Math.ceil((keys + warmUp.keys) / 2));
  }
});

test('batches hold everything, in order', () => {
  expect(batchesOf([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
});

test('the plan holds every workload beside Alertmanager, and all numbers are whole', () => {
  for (const quick of [false, true]) {
    const plan = fullPlan(quick);
    const beside = plan.filter(({ subject }) => subject === 'alertmanager').map(({ workload }) => workload);
    expect(new Set(beside)).toEqual(new Set(Object.keys(workloads)));
    for (const { alerts, keys, counted, parts, warmUp } of plan) {
      expect([alerts, keys, counted.alerts, counted.keys, alerts / parts, warmUp.alerts].every(Number.isInteger)).toBe(
        true,
      );
      expect(counted.alerts).toBeGreaterThan(counted.keys);
    }
  }
});

test.each([
  { which: 'nothing asks for all', only: undefined, name: 'W3', is: true },
  { which: 'a name asks for itself', only: 'W1,W3', name: 'W3', is: true },
  { which: 'a name asks for its variants', only: 'W2', name: 'W2-50k', is: true },
  { which: 'a variant asks for itself alone', only: 'W2-50k', name: 'W2', is: false },
])('$which', ({ only, name, is }) => {
  expect(isAskedFor(only, name)).toBe(is);
});

test('the rates stand side by side only where both were measured', () => {
  const row = (subject: Row['subject'], median: number) =>
    ({ workload: 'W1', batch: 1000, path: 'event', subject, alertsPerSecond: { min: 0, median, max: 0 } }) as Row;
  expect(comparisons([row('ours', 300), row('raw', 200)])).toEqual([
    'W1, batch 1000, against raw transactions: 1.50 x',
  ]);
});
