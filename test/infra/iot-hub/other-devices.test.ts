import { once } from 'node:events';
import { Message } from 'azure-iot-device';
import type { Client as DeviceClient, Twin } from 'azure-iot-device';
import { Amqp } from 'azure-iot-device-amqp';
import { Http } from 'azure-iot-device-http';
import { Client, Registry } from 'azure-iothub';
import { readEvents, startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub({ partitions: 1 });
});
afterAll(() => hub.stop());

const wrongKey = Buffer.alloc(32, 7).toString('base64');

describe('a device over AMQP', () => {
  let device: DeviceClient;
  beforeAll(async () => {
    device = await hub.connect(await hub.addDevice('amqp'), Amqp);
  });

  test('sends an event with its properties', async () => {
    const message = new Message(JSON.stringify({ from: 'amqp' }));
    Object.assign(message, { messageId: 'a-1', correlationId: 'a-2', contentType: 'application/json' });
    message.properties.add('kind', 'test');
    await device.sendEvent(message);
    const events = await readEvents(hub.eventHubConnectionString, 1);
    const event = events.find(({ body }) => body.from === 'amqp');
    expect(event).toMatchObject({ messageId: 'a-1', correlationId: 'a-2', properties: { kind: 'test' } });
    expect(event!.systemProperties!['iothub-connection-device-id']).toBe('amqp');
  });

  test('answers a method', async () => {
    device.onDeviceMethod('add', (request, response) => {
      const { a, b } = request.payload as { a: number; b: number };
      void response.send(200, { sum: a + b });
    });
    const service = Client.fromConnectionString(hub.iotHubConnectionString);
    const call = { methodName: 'add', payload: { a: 1, b: 2 }, connectTimeoutInSeconds: 5 };
    expect((await service.invokeDeviceMethod('amqp', call)).result).toEqual({ status: 200, payload: { sum: 3 } });
  });

  test('reads, reports and hears of its twin', async () => {
    const twin: Twin = await device.getTwin();
    const changes: unknown[] = [];
    twin.on('properties.desired', (change: unknown) => changes.push(change));
    await until(() => changes.length === 1);
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ version: 7 }, (error?: Error) => (error ? reject(error) : resolve()));
    });
    const { responseBody } = await hub.registry.updateTwin('amqp', { properties: { desired: { on: true } } }, '*');
    await until(() => changes.length === 2);
    expect(changes[1]).toEqual({ on: true, $version: 2 });
    expect(responseBody.properties.reported).toMatchObject({ version: 7 });
  });

  test('is refused with a wrong key, and cut off when it is disabled', async () => {
    const stranger = hub.client(`HostName=${hub.hostName};DeviceId=amqp;SharedAccessKey=${wrongKey}`, Amqp);
    await expect(stranger.open()).rejects.toMatchObject({ name: 'UnauthorizedError' });
    expect((await hub.registry.get('amqp')).responseBody.connectionState).toBe('Connected');
    const cut = once(device, 'disconnect');
    await hub.registry.update({ deviceId: 'amqp', status: 'disabled' });
    await cut;
  });

  test('ends an MQTT connection of the same device', async () => {
    const connectionString = await hub.addDevice('both');
    const overMqtt = await hub.connect(connectionString);
    const cut = once(overMqtt, 'disconnect');
    await hub.connect(connectionString, Amqp);
    await cut;
  });
});

describe('a device over HTTPS', () => {
  test('sends one event, or many in one request', async () => {
    const device = await hub.connect(await hub.addDevice('https'), Http);
    const single = new Message(JSON.stringify({ from: 'https', number: 0 }));
    Object.assign(single, { messageId: 'h-1', contentType: 'application/json', contentEncoding: 'utf-8' });
    single.properties.add('kind', 'single');
    await device.sendEvent(single);
    await device.sendEventBatch([1, 2].map((number) => new Message(JSON.stringify({ from: 'https', number }))));

    const events = await readEvents(hub.eventHubConnectionString, 4);
    const own = events.filter(({ body }) => body.from === 'https');
    expect(own.map(({ body }) => body.number)).toEqual([0, 1, 2]);
    expect(own[0]).toMatchObject({ messageId: 'h-1', contentType: 'application/json', properties: { kind: 'single' } });
  });

  test('is refused with a wrong key', async () => {
    const stranger = hub.client(`HostName=${hub.hostName};DeviceId=https;SharedAccessKey=${wrongKey}`, Http);
    await expect(stranger.sendEvent(new Message('x'))).rejects.toMatchObject({ name: 'UnauthorizedError' });
  });

  test('may send 256 KiB, but no more', async () => {
    const device = await hub.connect(await hub.addDevice('large'), Http);
    await device.sendEvent(new Message('x'.repeat(256 * 1024)));
    await expect(device.sendEvent(new Message('x'.repeat(256 * 1024 + 1)))).rejects.toMatchObject({
      name: 'MessageTooLargeError',
    });
  });
});

describe('a back end', () => {
  const withPolicy = (policy: string, key: string) =>
    `HostName=${hub.hostName};SharedAccessKeyName=${policy};SharedAccessKey=${key}`;
  const ownKey = () => /SharedAccessKey=(.*)$/.exec(hub.iotHubConnectionString)![1]!;
  const serviceKey = () => /SharedAccessKey=([^;]*)/.exec(hub.eventHubConnectionString)![1]!;

  test('with a wrong key, or an unknown policy, is refused', async () => {
    for (const connectionString of [withPolicy('iothubowner', wrongKey), withPolicy('nobody', ownKey())]) {
      await expect(Registry.fromConnectionString(connectionString).get('x')).rejects.toMatchObject({
        name: 'UnauthorizedError',
      });
      await expect(Client.fromConnectionString(connectionString).open()).rejects.toMatchObject({
        amqpError: { name: 'UnauthorizedError' },
      });
    }
  });

  test('with the policy "service" reads twins but not the registry', async () => {
    await hub.addDevice('guarded');
    const registry = Registry.fromConnectionString(withPolicy('service', serviceKey()));
    await expect(registry.getTwin('guarded')).resolves.toBeDefined();
    await expect(registry.get('guarded')).rejects.toMatchObject({ name: 'UnauthorizedError' });
    await expect(registry.create({ deviceId: 'new' })).rejects.toMatchObject({ name: 'UnauthorizedError' });
  });
});
