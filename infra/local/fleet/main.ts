import { resolve } from 'node:path';
import { forkChild } from '../children';
import { readOptions } from '../options';
import type { Values } from '../options';
import { missingDevices, seedRecords } from '../seed';
import { readStackFile } from '../stack-file';
import type { StackFile } from '../stack-file';
import { StartError, messageOf } from '../start-error';
import { webApi } from '../web-api';
import type { FleetFigures } from './fleet';
import { connectionParts, deviceIds } from './identities';
import { defaultPace, defaultPrefix, runWorker } from './run-worker';

const table = {
  'connection-string': {
    kind: 'text',
    hint: 'CS',
    help: 'of the hub, with the right to create devices (default: of the local stack)',
  },
  data: { kind: 'text', hint: 'DIR', default: '.local', help: 'data folder of the local stack' },
  devices: { kind: 'whole', hint: 'N', min: 1, max: 5000, default: 10, help: 'how many' },
  'devices-prefix': { kind: 'text', hint: 'TEXT', default: defaultPrefix, help: 'what their ids begin with' },
  storm: { kind: 'flag', help: 'all of them are too warm and repeat themselves' },
  'interval-ms': {
    kind: 'whole',
    hint: 'N',
    min: 1,
    max: 86_400_000,
    help: 'milliseconds between two messages of a device',
  },
  rate: { kind: 'whole', hint: 'N', min: 1, max: 100_000, help: 'messages a second of all devices together' },
  duration: { kind: 'whole', hint: 'S', min: 1, max: 31_536_000, help: 'seconds until it ends by itself' },
  seed: { kind: 'whole', hint: 'N', min: 0, max: 2 ** 31, help: 'the same values for the same number' },
  yes: { kind: 'flag', help: 'create devices in, and send to, a hub that is not on this machine' },
} as const;

type Options = Values<typeof table>;

interface Target {
  connectionString: string;
  /** The stack on this machine the hub belongs to, if it does. */
  stack: StackFile | undefined;
}

/** The hub to aim at. A hub that is not local costs money and keeps its devices, so it takes a clear word. */
async function findTarget({ data, yes, ...options }: Options): Promise<Target> {
  const stack = await readStackFile(resolve(data));
  const given = options['connection-string'];
  if (given === undefined) {
    if (!stack)
      throw new StartError(`No local stack runs in ${data}: run npm start first, or give --connection-string`);
    return { connectionString: stack.iotHubConnectionString, stack };
  }
  const { HostName, SharedAccessKey } = connectionParts(given);
  if (!HostName || !SharedAccessKey) {
    throw new StartError('--connection-string must be HostName=...;SharedAccessKeyName=...;SharedAccessKey=...');
  }
  if (HostName === stack?.iotHubHostName) return { connectionString: given, stack };
  if (!yes)
    throw new StartError(`${HostName} is not a hub of this machine: add --yes to create devices there and send`);
  return { connectionString: given, stack: undefined };
}

/** Devices beside those that the stack runs itself: a hub lets an id in only once, the newcomer drives out the other. */
function idsFor({ devices, 'devices-prefix': prefix }: Options, stack: StackFile | undefined): string[] {
  return deviceIds(prefix, prefix === defaultPrefix ? 1 + (stack?.fleet ?? 0) : 1, devices);
}

async function seedLocal(stack: StackFile, ids: string[]): Promise<void> {
  const api = webApi(stack.functionsUrl, stack.functionKey);
  const missing = await missingDevices(api, ids);
  if (missing.length === 0) return;
  await seedRecords(api, { devices: missing, onProgress: () => undefined, stopped: () => false });
  console.log(`${missing.length} device records created in ${stack.functionsUrl}`);
}

async function run(options: Options): Promise<void> {
  const { connectionString, stack } = await findTarget(options);
  const ids = idsFor(options, stack);
  const each = options.rate === undefined ? options['interval-ms'] : (1000 * ids.length) / options.rate;
  let figures: FleetFigures = { devices: ids.length, online: 0, sent: 0, failed: 0 };
  let stopping = false;
  const { onMessage, ...program } = runWorker({
    connectionString,
    ids,
    interval: each ?? defaultPace.interval,
    repeat: each ?? defaultPace.repeat,
    storm: options.storm,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    local: stack,
    onFigures: (now, trouble) => {
      figures = now;
      if (trouble !== undefined && !stopping) console.error(trouble);
    },
  });
  const child = forkChild({
    ...program,
    patience: 10_000,
    onLine: (line) => console.error(line),
    onMessage: (message) => {
      const { type, created } = message as { type: string; created?: number };
      if (type !== 'ready') return onMessage(message as object);
      console.log(`${ids.length} devices, ${ids[0]!} to ${ids.at(-1)!}; ${created ?? 0} created in the hub`);
      const ready = stack ? seedLocal(stack, ids) : Promise.resolve();
      ready.then(() => child.tell({ type: 'speak' })).catch(fail);
    },
  });

  const stop = () => {
    if (stopping) return;
    stopping = true;
    void child.stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  if (options.duration !== undefined) setTimeout(stop, options.duration * 1000);
  const printing = printFigures(() => figures);
  const { code } = await child.ended;
  clearInterval(printing);
  console.log(line(figures, undefined));
  process.exit(stopping ? 0 : (code ?? 1));
}

function printFigures(figures: () => FleetFigures): NodeJS.Timeout {
  let before = { sent: 0, at: performance.now() };
  return setInterval(() => {
    const now = { sent: figures().sent, at: performance.now() };
    console.log(line(figures(), (1000 * (now.sent - before.sent)) / (now.at - before.at)));
    before = now;
  }, 3000);
}

function line({ online, devices, sent, failed }: FleetFigures, perSecond: number | undefined): string {
  const rate = perSecond === undefined ? '' : `, ${perSecond.toFixed(1)}/s`;
  return `${online} of ${devices} devices online, ${sent} events sent${rate}${failed > 0 ? `, ${failed} failed` : ''}`;
}

function fail(thrown: unknown): never {
  console.error(messageOf(thrown));
  process.exit(1);
}

const read = readOptions('npm run fleet --', table, process.argv.slice(2));
if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else run(read.values).catch(fail);
