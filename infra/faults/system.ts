import { createRequire } from 'node:module';
import { join } from 'node:path';
import { startAzurite } from '../local/azurite';
import { startIotHub } from '../local/iot-hub/iot-hub';
import type { IotHub } from '../local/iot-hub/iot-hub';
import { startStorageProxy } from '../local/proxies/storage-proxy';
import type { Fate } from '../local/proxies/storage-proxy';
import { startTcpProxy } from '../local/proxies/tcp-proxy';
import { hurtHost } from './hurt-host';
import type { HurtHost } from './hurt-host';
import { signal } from './signal';

/** The whole system, with a handle on every part that can be hurt. */
export interface HurtSystem {
  hub: IotHub;
  /** Two hosts on the same hub and the same storage. */
  hosts: readonly [HurtHost, HurtHost];
  storage: {
    /** Stops it in good order: what it told anybody is on the disk. */
    stop(): Promise<void>;
    /** Starts it on the same data and ports. */
    start(): Promise<void>;
    freeze(): void;
    thaw(): void;
  };
  /** From now on this decides what becomes of each request to the tables. */
  setFate(fate: () => Fate): void;
  /** Breaks the connections over which the hosts receive events. */
  cutEvents(): void;
  /** Base URL of a host that is up. */
  url(): Promise<string>;
  end(): Promise<void>;
}

/** Brings everything up in a folder. `app` is the folder of the app that is hurt. */
export async function startSystem(data: string, app: string): Promise<HurtSystem> {
  const place = { data: join(data, 'azurite') };
  let [azurite, hub] = await Promise.all([startAzurite(place), startIotHub({ data: join(data, 'iot-hub') })]);
  createRequire(__filename)(hub.preload); // from here on this process's devices find the hub
  const passing = (): Fate => ({ kind: 'pass' });
  let fate = passing;
  const tables = await startStorageProxy(azurite.connectionString, { fate: () => fate() });
  const events = await startTcpProxy(hub.ports.amqp);
  const settings = {
    AzureWebJobsStorage: tables.connectionString,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    IOT_HUB_EVENTS: hub.eventHubConnectionString.replace(`:${hub.ports.amqp}/`, `:${events.port}/`),
    IOT_HUB_EVENT_HUB_NAME: hub.eventHubName,
    IOT_HUB_CONSUMER_GROUP: 'connected-customer-service',
  };
  const [one, two] = ['a', 'b'].map((name) => hurtHost({ app, settings, log: join(data, `host-${name}.log`) }));
  const hosts = [one!, two!] as const;
  // A frozen process hears nothing of our end.
  process.once('exit', () => {
    for (const host of hosts) void host.kill();
    signal(azurite.pid, 'SIGCONT');
  });
  await Promise.all(hosts.map((host) => host.start()));
  return {
    hub,
    hosts,
    storage: {
      stop: () => azurite.stop(),
      start: async () => {
        azurite = await startAzurite({ ...place, ports: azurite.ports });
      },
      freeze: () => signal(azurite.pid, 'SIGSTOP'),
      thaw: () => signal(azurite.pid, 'SIGCONT'),
    },
    setFate: (next) => (fate = next),
    cutEvents: events.cut,
    url: async () => {
      for (;;) {
        const url = hosts.map((host) => host.url()).find((found) => found !== undefined);
        if (url !== undefined) return url;
        await new Promise((wait) => setTimeout(wait, 50));
      }
    },
    end: async () => {
      fate = passing;
      await Promise.all(hosts.map((host) => host.close()));
      await Promise.all([tables.stop(), events.stop(), azurite.stop(), hub.stop()]);
    },
  };
}
