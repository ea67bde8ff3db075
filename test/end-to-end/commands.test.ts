import type { Client as DeviceClient, Message } from 'azure-iot-device';
import { Amqp } from 'azure-iot-device-amqp';
import type { Row } from '../../shared/model/edm';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { deviceConnectionString } from '../kit/hub';
import { eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

jest.setTimeout(600_000);

const [inProgress, sent, failed] = [192350000, 192350001, 192350002];
const [delivered, expired, rejected] = [192350000, 192350001, 192350003];
const registered = 192350003;

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

/** A device of the store, with an identity in the hub unless told otherwise. */
async function createDevice(deviceId: string, more: Row = {}, { identity = true } = {}): Promise<string> {
  if (identity) await stack.hub.registry.create({ deviceId });
  const device = await api.create('msdyn_iotdevices', {
    msdyn_name: deviceId,
    msdyn_deviceid: deviceId,
    msdyn_registrationstatus: registered,
    ...more,
  });
  return String(device['msdyn_iotdeviceid']);
}

async function connect(deviceId: string, transport?: typeof Amqp) {
  const { registry, hostName } = stack.hub;
  const client = await stack.hub.connect(await deviceConnectionString(registry, hostName, deviceId), transport);
  return { client, received: receive(client) };
}

function receive(client: DeviceClient): Message[] {
  const messages: Message[] = [];
  client.on('message', (message: Message) => messages.push(message));
  return messages;
}

const command = async (more: Row): Promise<string> => {
  const body = { msdyn_name: 'Reset', msdyn_message: '{"CommandName":"Reset","Parameters":{}}', ...more };
  return String((await api.create('msdyn_iotdevicecommands', body))['msdyn_iotdevicecommandid']);
};

const read = async (set: string, id: string): Promise<Row> => {
  const [key] = set === 'msdyn_iotalerts' ? ['msdyn_iotalertid'] : [set.replace(/s$/, 'id')];
  return (await api.all(`${set}?$filter=${key} eq ${id}`))[0]!;
};

const settled = async (id: string, status: number, seconds = 60): Promise<Row> =>
  eventually(
    () => read('msdyn_iotdevicecommands', id),
    (row) => row['msdyn_commandstatus'] === status,
    seconds,
  );

const withFeedback = async (id: string, feedback: number): Promise<Row> =>
  eventually(
    () => read('msdyn_iotdevicecommands', id),
    (row) => row['ccs_feedback'] === feedback,
    60,
  );

test('a command reaches its device over MQTT, and its alert, asset and device show it', async () => {
  const asset = String((await api.create('msdyn_customerassets', { msdyn_name: 'Boiler' }))['msdyn_customerassetid']);
  const device = await createDevice('boiler', { 'ccs_CustomerAsset@odata.bind': `/msdyn_customerassets(${asset})` });
  const alert = await api.create('msdyn_iotalerts', { msdyn_description: 'hot', msdyn_deviceid: 'boiler' });
  const alertId = String(alert['msdyn_iotalertid']);
  const { received } = await connect('boiler');
  const id = await command({
    msdyn_deviceid: 'boiler',
    msdyn_message: '{"CommandName": "Reset",  "Parameters": {"seconds": 12345678901234567890}}',
    'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${alertId})`,
  });
  const row = await withFeedback(id, delivered);
  expect(row).toMatchObject({
    msdyn_commandstatus: sent,
    msdyn_commandstatusreason: 'Delivered: the device has taken it.',
    _msdyn_device_value: device,
    _msdyn_customerasset_value: asset,
    ccs_sendattempts: 1,
  });
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ messageId: id, contentType: 'application/json' });
  // As it was written, digits and spaces included.
  expect(received[0]!.data.toString()).toBe(row['msdyn_message']);
  expect(received[0]!.properties.getValue('ccs-attempt')).toBeUndefined();
  // They are told after the command is written: the device may have answered for the message before that.
  for (const [set, told] of Object.entries({
    msdyn_iotalerts: alertId,
    msdyn_iotdevices: device,
    msdyn_customerassets: asset,
  })) {
    const shown = await eventually(
      () => read(set, told),
      ({ _msdyn_lastcommandsent_value: last }) => last === id,
    );
    expect(shown).toMatchObject({
      msdyn_lastcommandsenttime: row['ccs_settledon'],
      ...(set === 'msdyn_iotalerts' && { statecode: 2, statuscode: 5 }),
    });
  }
});

test('what a device rejects, or nobody takes in time, is shown in the reason; the command stays Sent', async () => {
  await createDevice('picky');
  await createDevice('asleep');
  const { client } = await connect('picky', Amqp);
  client.on('message', (message: Message) => client.reject(message, () => undefined));
  const one = await command({ msdyn_deviceid: 'picky' });
  const other = await command({ msdyn_deviceid: 'asleep', ccs_timetolive: 5 });
  expect(await withFeedback(one, rejected)).toMatchObject({
    msdyn_commandstatus: sent,
    msdyn_commandstatusreason: 'Rejected by the device.',
  });
  expect((await withFeedback(other, expired))['msdyn_commandstatusreason']).toMatch(/^Expired: .* time to live/);
});

test('nothing is sent to a device that is not registered, unknown to the hub or full of messages', async () => {
  await createDevice('new', { msdyn_registrationstatus: 192350001 });
  await createDevice('ghost', {}, { identity: false });
  await createDevice('full');
  const alert = await api.create('msdyn_iotalerts', { msdyn_description: 'hot', msdyn_deviceid: 'new' });
  const answers = { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${String(alert['msdyn_iotalertid'])})` };
  const refused = await settled(await command({ msdyn_deviceid: 'new', ...answers }), failed);
  expect(refused['msdyn_commandstatusreason']).toMatch(/'new' is not registered: .*Unregistered.*Nothing was sent/);
  await eventually(
    () => read('msdyn_iotalerts', String(alert['msdyn_iotalertid'])),
    (row) => row['statuscode'] === 7 && row['_msdyn_lastcommandsent_value'] === refused['msdyn_iotdevicecommandid'],
  );
  const ghost = await settled(await command({ msdyn_deviceid: 'ghost' }), failed);
  expect(ghost['msdyn_commandstatusreason']).toMatch(/does not know the device 'ghost'/);
  const many = await Promise.all(Array.from({ length: 50 }, () => command({ msdyn_deviceid: 'full' })));
  await Promise.all(many.map((id) => settled(id, sent)));
  const last = await settled(await command({ msdyn_deviceid: 'full' }), failed);
  expect(last).toMatchObject({ ccs_sendattempts: null });
  expect(last['msdyn_commandstatusreason']).toMatch(/50 messages wait for the device 'full'/);
  expect((await connect('full')).received).toBeDefined();
});

test('a command for all connected devices goes to each registered one, once', async () => {
  const account = String((await api.create('accounts', { name: 'Contoso' }))['accountid']);
  const ids = await Promise.all(['line-1', 'line-2', 'line-3'].map((name) => createDevice(name)));
  ids.push(await createDevice('line-4', { msdyn_registrationstatus: 192350001 }));
  for (const [i, id] of ids.entries()) {
    const [own, other] = i % 2 === 0 ? [1, 2] : [2, 1];
    await api.create('connections', {
      [`record${own}id_account@odata.bind`]: `/accounts(${account})`,
      [`record${other}id_msdyn_iotdevice@odata.bind`]: `/msdyn_iotdevices(${id})`,
      [`record${other}roleid@odata.bind`]: `/connectionroles(${connectedDeviceRole})`,
    });
  }
  const lines = await Promise.all(['line-1', 'line-2', 'line-3', 'line-4'].map((name) => connect(name)));
  const id = await command({ msdyn_deviceid: 'line-1', msdyn_sendtoallconnecteddevices: true });
  await eventually(
    () => api.all(`msdyn_iotdevicecommands?$filter=_ccs_parentcommand_value eq ${id}`),
    (rows) => rows.length === 2 && rows.every((row) => row['ccs_feedback'] === delivered),
    60,
  );
  expect(await withFeedback(id, delivered)).toMatchObject({ ccs_copies: 2, msdyn_commandstatus: sent });
  expect(lines.map(({ received }) => received.length)).toEqual([1, 1, 1, 0]);
});

test('a host that is killed loses no command, and sends none twice whose outcome it knows', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `crash-${i}`);
  for (const name of names) await createDevice(name);
  const devices = await Promise.all(names.map((name) => connect(name)));
  const create = async (some: string[]) => Promise.allSettled(some.map((name) => command({ msdyn_deviceid: name })));
  // First in the very moment in which a device gets its message: the host can hardly have recorded it yet.
  const got = new Promise<void>((resolve) => devices[0]!.client.once('message', () => resolve()));
  await create(names.slice(0, 4));
  await got;
  await stack.killHost();
  await stack.startHost();
  for (const [round, milliseconds] of [15, 60].entries()) {
    await create(names.slice(4 + round * 4, 8 + round * 4));
    await new Promise((wait) => setTimeout(wait, milliseconds));
    await stack.killHost();
    await stack.startHost();
  }
  for (const [i, name] of names.entries()) {
    const [row, ...others] = await eventually(
      () => api.all(`msdyn_iotdevicecommands?$filter=msdyn_deviceid eq '${name}'`),
      (rows) => rows.every((each) => each['msdyn_commandstatus'] === sent),
      150,
    );
    expect(others).toEqual([]);
    const { received } = devices[i]!;
    const id = row!['msdyn_iotdevicecommandid'];
    await eventually(
      async () => received.map(({ messageId }) => messageId),
      (ids) => ids.length > 0 && ids.every((each) => each === id),
    );
    expect(received.length).toBeLessThanOrEqual(Number(row!['ccs_sendattempts']));
  }
});

test('a hub that is away for some seconds is waited for', async () => {
  await createDevice('patient');
  const id = await stack.withoutHub(async () => {
    const waiting = await command({ msdyn_deviceid: 'patient' });
    const row = await eventually(
      () => read('msdyn_iotdevicecommands', waiting),
      ({ msdyn_commandstatusreason: reason }) => reason !== null,
      60,
    );
    expect(row).toMatchObject({ msdyn_commandstatus: inProgress, ccs_sendattempts: null });
    expect(row['msdyn_commandstatusreason']).toMatch(/^The IoT Hub cannot be reached/);
    expect(JSON.stringify(row)).not.toMatch(/SharedAccess|sig=/i);
    return waiting;
  });
  expect(await settled(id, sent, 120)).toMatchObject({ ccs_sendattempts: 1 });
});
