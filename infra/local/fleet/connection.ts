import { NoRetry } from 'azure-iot-common';
import { Client, Message } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';

/** A telemetry message as it goes over the wire. */
export interface Telemetry {
  messageId: string;
  body: string;
}

/** The line of one device to its hub. It is made again, with growing pauses, as often as it breaks. */
export interface Connection {
  readonly online: boolean;
  /** Messages sent that the hub has not answered yet. */
  readonly inFlight: number;
  /** Resolves with whether the hub has taken the message. */
  send(telemetry: Telemetry): Promise<boolean>;
  close(): Promise<void>;
}

interface ConnectionOptions {
  /** The connection string for the next attempt; `failures` attempts in a row went wrong before. */
  connectionString: (failures: number) => Promise<string>;
  /** Lets a few devices connect at a time, so that a thousand do not time out together. */
  gate: <T>(open: () => Promise<T>) => Promise<T>;
  random: () => number;
  /** The last reason why it could not connect. */
  onFailure: (reason: string) => void;
}

const firstPause = 500;
const longestPause = 20_000;
// The SDK may wait for minutes for an answer on a line that is dead; a device that waits is a device that is silent.
const answerWithin = 30_000;

/** Connects, and stays connected until it is closed. The SDK's own retries are off: they would hide for minutes. */
export function connect({ connectionString, gate, random, onFailure }: ConnectionOptions): Connection {
  let client: Client | undefined;
  let online = false;
  let closed = false;
  let failures = 0;
  let inFlight = 0;
  let timer: NodeJS.Timeout | undefined;

  async function open(): Promise<void> {
    let made: Client | undefined;
    try {
      const address = await connectionString(failures);
      if (closed) return;
      made = client = Client.fromConnectionString(address, Mqtt);
      made.setRetryPolicy(new NoRetry());
      made.on('disconnect', () => lost(made, 'the connection was closed'));
      // Errors come through the promises as well; without a listener they would end the process.
      made.on('error', () => undefined);
      await within(made.open(), answerWithin);
      if (client !== made) return;
      // It takes its commands, so that their delivery shows; over MQTT, to be given a message is to complete it.
      made.on('message', () => undefined);
      online = true;
      failures = 0;
    } catch (thrown) {
      lost(made, thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  function lost(broken: Client | undefined, reason: string): void {
    if (closed || broken !== client) return;
    client = undefined;
    online = false;
    inFlight = 0;
    if (broken) void discard(broken);
    failures += 1;
    if (failures > 1) onFailure(reason);
    const pause = Math.min(firstPause * 2 ** (failures - 1), longestPause) * (0.5 + random());
    clearTimeout(timer);
    timer = setTimeout(() => void gate(open), pause);
  }

  async function send({ messageId, body }: Telemetry): Promise<boolean> {
    const used = client;
    if (!used || !online) return false;
    const message = new Message(body);
    message.messageId = messageId;
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    inFlight += 1;
    try {
      await within(used.sendEvent(message), answerWithin);
      return true;
    } catch (thrown) {
      lost(used, thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    } finally {
      if (used === client) inFlight -= 1;
    }
  }

  void gate(open);
  return {
    get online() {
      return online;
    },
    get inFlight() {
      return inFlight;
    },
    send,
    close: async () => {
      closed = true;
      online = false;
      clearTimeout(timer);
      if (client) await discard(client);
      client = undefined;
    },
  };
}

/** Closing a line that is broken already is no news. */
async function discard(client: Client): Promise<void> {
  client.removeAllListeners('disconnect');
  await within(client.close(), 2000).catch(() => undefined);
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
