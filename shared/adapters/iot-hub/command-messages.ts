import { Message } from 'azure-iot-common';
import type { Client } from 'azure-iothub';
import type { Sending } from '../../domain/sending';
import type { CommandMessage, CommandMessages } from '../../ports/command-messages';
import { inTime, openRegistry, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';
import { closeQuietly, openServiceClient } from './service-client';

/** Milliseconds for one question and for one send: together less than the time after which somebody else may send. */
const patience = 10_000;

/** Name of the application property that says, above 1, that the device may have the message already. */
const attemptProperty = 'ccs-attempt';

/** Cloud-to-device messages over one AMQP connection, which is kept and opened again when it breaks. */
export function iotHubCommandMessages(account: HubAccount): CommandMessages & { close(): Promise<void> } {
  const registry = openRegistry(account);
  let opening: Promise<Client> | undefined;
  /** The first send over the connection. It makes the link; sends at the same time would each make one. */
  let linking: Promise<unknown> | undefined;

  const drop = (client: Promise<Client> | undefined) => {
    if (opening !== client) return;
    opening = undefined;
    linking = undefined;
  };

  const open = async (): Promise<Client> => {
    if (opening) return opening;
    const mine = openServiceClient(account);
    opening = mine;
    try {
      const client = await mine;
      client.on('disconnect', () => drop(mine));
      return client;
    } catch (error) {
      drop(mine);
      throw error;
    }
  };

  /** The twin holds the count, and may be read far more often than the registry. */
  const waitingFor = async (deviceId: string): Promise<number | undefined> => {
    const read = async () => inTime(registry.getTwin(deviceId), patience);
    try {
      // A connection that was kept for the next request may have been closed by the hub meanwhile.
      const { responseBody: twin } = await read().catch(async (error: unknown) => {
        if (wasHungUp(error)) return read();
        throw error;
      });
      return (twin as { cloudToDeviceMessageCount?: number }).cloudToDeviceMessageCount ?? 0;
    } catch (error) {
      if (nameOf(error) === 'DeviceNotFoundError') return undefined;
      throw unreachable(error);
    }
  };

  return {
    lookAt: async (deviceId) => {
      const [waiting] = await Promise.all([waitingFor(deviceId), open()]);
      return waiting === undefined ? { kind: 'unknown' } : { kind: 'known', waiting };
    },

    send: async (command) => {
      let connection: Promise<Client> | undefined;
      try {
        const client = await open();
        connection = opening;
        if (linking) await linking;
        const sending = inTime(client.send(command.deviceId, messageOf(command)), patience);
        linking ??= sending.catch(() => undefined);
        await sending;
        return { kind: 'accepted' };
      } catch (error) {
        const sending = sendingAfter(error);
        if (sending.kind === 'uncertain') {
          drop(connection);
          void connection?.then(closeQuietly, () => undefined);
        }
        return sending;
      }
    },

    close: async () => {
      const connection = opening;
      drop(connection);
      await connection?.then(closeQuietly, () => undefined);
    },
  };
}

function messageOf({ messageId, body, expires, attempt }: CommandMessage): Message {
  const message = new Message(body);
  message.messageId = messageId;
  message.contentType = 'application/json';
  message.contentEncoding = 'utf-8';
  message.ack = 'full';
  message.expiryTimeUtc = expires;
  if (attempt > 1) message.properties.add(attemptProperty, String(attempt));
  return message;
}

/** What an error of a send says about whether the hub has the message. */
function sendingAfter(error: unknown): Exclude<Sending, { kind: 'accepted' }> {
  const why = error instanceof Error ? error.message : String(error);
  switch (nameOf(error)) {
    case 'DeviceNotFoundError':
      return { kind: 'refused', reason: 'unknown-device' };
    case 'DeviceMaximumQueueDepthExceededError':
      return { kind: 'refused', reason: 'queue-full' };
    case 'MessageTooLargeError':
      return { kind: 'refused', reason: 'too-large' };
    case 'ArgumentError':
    case 'ArgumentOutOfRangeError':
    case 'InvalidOperationError':
      return { kind: 'refused', reason: 'not-understood' };
    case 'ServiceError': // the connection could not be opened
      return { kind: 'not-now', why };
    case 'UnauthorizedError':
    case 'ThrottlingError':
    case 'IotHubQuotaExceededError':
    case 'IoTHubSuspendedError':
    case 'IotHubNotFoundError':
      return { kind: 'not-now', why: unreachable(error).message };
    default:
      return { kind: 'uncertain', why };
  }
}

function wasHungUp(error: unknown): boolean {
  return /socket hang up|ECONNRESET/.test(String(error));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
