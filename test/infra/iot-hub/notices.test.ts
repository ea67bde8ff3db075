import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedEventData } from '@azure/event-hubs';
import { NoRetry } from 'azure-iot-common';
import { Client as DeviceClient, Message } from 'azure-iot-device';
import type { Twin } from 'azure-iot-device';
import { Mqtt } from 'azure-iot-device-mqtt';
import { Registry } from 'azure-iothub';
import { startIotHub } from '../../../infra/local/iot-hub/iot-hub';
import { deviceConnectionString, load, readEvents, startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

const hubs: TestHub[] = [];
afterEach(() => Promise.all(hubs.splice(0).map((hub) => hub.stop())));

async function open(routes: boolean): Promise<TestHub> {
  const hub = await startTestHub({
    routes,
    partitions: 1,
    hostName: 'contoso.azure-devices.net',
  });
  hubs.push(hub);
  return hub;
}

/** A device is created, connects, reports, is written to, speaks, and goes. */
async function live(hub: TestHub, deviceId: string): Promise<void> {
  const device = await hub.connect(await hub.addDevice(deviceId));
  const twin: Twin = await device.getTwin();
  await new Promise<void>((resolve, reject) =>
    twin.properties.reported.update({ battery: { level: 80, kind: null } }, (error: Error | undefined) =>
      error ? reject(error) : resolve(),
    ),
  );
  await hub.registry.updateTwin(deviceId, { tags: { building: '7' }, properties: { desired: { period: 5 } } }, '*');
  await device.sendEvent(new Message('{}'));
  await device.close();
  await until(async () => String((await hub.registry.get(deviceId)).responseBody.connectionState) === 'Disconnected');
  await hub.registry.delete(deviceId);
}

const sourceOf = ({ systemProperties }: ReceivedEventData) => String(systemProperties?.['iothub-message-source']);
const operationOf = ({ properties }: ReceivedEventData) => String(properties?.['opType'] ?? 'message');

test('the life of a device is told in order, as the documentation has it', async () => {
  const hub = await open(true);
  const before = Date.now();
  await live(hub, 'pump');
  const events = await readEvents(hub.eventHubConnectionString, 7);
  expect(events.map((event) => [sourceOf(event), operationOf(event)])).toEqual([
    ['deviceLifecycleEvents', 'createDeviceIdentity'],
    ['deviceConnectionStateEvents', 'deviceConnected'],
    ['twinChangeEvents', 'updateTwin'],
    ['twinChangeEvents', 'updateTwin'],
    ['Telemetry', 'message'],
    ['deviceConnectionStateEvents', 'deviceDisconnected'],
    ['deviceLifecycleEvents', 'deleteDeviceIdentity'],
  ]);
  const [created, connected, reported, written, , disconnected, deleted] = events;
  for (const event of [created!, connected!, reported!, written!, disconnected!, deleted!]) {
    expect(event).toMatchObject({
      contentType: 'application/json',
      correlationId: expect.stringMatching(/./) as string,
      properties: {
        hubName: 'contoso',
        deviceId: 'pump',
        operationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      },
      systemProperties: { contentEncoding: 'utf-8', 'iothub-connection-device-id': 'pump' },
    });
    expect(Date.parse(event.properties!['operationTimestamp'] as string)).toBeGreaterThanOrEqual(before);
  }
  const untouched = { $metadata: expect.anything() as object, $version: 1 };
  expect(created).toMatchObject({
    properties: { 'iothub-message-schema': 'deviceLifecycleNotification' },
    body: { deviceId: 'pump', version: 1, properties: { desired: untouched, reported: untouched } },
  });
  expect(reported).toMatchObject({
    properties: { 'iothub-message-schema': 'twinChangeNotification' },
    body: { version: 2, properties: { reported: { battery: { level: 80, kind: null }, $version: 2 } } },
  });
  expect(reported!.body).not.toHaveProperty('tags');
  expect(written!.body).toEqual({
    version: 3,
    tags: { building: '7' },
    properties: {
      desired: {
        period: 5,
        $version: 2,
        $metadata: expect.objectContaining({
          period: expect.objectContaining({ $lastUpdatedVersion: 2 }) as object,
        }) as object,
      },
    },
  });
  expect(deleted).toMatchObject({ body: { deviceId: 'pump', tags: { building: '7' } } });
  const numbers = [connected!, disconnected!].map(({ body }) => (body as { sequenceNumber: string }).sequenceNumber);
  for (const number of numbers) expect(number).toMatch(/^[0-9A-F]{64}$/);
  expect(numbers[0]! < numbers[1]!).toBe(true);
});

test('a second connection of a device is told after the end of the first', async () => {
  const hub = await open(true);
  const connectionString = await hub.addDevice('twice');
  await hub.connect(connectionString);
  await hub.connect(connectionString);
  const events = await readEvents(hub.eventHubConnectionString, 4);
  expect(events.map(operationOf)).toEqual([
    'createDeviceIdentity',
    'deviceConnected',
    'deviceDisconnected',
    'deviceConnected',
  ]);
});

test('a hub that is stopped tells nothing of the connections it cuts, and goes on with higher numbers', async () => {
  const data = await mkdtemp(join(tmpdir(), 'iot-hub-test-'));
  const first = await startIotHub({ data, routes: true, partitions: 1 });
  load(first.preload);
  const registry = Registry.fromConnectionString(first.iotHubConnectionString);
  await registry.create({ deviceId: 'lasting' });
  const device = DeviceClient.fromConnectionString(
    await deviceConnectionString(registry, first.hostName, 'lasting'),
    Mqtt,
  );
  device.setRetryPolicy(new NoRetry());
  device.on('error', () => {});
  await device.open();
  await first.stop();
  const second = await startIotHub({ data, routes: true, partitions: 1 });
  await device.close().catch(() => undefined);
  await device.open();
  const events = await readEvents(second.eventHubConnectionString, 3);
  await device.close();
  await second.stop();
  await rm(data, { recursive: true });
  expect(events.map(operationOf)).toEqual(['createDeviceIdentity', 'deviceConnected', 'deviceConnected']);
  const [a, b] = events.slice(1).map(({ body }) => (body as { sequenceNumber: string }).sequenceNumber);
  expect(a! < b!).toBe(true);
});

test('without routes there are messages of devices only', async () => {
  const hub = await open(false);
  await live(hub, 'pump');
  const events = await readEvents(hub.eventHubConnectionString, 1);
  expect(events.map(sourceOf)).toEqual(['Telemetry']);
});
