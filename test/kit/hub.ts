import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventHubConsumerClient } from '@azure/event-hubs';
import type { ReceivedEventData, SubscribeOptions } from '@azure/event-hubs';
import { NoRetry } from 'azure-iot-common';
import { Client as DeviceClient } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Registry } from 'azure-iothub';
import { startIotHub } from '../../infra/local/iot-hub/iot-hub';
import type { IotHub, IotHubOptions } from '../../infra/local/iot-hub/iot-hub';

type Transport = Parameters<typeof DeviceClient.fromConnectionString>[1];

/** A hub in a folder of its own, and the SDK's clients for it. `stop` closes every client it made. */
export interface TestHub extends IotHub {
  data: string;
  registry: Registry;
  /** Registers a device; answers its connection string. */
  addDevice(deviceId: string, description?: object): Promise<string>;
  /** A connected device that does not try again when something fails. */
  connect(connectionString: string, transport?: Transport): Promise<DeviceClient>;
  /** A device client that is not connected yet. */
  client(connectionString: string, transport?: Transport): DeviceClient;
}

export async function startTestHub(options: Partial<IotHubOptions> = {}): Promise<TestHub> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'iot-hub-test-')));
  const hub = await startIotHub({ ...options, data });
  load(hub.preload);
  const registry = Registry.fromConnectionString(hub.iotHubConnectionString);
  const clients: DeviceClient[] = [];

  function client(connectionString: string, transport: Transport = Mqtt): DeviceClient {
    const made = DeviceClient.fromConnectionString(connectionString, transport);
    made.setRetryPolicy(new NoRetry());
    made.on('error', () => {});
    clients.push(made);
    return made;
  }

  return {
    ...hub,
    data,
    registry,
    client,
    async addDevice(deviceId, description) {
      await registry.create({ deviceId, ...description });
      return deviceConnectionString(registry, hub.hostName, deviceId);
    },
    async connect(connectionString, transport) {
      const connected = client(connectionString, transport);
      await connected.open();
      return connected;
    },
    async stop() {
      await Promise.allSettled(clients.map((one) => one.close()));
      await hub.stop();
      if (options.data === undefined) await rm(data, { recursive: true, force: true });
    },
  };
}

/** Makes this process's SDKs reach the hub. */
export function load(preload: string): void {
  createRequire(__filename)(preload);
}

export async function deviceConnectionString(registry: Registry, hostName: string, deviceId: string): Promise<string> {
  const { responseBody } = await registry.get(deviceId);
  return `HostName=${hostName};DeviceId=${deviceId};SharedAccessKey=${responseBody.authentication!.symmetricKey!.primaryKey}`;
}

interface ReadOptions extends SubscribeOptions {
  consumerGroup?: string;
}

/** Reads events, of all partitions and from the first one on, until there are this many or 10 seconds are over. */
export async function readEvents(
  eventHubConnectionString: string,
  count: number,
  { consumerGroup = '$Default', ...options }: ReadOptions = {},
): Promise<(ReceivedEventData & { partitionId: string })[]> {
  const consumer = new EventHubConsumerClient(consumerGroup, eventHubConnectionString, {
    retryOptions: { maxRetries: 0, retryDelayInMs: 100 },
  });
  const events: (ReceivedEventData & { partitionId: string })[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, 10_000);
      consumer.subscribe(
        {
          async processEvents(batch, { partitionId }) {
            events.push(...batch.map((event) => Object.assign(event, { partitionId })));
            if (events.length < count) return;
            clearTimeout(timer);
            resolve();
          },
          async processError(error) {
            clearTimeout(timer);
            reject(error);
          },
        },
        { startPosition: { offset: '-1' }, maxWaitTimeInSeconds: 1, maxBatchSize: 100, ...options },
      );
    });
  } finally {
    await consumer.close();
  }
  return events;
}

/** Waits until the test holds; fails after 10 seconds. */
export async function until(test: () => boolean | Promise<boolean>, what = 'this'): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await test())) {
    if (Date.now() > end) throw new Error(`${what} did not happen in 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
