import { Client, Message } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Registry } from 'azure-iothub';
import { createIdentities, deviceConnectionString, deviceIds, deviceKey } from '../local/fleet/identities';
import { seededRandom } from '../local/fleet/random';
import { alertsPerCase, casesOf } from './pressure';
import type { Pressure } from './pressure';
import { bodyOf } from './subjects/ours-event';
import { deviceIdOf } from './workload';

/*
 * The devices of the latency measurement: a few gateways that speak MQTT for many devices. The process is forked with the
 * hub's preload; it says `ready` once all are connected, starts at `go`, and reports when each device first spoke.
 */

export interface SenderOptions extends Pressure {
  connectionString: string;
}

export type SenderReport = { type: 'sent'; first: [device: string, at: number][] } | { type: 'done' };

const gateways = 20;
const tickMs = 20;
/** Duplicates are of the devices that spoke last. */
const recent = 50;

async function connectAll({ connectionString }: SenderOptions): Promise<Client[]> {
  const ids = deviceIds('gateway-', 1, gateways);
  await createIdentities(Registry.fromConnectionString(connectionString), connectionString, ids);
  return Promise.all(
    ids.map(async (id) => {
      const key = deviceKey(connectionString, id);
      const client = Client.fromConnectionString(deviceConnectionString(connectionString, id, key), Mqtt);
      await client.open();
      return client;
    }),
  );
}

async function speak(clients: readonly Client[], pressure: SenderOptions): Promise<void> {
  const { alertsPerSecond } = pressure;
  const random = seededRandom(1);
  const total = casesOf(pressure).all * alertsPerCase;
  const answers: Promise<unknown>[] = [];
  const started = performance.now();
  while (answers.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - started) / 1000) * alertsPerSecond));
    const first: [string, number][] = [];
    while (answers.length < due) {
      const index = answers.length;
      const newDevice = Math.floor(index / alertsPerCase);
      const isFirst = index % alertsPerCase === 0;
      const device = isFirst ? newDevice : newDevice - Math.floor(random() * Math.min(recent, newDevice + 1));
      const at = Date.now();
      if (isFirst) first.push([deviceIdOf(device), at]);
      const body = bodyOf({ index, device, kind: 'Anomaly', reading: 80, time: at });
      // A device has one gateway, as it has one hub partition.
      answers.push(clients[device % gateways]!.sendEvent(new Message(body)));
    }
    if (first.length > 0) process.send?.({ type: 'sent', first } satisfies SenderReport);
    await new Promise((wait) => setTimeout(wait, tickMs));
  }
  await Promise.all(answers);
  process.send?.({ type: 'done' } satisfies SenderReport);
}

async function run(options: SenderOptions): Promise<void> {
  const clients = await connectAll(options);
  process.on('message', () => void speak(clients, options).catch(fail));
  process.send?.({ type: 'ready' });
}

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
run(JSON.parse(process.argv[2]!) as SenderOptions).catch(fail);
