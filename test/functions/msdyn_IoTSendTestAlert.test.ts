import { call } from '../kit/actions';
import { sendTestAlert } from '../../functions/msdyn_IoTSendTestAlert';
import { iotHubDeviceMessages } from '../../shared/adapters/iot-hub/device-messages';
import { memoryDeviceMessages } from '../../shared/adapters/memory/device-messages';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import type { Row } from '../../shared/model/edm';
import type { DeviceMessages } from '../../shared/ports/device-messages';
import { readEvents, startTestHub } from '../kit/hub';
import type { TestHub } from '../kit/hub';
import { seed, start } from '../kit/ingestion';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

const devices = { on: 'enabled', off: 'disabled', certificate: 'no-key' } as const;

function openWorld(messages: DeviceMessages) {
  const records = memoryRecordStore();
  let made = 0;
  const deps = { records, messages, now: () => start, unique: () => `token ${(made += 1)}` };
  return {
    device: async (deviceId: string, row: Row = {}) =>
      seed(records, 'msdyn_iotdevice', deviceId, { msdyn_deviceid: deviceId, ...row }),
    send: async (...ids: string[]) =>
      call(
        sendTestAlert(() => deps),
        'msdyn_IoTSendTestAlert',
        { IoTDeviceIds: ids.join() },
      ),
  };
}

test('a message of type Test goes through the hub as each device', async () => {
  for (const deviceId of ['pump-1', 'pump-2']) await hub.addDevice(deviceId);
  const world = openWorld(iotHubDeviceMessages({ connectionString: hub.iotHubConnectionString }));
  const answer = await world.send(await world.device('pump-1'), await world.device('pump-2'));
  expect([answer.status, answer.text, answer.json, answer.faults]).toEqual([204, '', {}, []]);
  const events = await readEvents(hub.eventHubConnectionString, 2);
  expect(events.map(({ systemProperties }) => systemProperties!['iothub-connection-device-id']).toSorted()).toEqual([
    'pump-1',
    'pump-2',
  ]);
  for (const { body } of events) expect(body).toMatchObject({ alerttype: 'Test', time: new Date(start).toISOString() });
});

describe.each([
  { which: 'memory', open: async () => memoryDeviceMessages(devices) },
  {
    which: 'the IoT Hub',
    open: async () => {
      const authentication = { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'A'.repeat(40) } };
      await hub.registry.addDevices([
        { deviceId: 'on' },
        { deviceId: 'off', status: 'disabled' },
        { deviceId: 'certificate', authentication },
      ] as Parameters<typeof hub.registry.addDevices>[0]);
      return iotHubDeviceMessages({ connectionString: hub.iotHubConnectionString });
    },
  },
])('as which device one can send, in $which', ({ open }) => {
  let messages: DeviceMessages;
  beforeAll(async () => {
    messages = await open();
  });

  test('is told apart', async () => {
    expect(await messages.find('nobody')).toBe('unknown');
    expect(await messages.find('off')).toBe('disabled');
    expect(await messages.find('certificate')).toBe('no-key');
    const device = await messages.find('on');
    expect(typeof device).toBe('object');
    if (typeof device === 'object') await device.send({ alerttype: 'Test' });
  });

  test.each([
    { deviceId: 'nobody', says: 'is not registered in the IoT Hub' },
    { deviceId: 'off', says: 'is disabled in the IoT Hub' },
    { deviceId: 'certificate', says: 'has no symmetric key' },
    { deviceId: null, says: 'has no Device ID' },
  ])('and $deviceId stops all', async ({ deviceId, says }) => {
    const sent: unknown[] = [];
    const watched: DeviceMessages = {
      find: async (id) => {
        const found = await messages.find(id);
        return typeof found === 'object' ? { send: async (body) => void sent.push(body) } : found;
      },
    };
    const world = openWorld(watched);
    const bad = await world.device(deviceId ?? 'none', { msdyn_deviceid: deviceId });
    const { status, json } = await world.send(await world.device('on'), bad);
    expect([status, json.error?.code]).toEqual([412, '0x80040265']);
    expect(json.error?.message).toContain(says);
    expect(json.error?.message).toContain(bad);
    expect(sent).toEqual([]);
  });
});

test('a device that does not exist stops all, and is named', async () => {
  const world = openWorld(memoryDeviceMessages(devices));
  const stranger = '0a0a0a0a-0000-4000-8000-000000000000';
  const { status, json } = await world.send(await world.device('on'), stranger);
  expect([status, json.error?.code]).toEqual([404, '0x80040217']);
  expect(json.error?.message).toContain(stranger);
});

test('a hub that cannot be reached is said to be so', async () => {
  const gone = iotHubDeviceMessages({
    connectionString: 'HostName=nowhere.invalid;SharedAccessKeyName=x;SharedAccessKey=eA==',
  });
  const world = openWorld(gone);
  const { status, json } = await world.send(await world.device('on'));
  expect([status, json.error?.code]).toEqual([502, '0x80044175']);
});
