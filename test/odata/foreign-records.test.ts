import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { createdId, openWebApi } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const elevator = '0e1e0a70-0000-4000-8000-000000000001';

let api: TestApi;
let device: string;
beforeAll(async () => {
  api = openWebApi();
  device = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'Lift', msdyn_deviceid: 'lift-1' }));
});

const tie = (address: unknown, more: object = {}) => ({
  'record1id_contoso_elevator@odata.bind': address,
  'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${device})`,
  'record2roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
  ...more,
});

test("a connection leads to a record of a customer's own table, and can be found by it", async () => {
  const id = createdId(await api.post('/connections', tie(`/contoso_elevators(${elevator.toUpperCase()})`)));
  const { json } = await api.get(`/connections(${id})`, { prefer: 'odata.include-annotations="*"' });
  expect(json).toMatchObject({
    _record1id_value: elevator,
    ccs_record1table: 'contoso_elevator',
    '_record1id_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contoso_elevator',
  });
  expect(json).not.toHaveProperty(['_record1id_value@Microsoft.Dynamics.CRM.associatednavigationproperty']);
  const filter = `_record1id_value eq ${elevator} and ccs_record1table eq 'contoso_elevator'`;
  expect((await api.get(`/connections?$filter=${filter}`)).json.value).toHaveLength(1);
  const expanded = await api.get(`/connections(${id})?$expand=record1id_account,record2id_msdyn_iotdevice`);
  expect(expanded.json).toMatchObject({
    record1id_account: null,
    record2id_msdyn_iotdevice: { msdyn_deviceid: 'lift-1' },
  });
});

test('its end can be bound to another table, ours or not, by absolute addresses too', async () => {
  const id = createdId(await api.post('/connections', tie(`/contoso_elevators(${elevator})`)));
  const account = createdId(await api.post('/accounts', { name: 'Contoso' }));
  const now = async () => (await api.get(`/connections(${id})`)).json;
  expect(
    (await api.patch(`/connections(${id})`, { 'record1id_account@odata.bind': `/accounts(${account})` })).status,
  ).toBe(204);
  expect(await now()).toMatchObject({ ccs_record1table: 'account', _record1id_value: account });
  const address = `https://contoso.example/api/data/v9.2/contacts(${elevator})`;
  expect((await api.patch(`/connections(${id})`, { 'record1id_contact@odata.bind': address })).status).toBe(204);
  expect(await now()).toMatchObject({ ccs_record1table: 'contact', _record1id_value: elevator });
});

test.each<{ which: string; body: () => object; status: number; says: string }>([
  { which: 'no record', body: () => tie(null), status: 400, says: 'is required' },
  { which: 'a number', body: () => tie(7), status: 400, says: 'must be null or a text like "/contoso_elevators(' },
  { which: 'no id', body: () => tie('/contoso_elevators'), status: 400, says: 'must be null or a text like' },
  {
    which: 'a malformed id',
    body: () => tie('/contoso_elevators(7)'),
    status: 400,
    says: 'must be null or a text like',
  },
  {
    which: 'one of our own sets',
    body: () => tie(`/accounts(${elevator})`),
    status: 400,
    says: 'is no table of this service',
  },
  {
    which: 'two records at one end',
    body: () => tie(`/contoso_elevators(${elevator})`, { 'record1id_account@odata.bind': `/accounts(${elevator})` }),
    status: 400,
    says: 'twice',
  },
  {
    which: 'two records of such tables at one end',
    body: () => tie(`/contoso_elevators(${elevator})`, { 'record1id_contact@odata.bind': `/contacts(${elevator})` }),
    status: 400,
    says: 'twice',
  },
  {
    which: 'a name that is none of a table',
    body: () => ({ 'record1id_Contoso@odata.bind': `/contosos(${elevator})` }),
    status: 400,
    says: "no navigation named 'record1id_Contoso'",
  },
  {
    which: 'such a table from a lookup that leads to ours only',
    body: () => ({ 'record1roleid_contoso@odata.bind': `/contosos(${elevator})` }),
    status: 400,
    says: 'no navigation named',
  },
])('a connection with $which is refused', async ({ body, status, says }) => {
  const answer = await api.post('/connections', body());
  expect([answer.status, answer.faults]).toEqual([status, []]);
  expect(answer.json.error?.message).toContain(says);
});
