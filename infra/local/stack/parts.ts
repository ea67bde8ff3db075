import { join, resolve } from 'node:path';
import { spawnAzurite } from '../azurite';
import type { Azurite } from '../azurite';
import type { Child } from '../children';
import type { FleetFigures } from '../fleet/fleet';
import { runWorker } from '../fleet/run-worker';
import { workerArguments } from '../worker-arguments';
import type { StackAccess } from './access';
import type { Output, StackOptions } from './stack-options';
import type { Role, Supervisor } from './supervisor';
import { createThrottledPrinter } from './throttled-printer';

/*
 * The four processes of a stack: how each is started and what it says when it is ready. The ranks give the order in
 * which they are stopped, those first that need the others.
 */

export interface IotHubReady {
  iotHubConnectionString: string;
  eventHubConnectionString: string;
  eventHubName: string;
  hostName: string;
  caFile: string;
  preload: string;
}

export interface HostReady {
  url: string;
  functionKey: string;
  masterKey: string;
}

// From dist/infra/local/stack to the folder with package.json, host.json and the compiled app.
const root = resolve(__dirname, '..', '..', '..', '..');

/** Blob, queue and table storage in `<path>/azurite`. */
export async function startStorage(path: string, supervisor: Supervisor): Promise<Azurite> {
  const { process: child, listening } = await spawnAzurite({ data: join(path, 'azurite') });
  // It may hold much that is not on the disk yet.
  const role: Role = { title: 'Storage (Azurite)', log: 'azurite', rank: 0, patience: 60_000 };
  const dead = supervisor.adopt(role, child).ended.then(() => supervisor.died);
  listening.catch(() => undefined); // `died` says it better
  return Promise.race([listening, dead]);
}

/** The hub the devices and the app talk to, in `<path>/iot-hub`. */
export async function startIotHub(path: string, supervisor: Supervisor): Promise<IotHubReady> {
  const { ready } = await supervisor.launch(
    { title: 'The IoT Hub emulator', log: 'iot-hub', rank: 1, patience: 15_000 },
    { module: join(__dirname, '..', 'iot-hub', 'main.js'), args: ['--data', join(path, 'iot-hub'), '--routes'] },
  );
  return ready as IotHubReady;
}

/** The app, in our own Functions host or in Core Tools. Its warnings go to the screen as well. */
export async function startHost(
  { port, auth, func }: StackOptions,
  path: string,
  azurite: Azurite,
  hub: IotHubReady,
  supervisor: Supervisor,
  out: Output,
  access: StackAccess | undefined,
): Promise<HostReady> {
  const settings = {
    AzureWebJobsStorage: azurite.connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    IOT_HUB_EVENTS: hub.eventHubConnectionString,
    IOT_HUB_EVENT_HUB_NAME: hub.eventHubName,
    IOT_HUB_CONSUMER_GROUP: 'connected-customer-service',
    IOT_HUB_CONNECTION_STRING: hub.iotHubConnectionString,
    NODE_EXTRA_CA_CERTS: hub.caFile,
    ...access?.settings,
  };
  const common = ['--root', root, '--port', String(port)];
  const program = func
    ? {
        module: join(__dirname, 'func-process.js'),
        args: [...common, ...(auth ? ['--auth'] : [])],
        // Core Tools start the process that runs the app themselves; this way it gets the preload all the same.
        env: {
          ...settings,
          languageWorkers__node__arguments: [...workerArguments, `--require "${hub.preload}"`].join(' '),
        },
      }
    : {
        module: join(__dirname, '..', 'functions-host', 'main.js'),
        args: [...common, '--keys', join(path, 'keys.json'), ...(auth ? ['--enable-auth'] : [])],
        env: settings,
        execArgv: [...workerArguments, '--require', hub.preload],
      };
  const warn = createThrottledPrinter(out.warn, join(path, 'logs', 'host.log'));
  const onLine = (line: string) => {
    if (/^\S+ (warning|error|critical)\b/i.test(line)) warn(`host: ${line}`);
  };
  const role: Role = { title: 'The Functions host', log: 'host', rank: 2, patience: 20_000, onLine };
  const ready = (await supervisor.launch(role, program)).ready as HostReady;
  return access ? { ...ready, functionKey: access.key } : ready;
}

/** Registers the devices and connects those of the fleet; they speak when they are told to. */
export async function startFleet(
  { fleet }: StackOptions,
  ids: string[],
  hub: IotHubReady,
  supervisor: Supervisor,
  onFigures: (figures: FleetFigures) => void,
): Promise<Child> {
  const role: Role = { title: 'The simulated fleet', log: 'fleet', rank: 3, patience: 10_000, brief: fleet === 0 };
  const program = runWorker({
    connectionString: hub.iotHubConnectionString,
    ids,
    registerOnly: fleet === 0,
    local: hub,
    onFigures,
  });
  return (await supervisor.launch(role, program)).child;
}
