import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Message } from 'azure-iot-device';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import type { IotHubOptions } from '../../infra/local/iot-hub/iot-hub';
import type { Row } from '../../shared/model/edm';
import { startTestHub } from './hub';
import type { TestHub } from './hub';

const root = resolve(__dirname, '..', '..');
/** The folder of the app that is tested: this one, or that of a package. */
export const testedApp = () => process.env['CCS_TESTED_APP'] ?? root;
const hostMain = join(root, 'dist', 'infra', 'local', 'functions-host', 'main.js');

/** The app on real parts: Azurite, the IoT Hub emulator and the Functions host, each of which a test may hurt. */
export interface TestStack {
  hub: TestHub;
  azurite: Azurite;
  /** Base URL of the Web API, ending in `/`. */
  api(): string;
  /** Opens the admin API of the host. */
  masterKey(): string;
  /** What hosts have logged until now. */
  logged(): string;
  /** Stops Azurite and starts it again on the same data and ports after some work. */
  withoutStorage(work: () => Promise<void>): Promise<void>;
  /** Stops the hub and starts it again, on the same data and ports, after some work. */
  withoutHub<T>(work: () => Promise<T>, then?: Partial<IotHubOptions>): Promise<T>;
  /** Runs a function that is not called over HTTP, now. */
  runFunction(name: string): Promise<void>;
  killHost(): Promise<void>;
  startHost(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestStack(
  settings: Record<string, string> = {},
  hubOptions: Partial<IotHubOptions> = {},
): Promise<TestStack> {
  const data = await mkdtemp(join(tmpdir(), 'ccs-stack-'));
  const keptHub = { ...hubOptions, data: join(data, 'iot-hub') };
  let [azurite, hub] = await Promise.all([startAzurite({ data: join(data, 'azurite') }), startTestHub(keptHub)]);
  let host: ChildProcess | undefined;
  let url = '';
  let masterKey = '';
  const lines: string[] = [];
  /** Hosts that were asked to end. */
  const asked = new Set<ChildProcess>();
  const stack: TestStack = {
    hub,
    azurite,
    api: () => `${url}/api/data/v9.2/`,
    masterKey: () => masterKey,
    logged: () => lines.join(''),
    startHost: async () => {
      const env = {
        ...process.env,
        AzureWebJobsStorage: azurite.connectionString,
        FUNCTIONS_WORKER_RUNTIME: 'node',
        IOT_HUB_EVENTS: hub.eventHubConnectionString,
        IOT_HUB_EVENT_HUB_NAME: hub.eventHubName,
        IOT_HUB_CONSUMER_GROUP: 'connected-customer-service',
        IOT_HUB_CONNECTION_STRING: hub.iotHubConnectionString,
        ...settings,
      };
      // The emulator's preload lets the device SDK, which always dials the hub's own ports, find it.
      const execArgv = ['--require', hub.preload];
      host = fork(hostMain, ['--root', testedApp(), '--port', '0'], {
        env,
        execArgv,
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      for (const stream of [host.stdout!, host.stderr!]) stream.on('data', (text) => lines.push(String(text)));
      const started = host;
      const ended = once(host, 'exit').then(([code]) => {
        const words = `The host ended with code ${String(code)}: ${lines.slice(-5).join('')}`;
        // Whoever asks it for something next is only told that the connection is refused.
        if (!asked.has(started)) console.error(words);
        throw new Error(words);
      });
      ended.catch(() => undefined);
      type Ready = [{ url: string; masterKey: string }];
      const [ready] = (await Promise.race([once(host, 'message'), ended])) as Ready;
      ({ url, masterKey } = ready);
    },
    killHost: async () => {
      const gone = once(host!, 'exit');
      asked.add(host!);
      host!.kill('SIGKILL');
      await gone;
    },
    withoutStorage: async (work) => {
      await azurite.stop();
      await work();
      azurite = await startAzurite({ data: join(data, 'azurite'), ports: azurite.ports });
      stack.azurite = azurite;
    },
    runFunction: async (name) => {
      const headers = { 'content-type': 'application/json', 'x-functions-key': masterKey };
      const response = await fetch(`${url}/admin/functions/${name}`, { method: 'POST', headers, body: '{}' });
      if (!response.ok) throw new Error(`${name} was not run: ${response.status} ${await response.text()}`);
    },
    withoutHub: async (work, then = hubOptions) => {
      const { ports } = hub;
      await hub.stop();
      const result = await work();
      hub = await startTestHub({ ...then, data: keptHub.data, ports });
      stack.hub = hub;
      return result;
    },
    stop: async () => {
      if (host?.exitCode === null && host.signalCode === null) {
        const gone = once(host, 'exit');
        asked.add(host);
        host.kill('SIGTERM');
        await gone;
      }
      await Promise.all([azurite.stop(), hub.stop()]);
      await rm(data, { recursive: true, force: true });
    },
  };
  await stack.startHost();
  return stack;
}

/** A device on the hub that sends JSON bodies over MQTT, each with the guarantee of QoS 1. */
export async function connectDevice(hub: TestHub, deviceId: string) {
  const client = await hub.connect(await hub.addDevice(deviceId));
  return {
    deviceId,
    send: async (body: unknown, messageId?: string) => {
      const message = new Message(Buffer.isBuffer(body) ? body : JSON.stringify(body));
      if (messageId !== undefined) message.messageId = messageId;
      await client.sendEvent(message);
    },
  };
}

/** A small client of the Web API; anything but a 2xx is an error with the service's own words. */
export function webApi(api: () => string) {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(path.startsWith('http') ? path : api() + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  return {
    /** Creates a record and answers it. */
    create: async (set: string, body: Row): Promise<Row> =>
      (await call('POST', set, body, { prefer: 'return=representation' })) as Row,
    /** Calls an action; answers its result, if it has one. */
    call: async (path: string, body: Row = {}): Promise<Record<string, unknown>> => call('POST', path, body),
    update: async (address: string, body: Row): Promise<void> => void (await call('PATCH', address, body)),
    /** All records of a query, page by page. */
    all: async (path: string): Promise<Row[]> => {
      const rows: Row[] = [];
      for (let next: string | undefined = path; next !== undefined;) {
        const page: Record<string, unknown> = await call('GET', next, undefined, { prefer: 'odata.maxpagesize=1000' });
        rows.push(...(page['value'] as Row[]));
        next = page['@odata.nextLink'] as string | undefined;
      }
      return rows;
    },
  };
}

/** Waits until a value is as expected, asking every 100 ms; fails with the last one after `seconds`. */
export async function eventually<T>(ask: () => Promise<T>, expected: (value: T) => boolean, seconds = 30): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await ask();
    if (expected(value)) return value;
    if (Date.now() > end) throw new Error(`Still ${JSON.stringify(value)?.slice(0, 500)} after ${seconds} s`);
    await new Promise((wait) => setTimeout(wait, 100));
  }
}
