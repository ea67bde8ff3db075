import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { SharedAccessSignature as Sas } from 'azure-iot-common';
import { Message } from 'azure-iot-device';
import type { Twin } from 'azure-iot-device';
import { Client } from 'azure-iothub';
import { generate, parser } from 'mqtt-packet';
import type { IConnackPacket, IConnectPacket, Packet } from 'mqtt-packet';
import { readEvents, startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

async function connectionState(deviceId: string): Promise<string> {
  return (await hub.registry.get(deviceId)).responseBody.connectionState!;
}

test('an event arrives with its body, its properties and what the hub knows about its sender', async () => {
  const device = await hub.connect(await hub.addDevice('sender'));
  const message = new Message(JSON.stringify({ temperature: 21.5 }));
  Object.assign(message, {
    messageId: 'm-1',
    correlationId: 'c-1',
    contentType: 'application/json',
    contentEncoding: 'utf-8',
  });
  message.properties.add('größe', 'ü & = ? / # %');
  const before = Date.now();
  await device.sendEvent(message);

  const [event] = await readEvents(hub.eventHubConnectionString, 1);
  expect(event).toMatchObject({
    body: { temperature: 21.5 },
    properties: { größe: 'ü & = ? / # %' },
    messageId: 'm-1',
    correlationId: 'c-1',
    contentType: 'application/json',
    systemProperties: {
      contentEncoding: 'utf-8',
      'iothub-connection-device-id': 'sender',
      'iothub-message-source': 'Telemetry',
    },
  });
  const { responseBody: record } = await hub.registry.get('sender');
  const { systemProperties } = event!;
  expect(systemProperties!['iothub-connection-auth-generation-id']).toBe(record.generationId);
  expect(JSON.parse(systemProperties!['iothub-connection-auth-method'] as string)).toMatchObject({ type: 'sas' });
  expect(systemProperties!['iothub-enqueuedtime']).toBe(event!.enqueuedTimeUtc.getTime());
  expect(event!.enqueuedTimeUtc.getTime()).toBeGreaterThanOrEqual(before);
  expect(new Date(record.lastActivityTime!).getTime()).toBeGreaterThanOrEqual(before);
});

test('all events of a device go to one partition, in the order they were sent', async () => {
  const names = ['order-a', 'order-b', 'order-c', 'order-d', 'order-e'];
  await Promise.all(
    names.map(async (name) => {
      const device = await hub.connect(await hub.addDevice(name));
      for (let index = 0; index < 10; index++) await device.sendEvent(new Message(JSON.stringify({ name, index })));
      await device.close();
    }),
  );
  const events = (await readEvents(hub.eventHubConnectionString, 51)).filter(({ body }) => names.includes(body.name));
  const partitions = new Set<string>();
  for (const name of names) {
    const own = events.filter(({ body }) => body.name === name);
    expect(own.map(({ body }) => body.index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(new Set(own.map(({ partitionId }) => partitionId)).size).toBe(1);
    partitions.add(own[0]!.partitionId);
  }
  expect(partitions.size).toBeGreaterThan(1);
});

/** A device that speaks bare MQTT, to say what the SDK never would. */
async function bareMqtt(connect: Partial<IConnectPacket>) {
  const socket = tls.connect({
    host: '127.0.0.1',
    port: hub.ports.mqtt,
    ca: await readFile(hub.caFile),
    servername: hub.hostName,
  });
  const packets: Packet[] = [];
  const input = parser();
  input.on('packet', (packet) => packets.push(packet));
  socket.on('data', (bytes: Buffer) => input.parse(bytes));
  socket.on('error', () => {});
  const send = (packet: Packet) => socket.write(generate(packet));
  send({
    cmd: 'connect',
    clientId: '',
    clean: false,
    keepalive: 60,
    protocolId: 'MQTT',
    protocolVersion: 4,
    ...connect,
  });
  await until(() => packets.length > 0, 'CONNACK');
  const [connack] = packets as [IConnackPacket];
  return { returnCode: connack.returnCode, send, packets, ended: once(socket, 'close'), end: () => socket.destroy() };
}

const inOneHour = () => Math.round(Date.now() / 1000) + 3600;
const wrongKey = Buffer.alloc(32, 7).toString('base64');

function token(resource: string, key: string, expires = inOneHour()): Buffer {
  return Buffer.from(Sas.create(resource, '', key, expires).toString().replace('&skn=', ''));
}

async function credentials(deviceId: string): Promise<{ clientId: string; username: string; key: string }> {
  const key = /SharedAccessKey=(.*)$/.exec(await hub.addDevice(deviceId))![1]!;
  return { clientId: deviceId, username: `${hub.hostName}/${deviceId}/?api-version=2021-04-12`, key };
}

describe('who is let in', () => {
  test.each<[string, number, (id: string, key: string) => Partial<IConnectPacket>]>([
    ['a device with its key', 0, (id, key) => ({ password: token(`${hub.hostName}/devices/${id}`, key) })],
    ['a wrong key', 5, (id) => ({ password: token(`${hub.hostName}/devices/${id}`, wrongKey) })],
    ['an expired token', 5, (id, key) => ({ password: token(`${hub.hostName}/devices/${id}`, key, 1) })],
    ['a token for another device', 5, (id, key) => ({ password: token(`${hub.hostName}/devices/x${id}`, key) })],
    ['a token for another hub', 5, (id, key) => ({ password: token(`other.azure-devices.net/devices/${id}`, key) })],
    ['no token', 5, () => ({ password: Buffer.from('secret') })],
    [
      'a user name of another hub',
      5,
      (id, key) => ({ username: `other.net/${id}/`, password: token(`${hub.hostName}/devices/${id}`, key) }),
    ],
    ['a module', 2, (id, key) => ({ clientId: `${id}/module`, password: token(`${hub.hostName}/devices/${id}`, key) })],
    ['MQTT 5', 1, () => ({ protocolVersion: 5 })],
  ])('%s is answered with CONNACK %i', async (which, returnCode, more) => {
    const { key, ...known } = await credentials(which.replace(/ /g, '-'));
    const device = await bareMqtt({ ...known, ...more(known.clientId, key) });
    expect(device.returnCode).toBe(returnCode);
    expect(await connectionState(known.clientId)).toBe(returnCode === 0 ? 'Connected' : 'Disconnected');
    device.end();
  });

  test.each<[string, (id: string) => Packet]>([
    ['publishes with QoS 2', (id) => publication(`devices/${id}/messages/events/`, 2)],
    ['publishes for another device', () => publication('devices/other/messages/events/', 1)],
    ['publishes to a topic there is not', () => publication('hello', 1)],
    [
      'connects twice',
      (id) => ({ cmd: 'connect', clientId: id, protocolId: 'MQTT', protocolVersion: 4, keepalive: 9 }),
    ],
  ])('a device that %s is cut off', async (which, packet) => {
    const { key, ...known } = await credentials(which.replace(/ /g, '-'));
    const device = await bareMqtt({ ...known, password: token(`${hub.hostName}/devices/${known.clientId}`, key) });
    device.send(packet(known.clientId));
    await device.ended;
    await until(async () => (await connectionState(known.clientId)) === 'Disconnected');
  });

  function publication(topic: string, qos: 0 | 1 | 2): Packet {
    return { cmd: 'publish', topic, qos, payload: '{}', messageId: 1, dup: false, retain: false };
  }

  test('a device is cut off when its token expires', async () => {
    const { key, ...known } = await credentials('short-token');
    const soon = Math.floor(Date.now() / 1000) + 2; // whole seconds: 1 to 2 of them are left
    const device = await bareMqtt({ ...known, password: token(`${hub.hostName}/devices/short-token`, key, soon) });
    expect(device.returnCode).toBe(0);
    await device.ended;
  });

  test('the will of a device that went without a word is an event', async () => {
    const { key, ...known } = await credentials('mortal');
    const will = {
      topic: 'devices/mortal/messages/events/',
      payload: Buffer.from('"gone"'),
      qos: 1,
      retain: false,
    } as const;
    const device = await bareMqtt({ ...known, will, password: token(`${hub.hostName}/devices/mortal`, key) });
    device.end();
    await until(async () => (await connectionState('mortal')) === 'Disconnected');
    const events = await readEvents(hub.eventHubConnectionString, 52);
    const { body, properties } = events.find(
      ({ systemProperties }) => systemProperties!['iothub-connection-device-id'] === 'mortal',
    )!;
    expect([body, properties]).toEqual(['gone', { 'iothub-MessageType': 'Will' }]);
  });

  test('the secondary key is as good as the primary one', async () => {
    await hub.addDevice('second-key');
    const { responseBody } = await hub.registry.get('second-key');
    const key = responseBody.authentication!.symmetricKey!.secondaryKey;
    await hub.connect(`HostName=${hub.hostName};DeviceId=second-key;SharedAccessKey=${key}`);
    expect(await connectionState('second-key')).toBe('Connected');
  });

  test('an unknown device is refused', async () => {
    const unknown = hub.client(`HostName=${hub.hostName};DeviceId=unknown;SharedAccessKey=${wrongKey}`);
    await expect(unknown.open()).rejects.toThrow(/Not authorized/);
  });

  test('a disabled device is cut off and let in again once it is enabled', async () => {
    const connectionString = await hub.addDevice('suspect');
    const device = await hub.connect(connectionString);
    const cut = once(device, 'disconnect');
    await hub.registry.update({ deviceId: 'suspect', status: 'disabled' });
    await cut;
    await expect(hub.client(connectionString).open()).rejects.toThrow(/Not authorized/);
    await hub.registry.update({ deviceId: 'suspect', status: 'enabled' });
    await hub.connect(connectionString);
  });

  test('a deleted device is cut off', async () => {
    const device = await hub.connect(await hub.addDevice('deleted'));
    const cut = once(device, 'disconnect');
    await hub.registry.delete('deleted');
    await cut;
  });

  test('a second connection of the same device ends the first', async () => {
    const connectionString = await hub.addDevice('double');
    const first = await hub.connect(connectionString);
    const cut = once(first, 'disconnect');
    const second = await hub.connect(connectionString);
    await cut;
    await second.sendEvent(new Message('still here'));
    expect(await connectionState('double')).toBe('Connected');
    await second.close();
    await until(async () => (await connectionState('double')) === 'Disconnected');
  });
});

describe('twins', () => {
  async function twinOf(deviceId: string): Promise<Twin> {
    const device = await hub.connect(await hub.addDevice(deviceId));
    return device.getTwin();
  }

  test('a device reads its twin and hears of changed desired properties, removed ones as null', async () => {
    const twin = await twinOf('twin-desired');
    const changes: unknown[] = [];
    twin.on('properties.desired', (change: unknown) => changes.push(structuredClone(change)));
    await until(() => changes.length === 1, 'the first, whole state');
    await hub.registry.updateTwin(
      'twin-desired',
      { properties: { desired: { fan: { speed: 3, mode: 'auto' } } } },
      '*',
    );
    await until(() => changes.length === 2, 'the change');
    await hub.registry.updateTwin('twin-desired', { properties: { desired: { fan: { mode: null } } } }, '*');
    await until(() => changes.length === 3, 'the removal');

    expect(changes.slice(1)).toEqual([
      { fan: { speed: 3, mode: 'auto' }, $version: 2 },
      { fan: { mode: null }, $version: 3 },
    ]);
    expect(twin.properties.desired).toEqual({ fan: { speed: 3 }, $version: 3 });
  });

  test('what a device reports stands in its twin', async () => {
    const twin = await twinOf('twin-reported');
    await new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ firmware: { version: '1.2', url: 'x' }, up: true }, (error?: Error) =>
        error ? reject(error) : resolve(),
      );
    });
    const { responseBody } = await hub.registry.getTwin('twin-reported');
    expect(responseBody.properties.reported).toMatchObject({
      firmware: { version: '1.2', url: 'x' },
      up: true,
      $version: 2,
    });
    expect(responseBody.etag).toBe('AAAAAAAAAAE=');
  });

  test('a device is told why its report is refused', async () => {
    const twin = await twinOf('twin-refused');
    const reported = new Promise<void>((resolve, reject) => {
      twin.properties.reported.update({ 'a.b': 1 }, (error?: Error) => (error ? reject(error) : resolve()));
    });
    await expect(reported).rejects.toThrow(/no name for a property/);
  });
});

describe('direct methods', () => {
  let service: Client;
  beforeAll(() => {
    service = Client.fromConnectionString(hub.iotHubConnectionString);
  });

  test('a method reaches the device and its answer comes back', async () => {
    const device = await hub.connect(await hub.addDevice('method'));
    await new Promise<void>((resolve) => {
      device.onDeviceMethod('reboot', (request, response) => {
        void response.send(201, { got: request.payload as object });
      });
      resolve();
    });
    const { result } = await service.invokeDeviceMethod('method', {
      methodName: 'reboot',
      payload: { delay: 3 },
      connectTimeoutInSeconds: 5, // until the subscription is there
    });
    expect(result).toEqual({ status: 201, payload: { got: { delay: 3 } } });
  });

  test('a device that is offline is 404 DeviceNotOnline', async () => {
    await hub.addDevice('method-offline');
    await expect(service.invokeDeviceMethod('method-offline', { methodName: 'x' })).rejects.toMatchObject({
      response: { statusCode: 404, headers: { 'iothub-errorcode': 'DeviceNotOnline' } },
    });
  });

  test('a device that does not answer is 504', async () => {
    const device = await hub.connect(await hub.addDevice('method-silent'));
    device.onDeviceMethod('think', () => {});
    const call = { methodName: 'think', responseTimeoutInSeconds: 5, connectTimeoutInSeconds: 5 };
    await expect(service.invokeDeviceMethod('method-silent', call)).rejects.toMatchObject({
      response: { statusCode: 504 },
    });
  });

  test('an unknown device is 404 DeviceNotFound, a missing name 400', async () => {
    await expect(service.invokeDeviceMethod('nobody', { methodName: 'x' })).rejects.toMatchObject({
      name: 'DeviceNotFoundError',
    });
    const tooShort = { methodName: 'x', responseTimeoutInSeconds: 1 };
    await expect(service.invokeDeviceMethod('method', tooShort)).rejects.toMatchObject({ name: 'ArgumentError' });
  });
});
