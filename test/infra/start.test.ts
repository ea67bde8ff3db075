import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../infra/local/azurite';
import { create, fleet, processesOf, records, run, stackFile, start, until } from './start-stack';
import type { Started } from './start-stack';

/* The whole stack, with real processes and real devices. The tests go on from each other: starting takes seconds. */

let base: string;
let data: string;
let port: string;
let running: Started;
let casesBefore: Set<unknown>;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'start-'));
  data = join(base, 'data');
  port = String(await freePort());
});

afterAll(async () => {
  const left = processesOf(base).map((line) => Number(line.split(' ')[0]));
  for (const pid of left) process.kill(pid, 'SIGKILL');
  await rm(base, { recursive: true, force: true });
});

const startHere = (...more: string[]) => start('--port', port, '--data', data, ...more);
const caseIds = async () => new Set((await records(data, 'incidents')).map(({ incidentid }) => incidentid));
const nothingLeft = () => until(() => processesOf(base).length === 0, 10);

describe('npm start', () => {
  it('says at once that it starts, shows its progress, and is ready when the Web API answers', async () => {
    running = startHere('--fleet', '6');
    await running.line(/^Starting in /, 2);
    expect(await running.line(/^Ready /)).toBe(`Ready http://localhost:${port}`);
    for (const phase of ['Storage', 'IoT Hub', 'Functions host', 'Web API', 'Seed']) {
      expect(await running.line(new RegExp(`^  ${phase}.* \\d+\\.\\d s$`), 0)).toBeTruthy();
    }
    expect(await records(data, 'accounts')).not.toHaveLength(0);
  });

  it('has written where everything is, for its owner only', () => {
    expect(stackFile(data)).toEqual({
      pid: running.pid,
      functionsUrl: `http://localhost:${port}`,
      functionKey: expect.stringMatching(/./),
      masterKey: expect.stringMatching(/./),
      iotHubConnectionString: expect.stringMatching(/^HostName=.+;SharedAccessKeyName=.+;SharedAccessKey=.+/),
      iotHubHostName: expect.stringMatching(/./),
      eventHubConnectionString: expect.stringMatching(/^Endpoint=sb:/),
      eventHubName: expect.stringMatching(/./),
      storageConnectionString: expect.stringContaining('TableEndpoint=http://127.0.0.1:'),
      caFile: expect.stringContaining(data),
      preload: expect.stringContaining(data),
      fleet: 6,
    });
    if (process.platform !== 'win32') expect(statSync(join(data, 'stack.json')).mode & 0o777).toBe(0o600);
  });

  it('has cases within seconds, for devices with an account and for no others', async () => {
    const accountOf = new Map(
      (await records(data, 'msdyn_iotdevices')).map((device) => [
        device['msdyn_deviceid'],
        device['_msdyn_account_value'] ?? null,
      ]),
    );
    expect([...accountOf.values()].filter((account) => account === null)).toHaveLength(2);
    const alertsOfNobody = async () =>
      (await records(data, 'msdyn_iotalerts')).filter(({ msdyn_deviceid: id }) => accountOf.get(id) === null);
    expect(await until(async () => (await caseIds()).size >= 2 && (await alertsOfNobody()).length > 0, 25)).toBe(true);

    const alerts = await records(data, 'msdyn_iotalerts');
    const parents = alerts.filter(({ _msdyn_parentalert_value: parent }) => (parent ?? null) === null);
    const withCase = alerts.filter(({ _msdyn_case_value: opened }) => (opened ?? null) !== null);
    expect(alerts.length).toBeGreaterThan(parents.length);
    expect(parents.length).toBeGreaterThanOrEqual((await caseIds()).size);
    expect(withCase.filter(({ msdyn_deviceid: id }) => accountOf.get(id) === null)).toEqual([]);
  });

  it('prints one line of figures every few seconds', async () => {
    expect(await running.line(/devices online/, 10)).toMatch(
      /^\d of 6 devices online, \d+ events sent, \d+ alerts \(\d+ parents, \d+ duplicates\), \d+ cases, \d+ work orders, \d+ parked, \S+ alerts\/s$/,
    );
  });

  it('takes in a second fleet beside its own, with records for its devices', async () => {
    const storm = fleet('--data', data, '--devices', '4', '--storm', '--duration', '4');
    expect(await storm.exitCode).toBe(0);
    expect(storm.lines[0]).toBe('4 devices, thermostat-0007 to thermostat-0010; 4 created in the hub');
    const sent = /^4 of 4 devices online, (\d+) events sent/.exec(storm.lines.at(-1)!)?.[1];
    expect(Number(sent)).toBeGreaterThan(8);
    const ids = (await records(data, 'msdyn_iotdevices')).map(({ msdyn_deviceid: id }) => id);
    expect(ids.toSorted()).toEqual(
      Array.from({ length: 10 }, (_, i) => `thermostat-00${String(i + 1).padStart(2, '0')}`),
    );
  });

  it('has one line and a code for whoever starts another stack on its port or in its folder', async () => {
    const onPort = start('--port', port, '--data', join(base, 'other'));
    const inFolder = start('--port', String(await freePort()), '--data', data, '--fresh');
    expect(await onPort.exitCode).toBe(1);
    expect(onPort.lines.at(-1)).toBe(`Port ${port} is in use: choose another one with --port`);
    expect(await inFolder.exitCode).toBe(1);
    expect(inFolder.lines.at(-1)).toMatch(/^Another stack uses .* \(process \d+\): stop it, or name another folder/);
    expect(existsSync(join(data, 'stack.json'))).toBe(true);
  });

  it('stops everything it started on SIGTERM, with code 0', async () => {
    casesBefore = await caseIds();
    process.kill(running.pid, 'SIGTERM');
    expect(await running.exitCode).toBe(0);
    expect(processesOf(base)).toEqual([]);
    expect(existsSync(join(data, 'stack.json'))).toBe(false);
  });

  it('goes on with the same data, and with more devices when they are asked for', async () => {
    running = startHere('--fleet', '12');
    await running.line(/^Ready /);
    const cases = await caseIds();
    expect([...casesBefore].filter((id) => !cases.has(id))).toEqual([]);
    expect(await records(data, 'msdyn_iotdevices')).toHaveLength(12);
    expect(await records(data, 'accounts')).toHaveLength(5);
  });

  it('leaves nothing running when it is killed itself, and nothing is lost', async () => {
    casesBefore = await caseIds();
    await create(data, 'accounts', { name: 'Written just before' });
    process.kill(running.pid, 'SIGKILL');
    await running.exitCode;
    expect(await nothingLeft()).toBe(true);
    running = startHere('--fleet', '0');
    await running.line(/^Ready /);
    const cases = await caseIds();
    expect([...casesBefore].filter((id) => !cases.has(id))).toEqual([]);
    expect((await records(data, 'accounts')).map(({ name }) => name)).toContain('Written just before');
  });

  it('ends with one line that names the process when one of its processes dies', async () => {
    const hub = processesOf(base).find((line) => line.includes('iot-hub/main.js') || line.includes('iot-hub\\main.js'));
    process.kill(Number(hub?.split(' ')[0]), 'SIGKILL');
    expect(await running.exitCode).toBe(1);
    expect(running.lines.at(-1)).toMatch(/^The IoT Hub emulator ended with signal SIGKILL; it said: .*iot-hub\.log\)$/);
    expect(processesOf(base)).toEqual([]);
  });

  it('can be stopped while it starts; the same Ctrl-C may arrive twice', async () => {
    const early = startHere('--fleet', '3');
    await early.line(/IoT Hub emulator/);
    process.kill(early.pid, 'SIGINT');
    process.kill(early.pid, 'SIGINT');
    expect(await early.exitCode).toBe(0);
    expect(early.lines.filter((line) => line.startsWith('Ready'))).toEqual([]);
    expect(processesOf(base)).toEqual([]);
  });

  it.each([
    { which: 'an unknown option', args: ['--prot', '1'], code: 2, line: /^Unknown option '--prot'.*--port N/ },
    {
      which: 'a data folder that is a file',
      args: ['--data', __filename],
      code: 1,
      line: /it is a file, not a folder$/,
    },
    {
      which: 'a data folder with other things in it',
      args: ['--fresh', '--data', __dirname],
      code: 1,
      line: /holds no data/,
    },
  ])('refuses $which with one clear line', async ({ args, code, line }) => {
    writeFileSync(join(base, 'keep'), '');
    const refused = start('--port', String(await freePort()), ...args);
    expect(await refused.exitCode).toBe(code);
    expect(refused.lines.at(-1)).toMatch(line);
    expect(refused.lines.length).toBeLessThanOrEqual(2);
  });

  it('refuses --func with one clear line where there are no Core Tools', async () => {
    const refused = run('start.js', ['--func', '--port', String(await freePort())], { ...process.env, PATH: base });
    expect(await refused.exitCode).toBe(1);
    expect(refused.lines.at(-1)).toMatch(/^func is not on the PATH/);
  });
});
