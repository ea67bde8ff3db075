import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import type { Client, Twin } from 'azure-iot-device';
import type { Row } from '../../shared/model/edm';
import { deviceConnectionString } from '../kit/hub';
import { eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

let stack: TestStack;
const api = webApi(() => stack.api());
beforeAll(async () => {
  stack = await startTestStack({}, { routes: true });
});
afterAll(() => stack.stop());

const registered = 192350003;
const address = (id: string) => `msdyn_iotdevices(${id})`;

/** A device of the hub with its record; answers the record's id. */
async function addDevice(deviceId: string, more: Row = {}): Promise<string> {
  await stack.hub.addDevice(deviceId);
  const made = await api.create('msdyn_iotdevices', {
    msdyn_name: deviceId,
    msdyn_deviceid: deviceId,
    msdyn_registrationstatus: registered,
    ...more,
  });
  return String(made['msdyn_iotdeviceid']);
}

async function deviceNow(id: string): Promise<Row> {
  const [row] = await api.all(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${id}`);
  return row!;
}

/** Makes all notes of open work as old as notes can be. */
async function ageNotes(): Promise<void> {
  const options = { allowInsecureConnection: true };
  const notes = TableClient.fromConnectionString(stack.azurite.connectionString, 'openwork', options);
  for await (const { partitionKey, rowKey } of notes.listEntities()) {
    await notes.upsertEntity({ partitionKey: partitionKey!, rowKey: rowKey!, since: '0' }, 'Merge');
  }
}

const history = async (id: string) => api.all(`msdyn_iotdevicedatahistory?$filter=_msdyn_device_value eq ${id}`);

const hubTwin = async (deviceId: string) => (await stack.hub.registry.getTwin(deviceId)).responseBody;

async function connect(deviceId: string): Promise<Client> {
  const { registry, hostName } = stack.hub;
  return stack.hub.connect(await deviceConnectionString(registry, hostName, deviceId));
}

/** The device's side of its twin: what is desired of it, as it learns of it. */
async function desiredBy(device: Client): Promise<{ twin: Twin; desired: Row }> {
  const twin: Twin = await device.getTwin();
  const desired: Record<string, string> = {};
  twin.on('properties.desired', (delta: Row) => {
    for (const [key, value] of Object.entries(delta)) {
      if (value === null) delete desired[key];
      else if (!key.startsWith('$')) desired[key] = String(value);
    }
  });
  return { twin, desired };
}

async function report(twin: Twin, properties: object): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    twin.properties.reported.update(properties, (error: Error | undefined) => (error ? reject(error) : resolve())),
  );
}

test('tags and settings reach the twin and the device, vanish from there with the record, and leave what others set', async () => {
  const id = await addDevice('mixer', { msdyn_devicesettings: '{"period":"5m"}' });
  const { desired } = await desiredBy(await connect('mixer'));
  await eventually(
    async () => desired,
    ({ period }) => period === '5m',
  );
  await stack.hub.registry.updateTwin('mixer', { tags: { theirs: 'stays' } }, '*');

  await api.update(address(id), {
    msdyn_tags: '{"building":"7","place":{"floor":1,"room":2}}',
    msdyn_devicesettings: '{"period":"1m","mode":"eco"}',
  });
  await eventually(
    async () => desired,
    ({ period, mode }) => period === '1m' && mode === 'eco',
  );
  const synced = await eventually(
    async () => deviceNow(id),
    (row) => row['ccs_syncedtags'] === row['msdyn_tags'],
  );
  expect(synced).toMatchObject({ ccs_twinmessage: null, ccs_twinsyncedon: expect.stringMatching(/Z$/) as string });
  expect((await hubTwin('mixer')).tags).toEqual({ theirs: 'stays', building: '7', place: { floor: 1, room: 2 } });

  await api.update(address(id), { msdyn_tags: '{"place":{"room":2}}', msdyn_devicesettings: null });
  await eventually(
    async () => desired,
    (now) => Object.keys(now).length === 0,
  );
  await eventually(
    async () => deviceNow(id),
    (row) => row['ccs_syncedsettings'] === '{}',
  );
  expect((await hubTwin('mixer')).tags).toEqual({ theirs: 'stays', place: { room: 2 } });
  const { etag } = await hubTwin('mixer');
  await api.update(address(id), { msdyn_name: 'Mixer', msdyn_tags: '{ "place": {"room":2} }' });
  await eventually(
    async () => deviceNow(id),
    (row) => row['ccs_twinsyncedon']! > synced['ccs_twinsyncedon']!,
  );
  // What is there already is not sent again.
  expect((await hubTwin('mixer')).etag).toBe(etag);
});

test('a twin that cannot be set says why on the record', async () => {
  const made = await api.create('msdyn_iotdevices', {
    msdyn_name: 'ghost',
    msdyn_deviceid: 'ghost',
    msdyn_registrationstatus: registered,
    msdyn_tags: '{"a":1}',
  });
  const id = String(made['msdyn_iotdeviceid']);
  const row = await eventually(
    async () => deviceNow(id),
    ({ ccs_twinmessage: message }) => Boolean(message),
  );
  expect(row['ccs_twinmessage']).toContain('msdyn_RegisterIoTDevice');
});

test('connections and reports come by themselves, and all at once by a pull', async () => {
  const id = await addDevice('kettle');
  const device = await connect('kettle');
  const online = await eventually(
    async () => deviceNow(id),
    (row) => row['msdyn_connectionstate'] === true,
  );
  expect(online['ccs_connectionstateupdatedon']).toEqual(expect.stringMatching(/Z$/));
  const { twin } = await desiredBy(device);
  await report(twin, { firmware: '1.2', battery: { level: 80, kind: 'LiPo' } });
  await report(twin, { battery: { level: 75, kind: null } });
  await eventually(
    async () => deviceNow(id),
    (row) => row['msdyn_devicereportedproperties'] === '{"firmware":"1.2","battery":{"level":75}}',
  );

  const never = await addDevice('spare');
  const gone = await addDevice('gone');
  await stack.hub.registry.delete('gone');
  await api.call('msdyn_PullDataForIoTDevice', { IoTDeviceIds: [id, never, gone].join() });
  const [row] = await eventually(
    async () => history(id),
    (rows) => rows.length > 0,
  );
  expect(row).toMatchObject({
    msdyn_iothubdeviceid: 'kettle',
    msdyn_status: 192350000,
    msdyn_connectionstate: true,
    msdyn_devicereportedproperties: '{"firmware":"1.2","battery":{"level":75}}',
    msdyn_lastactivitytime: expect.stringMatching(/^20/) as string,
  });
  const [unused] = await eventually(
    async () => history(never),
    (rows) => rows.length > 0,
  );
  expect(unused).toMatchObject({ msdyn_connectionstate: false, msdyn_lastactivitytime: null });
  const [missing] = await eventually(
    async () => history(gone),
    (rows) => rows.length > 0,
  );
  expect(missing).toMatchObject({ msdyn_status: 192350002 });

  await device.close();
  await eventually(
    async () => deviceNow(id),
    (now) => now['msdyn_connectionstate'] === false,
  );
});

test('a device that is deleted in the hub is Unregistered, and its creation there is mentioned', async () => {
  const id = await addDevice('fan', { msdyn_tags: '{"a":1}' });
  await eventually(
    async () => deviceNow(id),
    (row) => row['ccs_syncedtags'] === '{"a":1}',
  );
  await stack.hub.registry.delete('fan');
  const deleted = await eventually(
    async () => deviceNow(id),
    (row) => row['msdyn_registrationstatus'] === 192350001,
  );
  expect(deleted['msdyn_registrationmessage']).toContain('deleted in the IoT Hub');
  expect(deleted['ccs_syncedtags']).toBeNull();
  await stack.hub.addDevice('fan');
  const there = await eventually(
    async () => deviceNow(id),
    (row) => String(row['msdyn_registrationmessage']).includes('was created in the IoT Hub'),
  );
  expect(there['msdyn_registrationstatus']).toBe(192350001);
});

test('twins that the host was busy with when it was killed are brought up to date all the same', async () => {
  const devices = await Promise.all(
    Array.from({ length: 24 }, async (_, i) => ({ deviceId: `valve-${i}`, id: await addDevice(`valve-${i}`) })),
  );
  await Promise.all(
    devices.map(async ({ id }, i) => api.update(address(id), { msdyn_tags: JSON.stringify({ number: i }) })),
  );
  await stack.killHost();
  await stack.startHost();
  // A message that the killed host had taken is hidden for ten minutes; its note is found after two, which pass here.
  await ageNotes();
  await stack.runFunction('onOpenTwins');
  const rows = await eventually(
    async () => api.all("msdyn_iotdevices?$filter=startswith(msdyn_deviceid,'valve-')"),
    (all) => all.every((row) => row['ccs_syncedtags'] !== null && row['ccs_syncedtags'] === row['msdyn_tags']),
  );
  expect(rows).toHaveLength(24);
  for (const [i, { deviceId }] of devices.entries()) {
    await eventually(
      async () => (await hubTwin(deviceId)).tags,
      (tags) => (tags as Record<string, unknown>)['number'] === i,
      25,
    );
  }
});

test('device data whose request got lost with the host is pulled all the same', async () => {
  const id = await addDevice('oven');
  await stack.withoutHub(async () => {
    await api.call('msdyn_PullDataForIoTDevice', { IoTDeviceIds: id });
    await stack.killHost();
    await QueueServiceClient.fromConnectionString(stack.azurite.connectionString)
      .getQueueClient('devicedata')
      .clearMessages();
  });
  await stack.startHost();
  // Its note is found after half a minute, which passes here.
  await ageNotes();
  await stack.runFunction('onOpenDeviceData');
  await eventually(
    async () => history(id),
    (rows) => rows.length === 1,
  );
});

test('what is asked for while the hub is away is done when it is there again', async () => {
  const id = await addDevice('press');
  await stack.withoutHub(async () => {
    await api.update(address(id), { msdyn_tags: '{"line":1}' });
    await api.call('msdyn_PullDataForIoTDevice', { IoTDeviceIds: id });
    await new Promise((wait) => setTimeout(wait, 3000));
    expect(await deviceNow(id)).toMatchObject({ msdyn_registrationstatus: registered, ccs_datamessage: null });
  });
  await eventually(
    async () => deviceNow(id),
    (row) => row['ccs_syncedtags'] === '{"line":1}',
    60,
  );
  expect((await hubTwin('press')).tags).toEqual({ line: 1 });
  await eventually(
    async () => history(id),
    (rows) => rows.length === 1,
    60,
  );
});
