import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { startAccess } from './access';
import type { StackAccess } from './access';
import { openDataFolder } from './data-folder';
import type { DataFolder } from './data-folder';
import { reportFigures } from './figures';
import type { FleetFigures } from '../fleet/fleet';
import { deviceIds } from '../fleet/identities';
import { defaultPrefix } from '../fleet/run-worker';
import { demandFreePort } from './free-port';
import { startFleet, startHost, startIotHub, startStorage } from './parts';
import { missingDevices, seedRecords } from '../seed';
import { removeStackFile, writeStackFile } from '../stack-file';
import type { Output, StackOptions } from './stack-options';
import { StartError } from '../start-error';
import { createSupervisor } from './supervisor';
import type { Supervisor } from './supervisor';
import { webApi } from '../web-api';
import type { WebApi } from '../web-api';

const seededWithoutFleet = 10;
const figuresEvery = 5000;

/** What ends a stack: `stop` in good order, `kill` at once. */
export interface EndSignals {
  stop: AbortSignal;
  kill: AbortSignal;
}

/**
 * Brings everything up, says `Ready <url>` and then prints figures until it is told to stop (resolves) or something
 * dies or cannot start (rejects with a StartError). In the end every process it started is gone.
 */
export async function runStack(options: StackOptions, out: Output, { stop, kill }: EndSignals): Promise<void> {
  const stopAsked = new Promise<void>((asked) => stop.addEventListener('abort', () => asked(), { once: true }));
  if (options.func) demandFunc();
  await demandFreePort(options.port);
  const folder = await openDataFolder(resolve(options.data), { fresh: options.fresh });
  const supervisor = createSupervisor(join(folder.path, 'logs'));
  kill.addEventListener('abort', () => supervisor.kill(), { once: true });
  let endFigures: (() => void) | undefined;
  const access = options.auth ? await startAccess() : undefined;
  try {
    await removeStackFile(folder.path);
    if (stop.aborted) return;
    const up = bringUp(options, folder, supervisor, out, stop, access).then((end) => (endFigures = end));
    up.catch(() => undefined); // when it loses the race below, stopping is the reason
    await Promise.race([stopAsked, supervisor.died, up.then(() => new Promise<never>(() => undefined))]);
  } finally {
    endFigures?.();
    out.say('Stopping ...');
    await supervisor.stop();
    await access?.stop();
    await removeStackFile(folder.path);
    await folder.close();
  }
}

async function bringUp(
  options: StackOptions,
  { path }: DataFolder,
  supervisor: Supervisor,
  out: Output,
  stop: AbortSignal,
  access: StackAccess | undefined,
): Promise<() => void> {
  const phase = timedPhases(out);
  const [azurite, hub] = await Promise.all([
    phase('Storage (Azurite)', startStorage(path, supervisor)),
    phase('IoT Hub emulator', startIotHub(path, supervisor)),
  ]);
  let figures: FleetFigures = { devices: options.fleet, online: 0, sent: 0, failed: 0 };
  // Devices get their identities and connect while the host starts; they speak when their records are there.
  const devices = deviceIds(defaultPrefix, 1, options.fleet || seededWithoutFleet);
  const [fleet, host] = await Promise.all([
    startFleet(options, devices, hub, supervisor, (now) => (figures = now)),
    phase('Functions host', startHost(options, path, azurite, hub, supervisor, out, access)),
  ]);
  const api = webApi(host.url, host.functionKey);
  await seed(api, devices, phase, out, stop);
  fleet.tell({ type: 'speak' });
  await writeStackFile(path, {
    pid: process.pid,
    functionsUrl: host.url,
    functionKey: host.functionKey,
    ...(access && { tokenUrl: access.tokenUrl }),
    masterKey: host.masterKey,
    iotHubConnectionString: hub.iotHubConnectionString,
    iotHubHostName: hub.hostName,
    eventHubConnectionString: hub.eventHubConnectionString,
    eventHubName: hub.eventHubName,
    storageConnectionString: azurite.connectionString,
    caFile: hub.caFile,
    preload: hub.preload,
    fleet: options.fleet,
  });
  if (stop.aborted) return () => undefined;
  out.say(`Ready ${host.url}`);
  out.say(
    `Console: ${host.url}/console  Web API: ${host.url}/api/data/v9.2/  Keys and addresses: ${join(path, 'stack.json')}  Stop: Ctrl-C`,
  );
  return reportFigures({ api, fleet: () => figures, print: out.say, interval: figuresEvery });
}

/** The first request of the Web API: when this is answered, everything behind it works. */
async function seed(
  api: WebApi,
  devices: string[],
  phase: ReturnType<typeof timedPhases>,
  out: Output,
  stop: AbortSignal,
): Promise<void> {
  const missing = await phase('Web API', missingDevices(api, devices));
  if (missing.length === 0) return;
  let told = performance.now();
  const onProgress = (done: number) => {
    if (performance.now() - told < 2000) return;
    told = performance.now();
    out.say(`  Seeding: ${done} of ${missing.length} devices`);
  };
  const seeding = seedRecords(api, { devices: missing, onProgress, stopped: () => stop.aborted });
  await phase(`Seed (${missing.length} devices)`, seeding);
}

/** Prints one line for each phase, with the seconds it took, when it is over. */
function timedPhases(out: Output) {
  return async <T>(title: string, work: Promise<T>): Promise<T> => {
    const began = performance.now();
    const result = await work;
    out.say(`  ${title.padEnd(24)} ${((performance.now() - began) / 1000).toFixed(1)} s`);
    return result;
  };
}

function demandFunc(): void {
  const names = process.platform === 'win32' ? ['func.cmd', 'func.exe'] : ['func'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  if (folders.some((folder) => names.some((name) => existsSync(join(folder, name))))) return;
  throw new StartError('func is not on the PATH: install Azure Functions Core Tools, or start without --func');
}
