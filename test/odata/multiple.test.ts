import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { all, ingestionOn } from '../kit/ingestion';
import { createdId, openWebApi, root } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const nobody = '00000000-0000-0000-0000-000000000001';

let api: TestApi;
beforeEach(() => {
  api = openWebApi();
});

const typed = (name: EntityName, rows: readonly object[]) =>
  rows.map((row) => ({ '@odata.type': `Microsoft.Dynamics.CRM.${name}`, ...row }));
const many = (operation: string, name: EntityName, rows: readonly object[]) =>
  api.post(`/${entity(name).set}/Microsoft.Dynamics.CRM.${operation}`, { Targets: typed(name, rows) });
const names = async () => (await all(api.records, 'account')).map(({ name }) => name).toSorted();

test('CreateMultiple makes all records and answers their ids in order', async () => {
  const chosen = 'c0ffee00-0000-4000-8000-000000000001';
  const answer = await many('CreateMultiple', 'account', [{ name: 'A' }, { name: 'B', accountid: chosen }]);
  expect(answer.status).toBe(200);
  expect(answer.json['@odata.context']).toBe(`${root}/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse`);
  const ids = answer.json['Ids'] as string[];
  expect(ids).toEqual([expect.any(String), chosen]);
  expect((await api.get(`/accounts(${ids[0]})`)).json).toMatchObject({ name: 'A', statecode: 0 });
});

test('UpdateMultiple changes records by key, by address and by alternate key', async () => {
  const account = createdId(await api.post('/accounts', { name: 'A' }));
  const device = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1' }));
  const second = createdId(await api.post('/accounts', { name: 'B' }));
  const answer = await many('UpdateMultiple', 'account', [
    { accountid: account, name: 'A2' },
    { '@odata.id': `accounts(${second})`, name: 'B2' },
  ]);
  expect([answer.status, answer.json]).toEqual([204, undefined]);
  expect(await names()).toEqual(['A2', 'B2']);
  const bound = {
    '@odata.id': "msdyn_iotdevices(msdyn_deviceid='smt-1')",
    'msdyn_Account@odata.bind': `/accounts(${account})`,
  };
  expect((await many('UpdateMultiple', 'msdyn_iotdevice', [bound])).status).toBe(204);
  expect((await api.get(`/msdyn_iotdevices(${device})`)).json['_msdyn_account_value']).toBe(account);
});

test('UpsertMultiple makes what is not there', async () => {
  const device = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1' }));
  const answer = await many('UpsertMultiple', 'msdyn_iotdevice', [
    { '@odata.id': "msdyn_iotdevices(msdyn_deviceid='smt-1')", msdyn_name: 'One' },
    { '@odata.id': "msdyn_iotdevices(msdyn_deviceid='smt-2')", msdyn_name: 'Two' },
    { msdyn_iotdeviceid: nobody, msdyn_name: 'Three' },
  ]);
  expect(answer.status).toBe(204);
  const rows = await all(api.records, 'msdyn_iotdevice');
  expect(rows.map((row) => row['msdyn_name']).toSorted()).toEqual(['One', 'Three', 'Two']);
  expect((await api.get(`/msdyn_iotdevices(${device})`)).json['msdyn_name']).toBe('One');
  expect(api.appeared).toEqual(['smt-1', 'smt-2']);
});

test.each<{ which: string; operation: string; rows: object[]; status: number; says: string }>([
  {
    which: 'one that lacks its name',
    operation: 'CreateMultiple',
    rows: [{ name: 'A' }, {}],
    status: 400,
    says: 'Targets[1]',
  },
  {
    which: 'one with an unknown property',
    operation: 'CreateMultiple',
    rows: [{ name: 'A' }, { nam: 'B' }],
    status: 400,
    says: "Targets[1]: Invalid property 'nam'",
  },
  {
    which: 'two with the same id',
    operation: 'CreateMultiple',
    rows: [
      { name: 'A', accountid: nobody },
      { name: 'B', accountid: nobody },
    ],
    status: 412,
    says: 'Targets[1]',
  },
  {
    which: 'one of no record',
    operation: 'UpdateMultiple',
    rows: [{ name: 'A' }],
    status: 400,
    says: 'must name its record',
  },
  {
    which: 'one that is not there',
    operation: 'UpdateMultiple',
    rows: [{ accountid: nobody, name: 'A' }],
    status: 404,
    says: nobody,
  },
  {
    which: 'one of another set',
    operation: 'UpdateMultiple',
    rows: [{ '@odata.id': `incidents(${nobody})` }],
    status: 400,
    says: 'accounts(<id>)',
  },
  { which: 'none', operation: 'CreateMultiple', rows: [], status: 400, says: '1 to 1000' },
  {
    which: 'too many',
    operation: 'CreateMultiple',
    rows: Array.from({ length: 1001 }, () => ({ name: 'A' })),
    status: 400,
    says: '1001',
  },
])('$which is refused, and nothing is written', async ({ operation, rows, status, says }) => {
  const answer = await many(operation, 'account', rows);
  expect([answer.status, answer.faults]).toEqual([status, []]);
  expect(answer.json.error?.message).toContain(says);
  expect(await names()).toEqual([]);
});

test.each<{ which: string; body: unknown }>([
  { which: 'without a type', body: { Targets: [{ name: 'A' }] } },
  { which: 'with a text', body: { Targets: ['A'] } },
  { which: 'with another type', body: { Targets: typed('incident', [{ name: 'A' }]) } },
  { which: 'without Targets', body: {} },
  { which: 'with more than Targets', body: { Targets: typed('account', [{ name: 'A' }]), name: 'x' } },
])('a call $which is refused', async ({ body }) => {
  expect((await api.post('/accounts/Microsoft.Dynamics.CRM.CreateMultiple', body)).status).toBe(400);
  expect(await names()).toEqual([]);
});

test('alerts that are made together are settled together: one parent, the others under it', async () => {
  const records = memoryRecordStore();
  const ingestion = ingestionOn({ records, ledger: memoryAlertLedger(records) });
  let made = 0;
  const more = { parentOnCreate: true, oneAtATime: oneAtATime() };
  const alerts = groupedAlertWrites(ingestion, () => `alert ${(made += 1)}`, more);
  api = openWebApi(records, { alerts });
  const account = createdId(await api.post('/accounts', { name: 'A' }));
  const bound = { msdyn_name: 'T', msdyn_deviceid: 'smt-1', 'msdyn_Account@odata.bind': `/accounts(${account})` };
  await api.post('/msdyn_iotdevices', bound);
  const rows = Array.from({ length: 250 }, (_, i) => ({ msdyn_description: `hot ${i}`, msdyn_deviceid: 'smt-1' }));
  const answer = await many('CreateMultiple', 'msdyn_iotalert', rows);
  expect(answer.status).toBe(200);
  const [parent] = answer.json['Ids'] as string[];
  const written = await all(records, 'msdyn_iotalert');
  expect(written).toHaveLength(250);
  expect(written.filter((row) => row['_msdyn_parentalert_value'] === parent)).toHaveLength(249);
  expect((await api.get(`/msdyn_iotalerts(${parent})`)).json).toMatchObject({ ccs_duplicatecount: 249, statuscode: 3 });
  expect(await all(records, 'incident')).toHaveLength(1);
});

test('alerts with one id are refused, made together or one after the other', async () => {
  const row = { msdyn_iotalertid: nobody, msdyn_description: 'hot' };
  expect((await many('CreateMultiple', 'msdyn_iotalert', [row, row])).status).toBe(412);
  expect(await all(api.records, 'msdyn_iotalert')).toEqual([]);
  expect((await many('CreateMultiple', 'msdyn_iotalert', [row])).status).toBe(200);
  expect((await many('CreateMultiple', 'msdyn_iotalert', [row])).status).toBe(412);
});

test('WhoAmI tells who calls, and as what', async () => {
  const answer = await api.get('/WhoAmI');
  expect(answer.json).toMatchObject({
    UserId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    ccs_name: 'Local User',
    ccs_roles: ['IoT.Administrator', 'IoT.EndpointUser', 'IoT.Reader'],
  });
  expect((await api.get('/WhoAmI()')).json).toEqual(answer.json);
  expect((await api.post('/WhoAmI', {})).status).toBe(405);
});
