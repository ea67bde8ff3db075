import { NoRetry, Message } from 'azure-iot-common';
import { Client as DeviceClient, Message as DeviceMessage } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Client, Registry } from 'azure-iothub';
import { deviceConnectionString, load, readEvents, until } from '../../kit/hub';
import { cleanUp, end, newFolder, startProgram } from './program';
import type { Offer } from './program';

afterEach(cleanUp);

async function connect(registry: Registry, { hostName }: Offer, deviceId: string): Promise<DeviceClient> {
  const device = DeviceClient.fromConnectionString(await deviceConnectionString(registry, hostName, deviceId), Mqtt);
  device.setRetryPolicy(new NoRetry());
  device.on('error', () => {});
  await device.open();
  return device;
}

test('what a killed hub had confirmed is there again: devices, twins, messages to devices, and events', async () => {
  const data = await newFolder();
  const first = await startProgram(['--data', data]);
  load(first.offer.preload);
  const registry = Registry.fromConnectionString(first.offer.iotHubConnectionString);
  const { responseBody: kept } = await registry.create({ deviceId: 'kept' });
  await registry.create({ deviceId: 'removed' });
  await registry.delete('removed');
  const { responseBody: twin } = await registry.updateTwin(
    'kept',
    { tags: { a: 1 }, properties: { desired: { b: 2 } } },
    '*',
  );

  const service = Client.fromConnectionString(first.offer.iotHubConnectionString);
  service.setRetryPolicy(new NoRetry());
  await service.open();
  for (const messageId of ['one', 'two']) {
    await service.send('kept', Object.assign(new Message(messageId), { messageId, ack: 'none' as never }));
  }
  const device = await connect(registry, first.offer, 'kept');
  for (let index = 0; index < 3; index++) await device.sendEvent(new DeviceMessage(JSON.stringify({ index })));
  await end(first.child, 'SIGKILL');
  await Promise.allSettled([device.close(), service.close()]);

  const second = await startProgram(['--data', data]);
  expect(second.offer.ports).toEqual(first.offer.ports);
  expect(second.offer.iotHubConnectionString).toBe(first.offer.iotHubConnectionString);
  load(second.offer.preload);
  const { responseBody: found } = await registry.get('kept');
  expect(found).toMatchObject({
    etag: kept.etag,
    generationId: kept.generationId,
    authentication: kept.authentication,
    connectionState: 'Disconnected',
    cloudToDeviceMessageCount: 2,
  });
  await expect(registry.get('removed')).rejects.toMatchObject({ name: 'DeviceNotFoundError' });
  expect((await registry.getTwin('kept')).responseBody).toMatchObject({
    etag: twin.etag,
    tags: { a: 1 },
    properties: { desired: { b: 2, $version: 2 } },
  });

  const again = await connect(registry, second.offer, 'kept');
  const messages: string[] = [];
  again.on('message', ({ messageId }: DeviceMessage) => messages.push(messageId));
  await until(() => messages.length === 2);
  expect(messages).toEqual(['one', 'two']);
  await again.sendEvent(new DeviceMessage(JSON.stringify({ index: 3 })));
  await until(async () => Number((await registry.get('kept')).responseBody.cloudToDeviceMessageCount) === 0);
  await again.close();

  const events = await readEvents(second.offer.eventHubConnectionString, 4);
  expect(events.map(({ body, sequenceNumber }) => [body.index, sequenceNumber])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const offsets = events.map(({ offset }) => Number(offset));
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  expect(new Set(events.map(({ partitionId }) => partitionId)).size).toBe(1);
  await end(second.child, 'SIGKILL');

  const third = await startProgram(['--data', data]);
  load(third.offer.preload);
  expect((await registry.get('kept')).responseBody.cloudToDeviceMessageCount).toBe(0);
});

test('a device that listens comes back by itself to a hub that was started again', async () => {
  const data = await newFolder();
  const first = await startProgram(['--data', data]);
  load(first.offer.preload);
  const registry = Registry.fromConnectionString(first.offer.iotHubConnectionString);
  await registry.create({ deviceId: 'faithful' });
  const device = DeviceClient.fromConnectionString(
    await deviceConnectionString(registry, first.offer.hostName, 'faithful'),
    Mqtt,
  );
  await device.open();
  // The SDK reconnects only for the sake of what it listens to, so let it listen.
  device.onDeviceMethod('ping', (_request, response) => void response.send(200));
  const ping = { methodName: 'ping', connectTimeoutInSeconds: 10 };
  const service = Client.fromConnectionString(first.offer.iotHubConnectionString);
  await service.invokeDeviceMethod('faithful', ping);
  await end(first.child, 'SIGKILL');
  const second = await startProgram(['--data', data]);
  expect((await service.invokeDeviceMethod('faithful', ping)).result.status).toBe(200);
  await device.sendEvent(new DeviceMessage('"back"'));
  const [event] = await readEvents(second.offer.eventHubConnectionString, 1);
  expect(event!.body).toBe('back');
  await device.close();
});
