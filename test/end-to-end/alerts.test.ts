import { BlobServiceClient } from '@azure/storage-blob';
import type { Row } from '../../shared/model/edm';
import { connectDevice, eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

const base = Date.parse('2026-05-01T10:00:00Z');
const at = (seconds: number) => new Date(base + seconds * 1000).toISOString();
const record = (deviceid: string, seconds: number, more: Row = {}) => ({
  deviceid,
  readingtype: 'Temperature',
  reading: 80 + seconds / 100,
  threshold: 70,
  ruleoutput: 'AlarmTemp',
  time: at(seconds),
  eventtoken: `${deviceid}-${seconds}`,
  ...more,
});

const alertsOf = (deviceId: string) => api.all(`msdyn_iotalerts?$filter=msdyn_deviceid eq '${deviceId}'`);
const isParent = (row: Row) => !row['_msdyn_parentalert_value'];

async function createDevice(deviceId: string, more: Row = {}): Promise<string> {
  const device = await api.create('msdyn_iotdevices', { msdyn_name: deviceId, msdyn_deviceid: deviceId, ...more });
  return String(device['msdyn_iotdeviceid']);
}

async function createAccount(name: string): Promise<string> {
  return String((await api.create('accounts', { name }))['accountid']);
}

/** Twenty devices, five of them without an account. */
async function createFleet(prefix: string) {
  const account = await createAccount(`${prefix} Ltd`);
  const devices = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const deviceId = `${prefix}-${i}`;
      await createDevice(deviceId, i < 15 ? { 'msdyn_Account@odata.bind': `/accounts(${account})` } : {});
      return connectDevice(stack.hub, deviceId);
    }),
  );
  return { account, devices };
}

/** Alerts and cases as they are, ETags included. */
const everything = async () => [...(await api.all('msdyn_iotalerts')), ...(await api.all('incidents'))];

/** 25 alerts of each device in two windows, and one of them sent twice. */
const seconds = [...Array.from({ length: 15 }, (_, i) => i * 4), ...Array.from({ length: 10 }, (_, i) => 300 + i * 6)];

/** What 20 devices must have left behind, exactly. */
async function expectExactly(prefix: string, account: string) {
  const alerts = await eventually(
    async () =>
      (await api.all('msdyn_iotalerts')).filter((row) => String(row['msdyn_deviceid']).startsWith(`${prefix}-`)),
    (rows) => rows.length >= 500,
  );
  expect(alerts).toHaveLength(500);
  const parents = alerts.filter(isParent);
  expect(parents).toHaveLength(40);
  const byId = new Map(parents.map((row) => [row['msdyn_iotalertid'], row]));
  for (const child of alerts.filter((row) => !isParent(row))) {
    expect(byId.get(child['_msdyn_parentalert_value'])?.['msdyn_deviceid']).toBe(child['msdyn_deviceid']);
  }
  for (const parent of parents) {
    const late = Date.parse(String(parent['msdyn_alerttime'])) >= base + 300_000;
    expect(parent['ccs_duplicatecount']).toBe(late ? 9 : 14);
    expect(alerts.filter((row) => row['_msdyn_parentalert_value'] === parent['msdyn_iotalertid'])).toHaveLength(
      late ? 9 : 14,
    );
  }
  const cases = await api.all(`incidents?$filter=_customerid_value eq ${account}`);
  expect(cases).toHaveLength(15);
  const withCase = new Set(parents.filter((row) => row['_msdyn_case_value']).map((row) => row['msdyn_deviceid']));
  expect(withCase).toEqual(new Set(Array.from({ length: 15 }, (_, i) => `${prefix}-${i}`)));
}

test('500 alerts of 20 MQTT devices become exactly 40 parents, 460 duplicates and 15 cases', async () => {
  const { account, devices } = await createFleet('fleet');
  await Promise.all(
    devices.map(async (device) => {
      for (const second of seconds) await device.send(record(device.deviceId, second));
      await device.send(record(device.deviceId, seconds[24]!));
    }),
  );
  await expectExactly('fleet', account);
});

test('a hub that is read again from its first event, because the check points are gone, changes nothing', async () => {
  const { account, devices } = await createFleet('rewound');
  for (const device of devices) for (const second of seconds) await device.send(record(device.deviceId, second));
  await expectExactly('rewound', account);
  const before = await everything();
  await stack.killHost();
  await BlobServiceClient.fromConnectionString(stack.azurite.connectionString).deleteContainer(
    'azure-webjobs-eventhub',
  );
  await stack.startHost();
  // In each partition this comes after everything that is read again.
  await Promise.all(devices.map((device) => device.send(record('marker', 0, { eventtoken: device.deviceId }))));
  await eventually(
    () => alertsOf('marker'),
    (rows) => rows.length === devices.length,
  );
  const after = await everything();
  expect(after.filter((row) => row['msdyn_deviceid'] !== 'marker')).toEqual(before);
});

test('a host that is killed in the middle, again and again, loses and doubles nothing', async () => {
  const { account, devices } = await createFleet('killed');
  const sending = Promise.all(
    devices.map(async (device) => {
      for (const second of seconds) {
        await device.send(record(device.deviceId, second));
        await new Promise((wait) => setTimeout(wait, 60));
      }
    }),
  );
  for (let round = 0; round < 3; round += 1) {
    await new Promise((wait) => setTimeout(wait, 300 + 170 * round));
    await stack.killHost();
    await stack.startHost();
  }
  await sending;
  await expectExactly('killed', account);
});

test('alerts that arrive while the storage is away are there when it is back', async () => {
  const deviceId = 'patient';
  await createDevice(deviceId);
  const device = await connectDevice(stack.hub, deviceId);
  await device.send(record(deviceId, 0));
  await eventually(
    () => alertsOf(deviceId),
    (rows) => rows.length === 1,
  );
  await stack.withoutStorage(async () => {
    for (const second of [1, 2, 3]) await device.send(record(deviceId, second));
    await new Promise((wait) => setTimeout(wait, 1000));
  });
  const alerts = await eventually(
    () => alertsOf(deviceId),
    (rows) => rows.length >= 4,
    60,
  );
  expect(alerts).toHaveLength(4);
  expect(alerts.filter(isParent)).toMatchObject([{ ccs_duplicatecount: 3 }]);
});

test('a device gets its account over HTTP, and its next primary alert becomes a case', async () => {
  const account = await createAccount('Fourth Coffee');
  const id = await createDevice('brewer');
  const device = await connectDevice(stack.hub, 'brewer');
  const [without] = await api.all(
    `msdyn_iotdevices?$filter=_msdyn_account_value eq null and msdyn_deviceid eq 'brewer'`,
  );
  expect(without).toMatchObject({ msdyn_iotdeviceid: id });

  await device.send(record('brewer', 0));
  const [first] = await eventually(
    () => alertsOf('brewer'),
    (rows) => rows.length === 1,
  );
  expect(first!['ccs_reason']).toContain('no-account');

  await api.update(`msdyn_iotdevices(${id})`, { 'msdyn_Account@odata.bind': `/accounts(${account})` });
  await device.send(record('brewer', 100));
  await eventually(
    () => alertsOf('brewer'),
    (rows) => rows.length === 2,
  );
  const cases = await api.all(`incidents?$filter=_customerid_value eq ${account}`);
  expect(cases).toMatchObject([{ caseorigincode: 700610000 }]);
});

test('an unknown device is linked to its alerts when it appears', async () => {
  const device = await connectDevice(stack.hub, 'stranger');
  for (const second of [0, 1, 100]) await device.send(record('stranger', second));
  const before = await eventually(
    () => alertsOf('stranger'),
    (rows) => rows.length === 3,
  );
  expect(before.every((row) => row['_msdyn_device_value'] === null)).toBe(true);
  const id = await createDevice('stranger');
  const after = await alertsOf('stranger');
  expect(after.map((row) => row['_msdyn_device_value'])).toEqual([id, id, id]);
});

test('a closed primary alert takes no more duplicates, and a closed case is not joined any more', async () => {
  const account = await createAccount('Proseware');
  await createDevice('press', { 'msdyn_Account@odata.bind': `/accounts(${account})` });
  const device = await connectDevice(stack.hub, 'press');
  await device.send(record('press', 0));
  const [first] = await eventually(
    () => alertsOf('press'),
    (rows) => rows.length === 1,
  );
  await api.update(`msdyn_iotalerts(${String(first!['msdyn_iotalertid'])})`, { statecode: 3 });

  await device.send(record('press', 10));
  const [second] = await eventually(
    () => alertsOf('press'),
    (rows) => rows.length === 2,
  );
  expect(isParent(second!)).toBe(true);
  expect(second!['_msdyn_case_value']).toBe(first!['_msdyn_case_value']);

  await api.update(`incidents(${String(first!['_msdyn_case_value'])})`, { statecode: 1 });
  await device.send(record('press', 200));
  const [third] = await eventually(
    () => alertsOf('press'),
    (rows) => rows.length === 3,
  );
  expect(third!['_msdyn_case_value']).not.toBe(first!['_msdyn_case_value']);
  expect(await api.all(`incidents?$filter=_customerid_value eq ${account}`)).toHaveLength(2);
});

test('telemetry above a rule of the category opens a work order, and garbage beside it is parked', async () => {
  const account = await createAccount('Woodgrove');
  const category = await api.create('msdyn_iotdevicecategories', {
    msdyn_name: 'Pump',
    ccs_rules: JSON.stringify([{ measure: 'pressure', threshold: 9.5, ruleoutput: 'AlarmPressure' }]),
    ccs_response: 192350001,
  });
  await createDevice('pump', {
    'msdyn_Account@odata.bind': `/accounts(${account})`,
    'msdyn_Category@odata.bind': `/msdyn_iotdevicecategories(${String(category['msdyn_iotdevicecategoryid'])})`,
  });
  const device = await connectDevice(stack.hub, 'pump');
  await device.send({ Pressure: 9.5 });
  await device.send(Buffer.from('not json'));
  await device.send({ Pressure: 9.6 });
  const orders = await eventually(
    () => api.all(`msdyn_workorders?$filter=_msdyn_serviceaccount_value eq ${account}`),
    (rows) => rows.length === 1,
  );
  expect(orders).toMatchObject([{ msdyn_workordersummary: 'pressure reading of 9.6 exceeded a threshold of 9.5' }]);
  const parked = await api.all(`ccs_parkedmessages?$filter=msdyn_deviceid eq 'pump'`);
  expect(parked).toMatchObject([{ ccs_parkedreason: 'not-json', ccs_body: 'not json' }]);
});

test('an alert that is posted is settled like one of the hub', async () => {
  const account = await createAccount('Litware');
  await createDevice('kiln', { 'msdyn_Account@odata.bind': `/accounts(${account})` });
  const device = await connectDevice(stack.hub, 'kiln');
  const posted = await api.create('msdyn_iotalerts', {
    msdyn_description: 'Called in by phone',
    msdyn_deviceid: 'kiln',
    msdyn_alerttime: at(0),
  });
  expect(posted).toMatchObject({ statecode: 2, statuscode: 3, ccs_duplicatecount: 0 });
  await device.send(record('kiln', 30));
  const alerts = await eventually(
    () => alertsOf('kiln'),
    (rows) => rows.length === 2,
  );
  expect(alerts.filter((row) => !isParent(row))).toMatchObject([
    { _msdyn_parentalert_value: posted['msdyn_iotalertid'] },
  ]);
  expect(await api.all(`incidents?$filter=_customerid_value eq ${account}`)).toHaveLength(1);
});
