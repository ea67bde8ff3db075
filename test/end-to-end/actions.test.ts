import type { Row } from '../../shared/model/edm';
import { connectDevice, eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack({ PARENT_ALERTS_ON_CREATE: 'false' });
});
afterAll(() => stack.stop());

const at = (seconds: number) => new Date(Date.parse('2026-05-01T10:00:00Z') + seconds * 1000).toISOString();
const bound = (alert: Row, name: string) =>
  `msdyn_iotalerts(${String(alert['msdyn_iotalertid'])})/Microsoft.Dynamics.CRM.${name}`;

async function createDevice(deviceId: string, more: Row = {}): Promise<string> {
  const device = await api.create('msdyn_iotdevices', { msdyn_name: deviceId, msdyn_deviceid: deviceId, ...more });
  return String(device['msdyn_iotdeviceid']);
}

const createAlert = async (deviceId: string, seconds: number, more: Row = {}) =>
  api.create('msdyn_iotalerts', {
    msdyn_description: `${deviceId} is hot`,
    msdyn_deviceid: deviceId,
    msdyn_alerttime: at(seconds),
    ...more,
  });

test('an alert is parented, read and turned into a case and a work order by a program over HTTP', async () => {
  const msdyn_iotalertid = '5f0c8d52-3a51-4b1e-9d0a-2f6b7c1d9e31';
  const first = await createAlert('press', 0, { msdyn_iotalertid, msdyn_alertdata: '{"reading": 113.50}' });
  expect(first['msdyn_iotalertid']).toBe(msdyn_iotalertid);
  await expect(createAlert('lathe', 0, { msdyn_iotalertid })).rejects.toThrow('412 ');
  const second = await createAlert('press', 45);
  expect(second['_msdyn_parentalert_value']).toBeNull();
  await api.call(bound(second, 'msdyn_ParentIoTAlerts'), { TimespanSeconds: 60 });
  const [child] = await api.all(
    `msdyn_iotalerts?$filter=_msdyn_parentalert_value eq ${String(first['msdyn_iotalertid'])}`,
  );
  expect(child!['msdyn_iotalertid']).toBe(second['msdyn_iotalertid']);

  const question = { Json: first['msdyn_alertdata']!, PropertyPath: 'reading' };
  expect(await api.call('msdyn_JsonGetNumber', question)).toMatchObject({ Value: 113.5 });
  expect(await api.call('msdyn_JsonGetString', question)).toMatchObject({ Value: '113.50' });
  expect(await api.call('msdyn_JsonGetBoolean', question)).toMatchObject({ Value: false });

  await expect(api.call(bound(first, 'ccs_CreateCase'))).rejects.toThrow('412 ');
  const account = await api.create('accounts', { name: 'Contoso' });
  await createDevice('press', { 'msdyn_Account@odata.bind': `/accounts(${String(account['accountid'])})` });
  const { incidentid: incident } = await api.call(bound(first, 'ccs_CreateCase'));
  const { msdyn_workorderid: order } = await api.call(bound(first, 'ccs_CreateWorkOrder'));
  const [alert] = await api.all(`msdyn_iotalerts?$filter=msdyn_iotalertid eq ${String(first['msdyn_iotalertid'])}`);
  expect(alert).toMatchObject({ _msdyn_case_value: incident, _msdyn_workorder_value: order, statuscode: 4 });
  await expect(api.call(bound(first, 'ccs_CreateCase'))).rejects.toThrow(String(incident));
});

test('a test alert takes the whole way through the hub, and opens nothing', async () => {
  const account = await api.create('accounts', { name: 'Fabrikam' });
  const id = await createDevice('fan', { 'msdyn_Account@odata.bind': `/accounts(${String(account['accountid'])})` });
  await expect(api.call('msdyn_IoTSendTestAlert', { IoTDeviceIds: id })).rejects.toThrow(
    'not registered in the IoT Hub',
  );
  await connectDevice(stack.hub, 'fan');
  await api.call('msdyn_IoTSendTestAlert', { IoTDeviceIds: id });
  const [alert] = await eventually(
    () => api.all(`msdyn_iotalerts?$filter=msdyn_deviceid eq 'fan'`),
    (rows) => rows.length === 1,
  );
  expect(alert).toMatchObject({
    msdyn_alerttype: 192350003,
    _msdyn_device_value: id,
    _msdyn_case_value: null,
    statecode: 0,
  });
});

test('a record of a customer gets a device that is registered', async () => {
  const asset = await api.create('msdyn_customerassets', { msdyn_name: 'Boiler' });
  await api.call('msdyn_RegisterCustomEntity', {
    EntityIds: String(asset['msdyn_customerassetid']),
    EntityLogicalName: 'msdyn_customerasset',
    DeviceIds: 'boiler-1',
  });
  const ask = async () => api.all(`msdyn_iotdevices?$filter=msdyn_deviceid eq 'boiler-1'`);
  const [device] = await eventually(ask, ([row]) => row?.['msdyn_registrationstatus'] === 192350003);
  expect(device).toMatchObject({ msdyn_name: 'Boiler' });
  expect((await stack.hub.registry.get('boiler-1')).responseBody.status).toBe('enabled');
});
