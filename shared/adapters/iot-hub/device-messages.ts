import { NoRetry } from 'azure-iot-common';
import { Client, Message } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import type { DeviceMessages, HubDevice } from '../../ports/device-messages';
import { hostNameOf, inTime, openRegistry, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';

/** Messages over MQTT, as devices of an IoT Hub; their keys are read from its registry, each when it is needed. */
export function iotHubDeviceMessages(account: HubAccount): DeviceMessages {
  const hostName = hostNameOf(account);
  const registry = openRegistry(account);

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
