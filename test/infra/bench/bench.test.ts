import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

jest.setTimeout(600_000);

const program = resolve(__dirname, '..', '..', '..', 'dist', 'infra', 'bench', 'main.js');
const bench = async (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ccs-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a quick benchmark writes a row for each measurement, with a ticket for each key', async () => {
  const json = join(folder, 'rows.json');
  const { stdout, stderr } = await bench('--quick', '--only', 'W3,latency', '--runs', '1', '--json', json);
  const rows = JSON.parse(await readFile(json, 'utf8')) as Record<string, unknown>[];
  const above0 = { asymmetricMatch: (value: unknown) => typeof value === 'number' && value > 0 };
  const ours = rows.filter(({ subject }) => subject === 'ours');
  expect(ours).toEqual([
    {
      workload: 'W3',
      batch: 1000,
      path: 'event',
      subject: 'ours',
      alertsPerSecond: { min: above0, median: above0, max: above0 },
      p99Ms: above0,
      cpuSeconds: above0,
      peakMb: above0,
      transactionsPerAlert: above0,
      entitiesPerDuplicate: above0,
      tickets: 40,
    },
    expect.objectContaining({ workload: 'latency', tickets: 30, p99Ms: above0, transactionsPerAlert: null }),
    expect.objectContaining({ workload: 'latency from a start', tickets: 10, p99Ms: above0 }),
  ]);
  expect(stdout).toMatch(/^W3 +1000 +event +ours/m);
  expect(stderr).toContain('W3, batch 1000, ours (event): run 1 of 1');
});

test('a benchmark of the storm says where its time goes', async () => {
  const { stdout } = await bench('--quick', '--only', 'W1', '--subjects', 'ours', '--runs', '1');
  const [, shares] = stdout.split('where the time of W1 goes, batch 1000\n');
  expect(shares).toMatch(/^ {2}The first 40 alerts, each of which becomes a parent with its case: \d+\.\d\d s\./);
  expect(shares).toMatch(/^ {2}The other 1,960, all duplicates: \d+\.\d\d s\..* \d+\.\d us an alert:$/m);
  expect(shares).toMatch(/^ {2}\d+\.\d us \(\d+ %\): the app: reading messages, grouping, deciding$/m);
});

test('the lists of the console are asked for in a store that was filled, each with its page', async () => {
  const { stdout } = await bench('--quick', '--lists');
  expect(stdout).toMatch(/^2000 alerts, 200 devices and 50 accounts written in \d+ s\.$/m);
  const lines = stdout.split('\n');
  for (const line of [
    /^IoT Alerts +Primary +50 +\d+ +\d+ +\d+$/,
    /^IoT Alerts +Alerts of a device +[1-9]\d* +\d+ +\d+ /,
    /^Devices +Active, search: nothing +0 +\d+ +\d+ +-$/,
    /^Accounts +Cases of an account +[1-9]\d* /,
    /^Dashboard +Primary alerts of a day +100 /,
  ]) {
    expect(lines).toContainEqual(expect.stringMatching(line));
  }
});

test('a workload that does not exist is refused with those that do', async () => {
  await expect(bench('--only', 'W9')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--only W9 is none of W1, W2, W2-50k, W3, W4, latency'),
  });
});
