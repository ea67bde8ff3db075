import { createdId, openWebApi, root } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const nobody = '00000000-0000-0000-0000-000000000001';
const back = 'msdyn_account_msdyn_iotdevice_Account';

let api: TestApi;
let account: string;
let device: string;
beforeEach(async () => {
  api = openWebApi();
  account = createdId(await api.post('/accounts', { name: 'Contoso' }));
  device = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1' }));
});

const accountOfDevice = async () => (await api.get(`/msdyn_iotdevices(${device})`)).json['_msdyn_account_value'];
const link = (target: unknown, path = `/msdyn_iotdevices(${device})/msdyn_Account/$ref`) =>
  api.send('PUT', path, { '@odata.id': target });

test.each([
  { which: 'an absolute address', target: (id: string) => `${root}/accounts(${id})` },
  { which: 'an address below the service root', target: (id: string) => `accounts(${id})` },
  { which: 'an address with a slash', target: (id: string) => `/accounts(${id})` },
])('a lookup is bound by PUT of $which, and taken out by DELETE', async ({ target }) => {
  expect((await link(target(account))).status).toBe(204);
  expect(await accountOfDevice()).toBe(account);
  expect((await api.send('DELETE', `/msdyn_iotdevices(${device})/msdyn_Account/$ref`)).status).toBe(204);
  expect(await accountOfDevice()).toBeNull();
});

test('a record joins a collection by POST, and leaves it by DELETE of either form', async () => {
  const join = () =>
    api.post(`/accounts(${account})/${back}/$ref`, { '@odata.id': `${root}/msdyn_iotdevices(${device})` });
  for (const leave of [
    `/accounts(${account})/${back}(${device})/$ref`,
    `/accounts(${account})/${back}/$ref?$id=${root}/msdyn_iotdevices(${device})`,
    `/accounts(${account})/${back}(msdyn_deviceid='smt-1')/$ref`,
  ]) {
    expect((await join()).status).toBe(204);
    expect(await accountOfDevice()).toBe(account);
    expect((await api.send('DELETE', leave)).status).toBe(204);
    expect(await accountOfDevice()).toBeNull();
  }
});

test('a record that is in another collection does not leave this one', async () => {
  const other = createdId(await api.post('/accounts', { name: 'Fabrikam' }));
  await link(`/accounts(${other})`);
  const answer = await api.send('DELETE', `/accounts(${account})/${back}(${device})/$ref`);
  expect(answer.status).toBe(404);
  expect(await accountOfDevice()).toBe(other);
});

test('a lookup to several tables is taken out only by the navigation that it has', async () => {
  const tie = {
    'record1id_account@odata.bind': `/accounts(${account})`,
    'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${device})`,
  };
  const connection = createdId(await api.post('/connections', tie));
  const path = `/connections(${connection})`;
  expect((await api.send('DELETE', `${path}/record1id_msdyn_iotdevice/$ref`)).status).toBe(404);
  // It is required, so that the right navigation is refused for another reason.
  expect((await api.send('DELETE', `${path}/record1id_account/$ref`)).status).toBe(400);
  expect((await link(`/msdyn_iotdevices(${device})`, `${path}/record1id_msdyn_iotdevice/$ref`)).status).toBe(204);
  const { row } = (await api.records.get('connection', connection))!;
  expect(row).toMatchObject({ _record1id_value: device, ccs_record1table: 'msdyn_iotdevice' });
});

test.each<{ which: string; method: string; path: string; body?: unknown; status: number; says: string }>([
  {
    which: 'no such navigation',
    method: 'PUT',
    path: 'msdyn_account/$ref',
    body: {},
    status: 404,
    says: 'letter case',
  },
  { which: 'no body', method: 'PUT', path: 'msdyn_Account/$ref', body: {}, status: 400, says: '@odata.id' },
  {
    which: 'a number',
    method: 'PUT',
    path: 'msdyn_Account/$ref',
    body: { '@odata.id': 5 },
    status: 400,
    says: 'address',
  },
  {
    which: 'more than a reference',
    method: 'PUT',
    path: 'msdyn_Account/$ref',
    body: { '@odata.id': `/accounts(${nobody})`, name: 'x' },
    status: 400,
    says: "'name'",
  },
  {
    which: 'a record of another table',
    method: 'PUT',
    path: 'msdyn_Account/$ref',
    body: { '@odata.id': `/msdyn_iotdevices(${nobody})` },
    status: 400,
    says: 'leads to accounts',
  },
  {
    which: 'a record that is not there',
    method: 'PUT',
    path: 'msdyn_Account/$ref',
    body: { '@odata.id': `/accounts(${nobody})` },
    status: 404,
    says: nobody,
  },
  { which: 'a navigation itself', method: 'PUT', path: 'msdyn_Account', body: {}, status: 405, says: '$ref' },
  { which: 'another method', method: 'PATCH', path: 'msdyn_Account/$ref', body: {}, status: 405, says: 'PUT' },
  {
    which: 'a collection by PUT',
    method: 'PUT',
    path: 'msdyn_msdyn_iotdevice_msdyn_iotalert_Device/$ref',
    body: {},
    status: 405,
    says: 'POST',
  },
  {
    which: 'a collection without a record to take out',
    method: 'DELETE',
    path: 'msdyn_msdyn_iotdevice_msdyn_iotalert_Device/$ref',
    status: 400,
    says: 'Name one record',
  },
])('$which is refused', async ({ method, path, body, status, says }) => {
  const answer = await api.send(method, `/msdyn_iotdevices(${device})/${path}`, body);
  expect([answer.status, answer.faults]).toEqual([status, []]);
  expect(answer.json.error?.message).toContain(says);
});
