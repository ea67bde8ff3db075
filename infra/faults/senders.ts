import { setTimeout as sleep } from 'node:timers/promises';
import { NoRetry } from 'azure-iot-common';
import { Client, Message } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Registry } from 'azure-iothub';
import { createIdentities, deviceConnectionString, deviceKey } from '../local/fleet/identities';
import type { Random } from '../local/fleet/random';
import type { IotHub } from '../local/iot-hub/iot-hub';
import type { Envelope } from './scene';

/** Devices that are connected to the hub over MQTT and send for others, as gateways do. */
export interface Gateways {
  /** Sends messages until told to stop; `sent` is called before, `acknowledged` once the hub has taken one. */
  speak(options: SpeakOptions): Promise<void>;
  close(): Promise<void>;
}

export interface SpeakOptions {
  next: () => Envelope;
  random: Random;
  until: AbortSignal;
  sent: (envelope: Envelope) => void;
  acknowledged: (envelope: Envelope) => void;
}

const ids = Array.from({ length: 6 }, (_, i) => `gateway-${i}`);
/** Milliseconds between two messages of a gateway, at most. */
const longestPause = 120;

export async function connectGateways({ iotHubConnectionString: service }: IotHub): Promise<Gateways> {
  await createIdentities(Registry.fromConnectionString(service), service, ids);
  const clients = await Promise.all(
    ids.map(async (id) => {
      const client = Client.fromConnectionString(deviceConnectionString(service, id, deviceKey(service, id)), Mqtt);
      client.setRetryPolicy(new NoRetry());
      await client.open();
      return client;
    }),
  );

  async function speakOn(client: Client, { next, random, until, sent, acknowledged }: SpeakOptions): Promise<void> {
    while (!until.aborted) {
      const envelope = next();
      sent(envelope);
      await client.sendEvent(new Message(envelope.body));
      acknowledged(envelope);
      await sleep(random() * longestPause, undefined, { signal: until }).catch(() => undefined);
    }
  }

  return {
    speak: async (options) => void (await Promise.all(clients.map((client) => speakOn(client, options)))),
    close: async () => void (await Promise.all(clients.map((client) => client.close()))),
  };
}
