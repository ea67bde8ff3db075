import type { Row } from '../../shared/model/edm';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { connectDevice, eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack.stop());

const alertRecord = (deviceid: string, minute: number) => ({
  deviceid,
  readingtype: 'Temperature',
  reading: 90,
  threshold: 70,
  ruleoutput: 'AlarmTemp',
  time: new Date(Date.UTC(2026, 4, 1, 10, minute)).toISOString(),
  eventtoken: `${deviceid}-${minute}`,
});

const alertsOf = (deviceId: string, count: number) =>
  eventually(
    () => api.all(`msdyn_iotalerts?$filter=msdyn_deviceid eq '${deviceId}'&$orderby=msdyn_alerttime`),
    (rows) => rows.length === count,
  );

async function createAsset(name: string) {
  const account = await api.create('accounts', { name: `${name} Ltd` });
  const accountid = String(account['accountid']);
  const asset = await api.create('msdyn_customerassets', {
    msdyn_name: name,
    'msdyn_Account@odata.bind': `/accounts(${accountid})`,
  });
  return { accountid, assetid: String(asset['msdyn_customerassetid']) };
}

const one = async (path: string): Promise<Row> => {
  const rows = await api.all(path);
  expect(rows).toHaveLength(1);
  return rows[0]!;
};

test('an alert of a device that is connected by hand opens a case for the account of its asset, which shows it', async () => {
  const { accountid, assetid } = await createAsset('Boiler');
  const device = await api.create('msdyn_iotdevices', { msdyn_name: 'boiler-1', msdyn_deviceid: 'boiler-1' });
  const deviceid = String(device['msdyn_iotdeviceid']);
  const connection = await api.create('connections', {
    'record1id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${deviceid})`,
    'record1roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
    'record2id_msdyn_customerasset@odata.bind': `/msdyn_customerassets(${assetid})`,
  });
  const sender = await connectDevice(stack.hub, 'boiler-1');
  await sender.send(alertRecord('boiler-1', 0));
  const [alert] = await alertsOf('boiler-1', 1);
  expect(alert).toMatchObject({ _msdyn_device_value: deviceid, _msdyn_customerasset_value: assetid, statuscode: 3 });
  const incident = await one(`incidents?$filter=_customerid_value eq ${accountid}`);
  expect(alert!['_msdyn_case_value']).toBe(incident['incidentid']);
  const asset = `msdyn_customerassets?$filter=msdyn_customerassetid eq ${assetid}`;
  expect(await one(asset)).toMatchObject({
    msdyn_registrationstatus: 192350001,
    msdyn_alert: true,
    msdyn_alertcount: 1,
    msdyn_lastalerttime: alert!['msdyn_alerttime'],
  });

  const response = await fetch(`${stack.api()}connections(${String(connection['connectionid'])})`, {
    method: 'DELETE',
  });
  expect(response.status).toBe(204);
  expect(await one(`msdyn_iotdevices?$filter=msdyn_deviceid eq 'boiler-1'`)).toMatchObject({
    _ccs_customerasset_value: null,
    ccs_connectedasset: null,
  });
  await sender.send(alertRecord('boiler-1', 30));
  const [, later] = await alertsOf('boiler-1', 2);
  expect(later).toMatchObject({ _msdyn_customerasset_value: null, _msdyn_case_value: null, statecode: 0 });
  // What happened at the asset stays with it; the device does not.
  expect(await one(asset)).toMatchObject({ msdyn_registrationstatus: 192350000, msdyn_alertcount: 1 });
});

test('an asset that is IoT-enabled gets its device, and the alerts that waited for it', async () => {
  const { assetid } = await createAsset('Pump');
  const sender = await connectDevice(stack.hub, 'pump-1');
  await sender.send(alertRecord('pump-1', 0));
  const [early] = await alertsOf('pump-1', 1);
  expect(early!['_msdyn_customerasset_value']).toBeNull();
  await api.call('msdyn_RegisterCustomEntity', {
    EntityIds: assetid,
    EntityLogicalName: 'msdyn_customerasset',
    DeviceIds: 'pump-1',
  });
  const [linked] = await alertsOf('pump-1', 1);
  expect(linked).toMatchObject({ _msdyn_customerasset_value: assetid });
  await sender.send(alertRecord('pump-1', 30));
  const [, later] = await alertsOf('pump-1', 2);
  expect(later).toMatchObject({ _msdyn_customerasset_value: assetid, statuscode: 3 });
  expect(await one(`msdyn_customerassets?$filter=msdyn_customerassetid eq ${assetid}`)).toMatchObject({
    msdyn_alert: true,
    msdyn_alertcount: 2,
  });
});
