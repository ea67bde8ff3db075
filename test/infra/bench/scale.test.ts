import { capacity } from '../../../infra/bench/scale-model';
import type { Costs, Limits } from '../../../infra/bench/scale-model';

const limits: Limits = { rowsPerAccount: 16_000, storageAnswer: 10, answersPerBatch: 2, largestBatch: 1000 };
const light: Costs = { cpu: { fixed: 0, each: 0.001 }, rows: { fixed: 1, each: 0 } };
const one = { hubPartitions: 1, instances: 1, storageAccounts: 1 };

test('a partition that only waits for answers carries one full batch for each wait', () => {
  const { alertsPerSecond, bound } = capacity(one, { ...light, cpu: { fixed: 0, each: 0 } }, limits);
  expect(alertsPerSecond).toBeGreaterThan(47_000);
  expect(alertsPerSecond).toBeLessThan(54_000);
  expect(bound).toBe('one batch at a time');
});

test('a core that takes a tenth of a millisecond for an alert carries ten thousand a second, whoever asks', () => {
  const costs = { ...light, cpu: { fixed: 0, each: 0.1 } };
  for (const hubPartitions of [4, 32]) {
    const { alertsPerSecond, bound } = capacity({ ...one, hubPartitions }, costs, limits);
    expect(alertsPerSecond / 10_000).toBeCloseTo(1, 0);
    expect(bound).toBe('the core of an instance');
  }
  const four = capacity({ ...one, hubPartitions: 4, instances: 4 }, costs, limits);
  expect(four.alertsPerSecond).toBeGreaterThan(30_000);
});

test('a row for each alert fills the account, and a second account carries as much again', () => {
  const costs = { ...light, rows: { fixed: 0, each: 1 } };
  const crowd = { hubPartitions: 32, instances: 32, storageAccounts: 1 };
  const first = capacity(crowd, costs, limits);
  expect(first.bound).toBe('rows of the storage account');
  expect(first.alertsPerSecond / 16_000).toBeCloseTo(1, 0);
  const second = capacity({ ...crowd, storageAccounts: 2 }, costs, limits);
  expect(second.alertsPerSecond / first.alertsPerSecond).toBeCloseTo(2, 0);
});
