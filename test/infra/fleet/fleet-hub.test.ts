import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fleet, processesOf, run, until } from '../start-stack';
import type { Started } from '../start-stack';

/* A fleet on a hub it was given by connection string, as it would be in Azure; here the hub is the emulator. */

let data: string;
let hub: Started;
let preload: NodeJS.ProcessEnv;
let connectionString: string;

const startHub = async () => {
  hub = run(join('iot-hub', 'main.js'), ['--data', data]);
  await hub.line(/IoT Hub ready/);
};

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'fleet-hub-'));
  await startHub();
  connectionString = (await hub.line(/^IoT Hub connection string/)).replace(/^.*?: +/, '');
  const file = (await hub.line(/^Preload/)).replace(/^.*?: +/, '');
  preload = { ...process.env, NODE_OPTIONS: `--require ${file}` };
});

afterAll(async () => {
  for (const line of processesOf(data)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  await hub.exitCode;
  await rm(data, { recursive: true, force: true });
});

const fleetOn = (...args: string[]) =>
  run(join('fleet', 'main.js'), ['--connection-string', connectionString, '--data', data, '--yes', ...args], preload);

const sentBy = ({ lines }: Started) =>
  Math.max(0, ...lines.map((line) => Number(/, (\d+) events sent/.exec(line)?.[1] ?? 0)));

describe('a fleet on any hub', () => {
  it('asks before it uses a hub that is not of this machine', async () => {
    const refused = fleet('--connection-string', connectionString, '--data', data);
    expect(await refused.exitCode).toBe(1);
    expect(refused.lines).toEqual([expect.stringMatching(/is not a hub of this machine: add --yes/)]);
  });

  it('creates the identities that are missing, once', async () => {
    for (const [devices, created] of [
      ['3', 3],
      ['105', 102],
    ] as const) {
      const started = fleetOn('--devices', devices, '--duration', '2');
      expect(await started.line(/created in the hub$/)).toContain(`; ${created} created in the hub`);
      expect(await started.exitCode).toBe(0);
    }
  });

  it('comes back when the hub was away, and signs off on SIGTERM', async () => {
    const started = fleetOn('--devices', '5', '--storm');
    await started.line(/^5 of 5 devices online, [1-9]/);
    process.kill(hub.pid, 'SIGTERM');
    expect(await hub.exitCode).toBe(0);
    const before = sentBy(started);
    await startHub();
    expect(await until(() => sentBy(started) > before + 50 && started.lines.at(-1)!.startsWith('5 of 5'), 20)).toBe(
      true,
    );
    process.kill(started.pid, 'SIGTERM');
    expect(await started.exitCode).toBe(0);
  });
});
