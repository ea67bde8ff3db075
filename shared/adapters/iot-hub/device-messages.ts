import { NoRetry } from 'azure-iot-common';
import { Client, Message } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Registry } from 'azure-iothub';
import { ServiceError } from '../../domain/errors';
import type { DeviceMessages, HubDevice } from '../../ports/device-messages';

/** Somebody waits for the answer: milliseconds for one exchange with the hub. */
const patience = 15_000;

/** Messages over MQTT, as devices of an IoT Hub; their keys are read from its registry, each when it is needed. */
export function iotHubDeviceMessages(connectionString: string): DeviceMessages {
  const hostName = /HostName=([^;]+)/i.exec(connectionString)?.[1] ?? '';
  const registry = Registry.fromConnectionString(connectionString);

  const identity = async (deviceId: string) => {
    try {
      return (await inTime(registry.get(deviceId))).responseBody;
    } catch (error) {
      if (error instanceof Error && error.name === 'DeviceNotFoundError') return undefined;
      throw unreachable(error);
    }
  };

  return {
    find: async (deviceId) => {
      const device = await identity(deviceId);
      if (!device) return 'unknown';
      if (device.status === 'disabled') return 'disabled';
      const key = device.authentication?.symmetricKey?.primaryKey;
      return key ? hubDevice(`HostName=${hostName};DeviceId=${deviceId};SharedAccessKey=${key}`) : 'no-key';
    },
  };
}

function hubDevice(connectionString: string): HubDevice {
  return {
    send: async (body) => {
      const client = Client.fromConnectionString(connectionString, Mqtt);
      client.setRetryPolicy(new NoRetry());
      // Without a listener, a connection that breaks would end the process.
      client.on('error', () => undefined);
      const message = new Message(JSON.stringify(body));
      message.contentType = 'application/json';
      message.contentEncoding = 'utf-8';
      try {
        await inTime(client.open().then(async () => client.sendEvent(message)));
      } catch (error) {
        throw unreachable(error);
      } finally {
        await client.close().catch(() => undefined);
      }
    },
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} s`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unreachable(cause: unknown): ServiceError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ServiceError('hub-unreachable', `The IoT Hub cannot be reached, or refuses us: ${why}.`, { cause });
}
