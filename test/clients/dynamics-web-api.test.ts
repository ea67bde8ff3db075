import { DynamicsWebApi } from 'dynamics-web-api';
import { startTestStack } from '../kit/stack';
import type { TestStack } from '../kit/stack';

const nobody = '00000000-0000-0000-0000-000000000001';

let stack: TestStack;
let client: DynamicsWebApi;
beforeAll(async () => {
  stack = await startTestStack();
  client = new DynamicsWebApi({
    serverUrl: stack.api().replace(/api\/data.*$/, ''),
    dataApi: { version: '9.2' },
    propagateErrors: true,
  });
});
afterAll(() => stack.stop());

type Row = Record<string, unknown>;

const retrieve = async (collection: string, key: string, select?: string[]): Promise<Row> =>
  client.retrieve<Row>({ collection, key, ...(select && { select }) });
const statusOf = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: { status?: number }) => error.status,
  );

test('a record is made, read, changed while its ETag holds, upserted and deleted', async () => {
  const made = await client.create<Row>({
    collection: 'accounts',
    data: { name: 'Contoso' },
    returnRepresentation: true,
  });
  const key = String(made['accountid']);
  expect(made).toMatchObject({ name: 'Contoso', statecode: 0 });
  const read = await retrieve('accounts', key, ['name', 'telephone1']);
  expect(read).toMatchObject({ accountid: key, name: 'Contoso', telephone1: null });

  const change = (telephone1: string, ifmatch: string) =>
    client.update({ collection: 'accounts', key, data: { telephone1 }, ifmatch });
  const etag = String(read['@odata.etag']);
  await change('555-1', etag);
  expect(await statusOf(change('555-2', etag))).toBe(412);
  await client.updateSingleProperty({ collection: 'accounts', key, fieldValuePair: { telephone1: '555-3' } });
  expect(await retrieve('accounts', key, ['telephone1'])).toMatchObject({ telephone1: '555-3' });
  await client.deleteRecord({ collection: 'accounts', key, property: 'telephone1' });
  expect(await retrieve('accounts', key, ['telephone1'])).toMatchObject({ telephone1: null });

  const chosen = 'c0ffee00-0000-4000-8000-000000000001';
  const upsert = (name: string, more: { ifmatch?: string; ifnonematch?: string } = {}) =>
    client.upsert({ collection: 'accounts', key: chosen, data: { name }, ...more });
  expect(await statusOf(upsert('Fabrikam', { ifmatch: '*' }))).toBe(404);
  await upsert('Fabrikam');
  expect(await statusOf(upsert('Fabrikam 2', { ifnonematch: '*' }))).toBe(412);
  await upsert('Fabrikam 3');
  expect(await retrieve('accounts', chosen, ['name'])).toMatchObject({ name: 'Fabrikam 3' });

  await client.deleteRecord({ collection: 'accounts', key: chosen });
  expect(await statusOf(retrieve('accounts', chosen))).toBe(404);
});

test('many records are read page by page, filtered, ordered and counted', async () => {
  const assets = Array.from({ length: 25 }, (_, i) => ({ msdyn_name: `Asset ${String(i).padStart(2, '0')}` }));
  await client.callAction({
    collection: 'msdyn_customerassets',
    actionName: 'Microsoft.Dynamics.CRM.CreateMultiple',
    action: {
      Targets: assets.map((asset) => ({ '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_customerasset', ...asset })),
    },
  });
  const request = {
    collection: 'msdyn_customerassets',
    select: ['msdyn_name'],
    orderBy: ['msdyn_name desc'],
    count: true,
  };
  const first = await client.retrieveMultiple<Row>({ ...request, maxPageSize: 10 });
  expect(first.oDataCount).toBe(25);
  const second = await client.retrieveMultiple<Row>({ ...request, maxPageSize: 10 }, first.oDataNextLink);
  const third = await client.retrieveMultiple<Row>({ ...request, maxPageSize: 10 }, second.oDataNextLink);
  const seen = [first, second, third].flatMap(({ value }) => value.map((row) => row['msdyn_name']));
  expect(seen).toEqual(assets.map(({ msdyn_name: name }) => name).toReversed());
  expect(third.oDataNextLink).toBeUndefined();
  const all = await client.retrieveAll<Row>({ ...request, maxPageSize: 7, filter: "contains(msdyn_name,'Asset 1')" });
  expect(all.value).toHaveLength(10);
});

test('records are associated and disassociated, from either side', async () => {
  const account: string = await client.create({ collection: 'accounts', data: { name: 'Contoso' } });
  const device: string = await client.create({ collection: 'msdyn_iotdevices', data: { msdyn_name: 'T' } });
  const accountNow = async () => (await retrieve('msdyn_iotdevices', device))['_msdyn_account_value'];
  const relationshipName = 'msdyn_account_msdyn_iotdevice_Account';
  const many = { collection: 'accounts', primaryKey: account, relationshipName, relatedKey: device };
  const one = { collection: 'msdyn_iotdevices', primaryKey: device, navigationProperty: 'msdyn_Account' };

  await client.associate({ ...many, relatedCollection: 'msdyn_iotdevices' });
  expect(await accountNow()).toBe(account);
  await client.disassociate(many);
  expect(await accountNow()).toBeNull();
  await client.associateSingleValued({ ...one, relatedCollection: 'accounts', relatedKey: account });
  expect(await accountNow()).toBe(account);
  await client.disassociateSingleValued(one);
  expect(await accountNow()).toBeNull();
});

test('functions and actions are called, bound and unbound', async () => {
  expect(await client.callFunction({ functionName: 'WhoAmI' })).toMatchObject({ UserId: expect.any(String) as string });
  const question = { Json: '{"reading": 113.5}', PropertyPath: 'reading' };
  expect(await client.callAction({ actionName: 'msdyn_JsonGetNumber', action: question })).toMatchObject({
    Value: 113.5,
  });

  const alert = await client.create<Row>({
    collection: 'msdyn_iotalerts',
    data: { msdyn_description: 'hot', msdyn_deviceid: 'press' },
    returnRepresentation: true,
  });
  const key = String(alert['msdyn_iotalertid']);
  const bound = { collection: 'msdyn_iotalerts', key };
  await client.callAction({
    ...bound,
    actionName: 'Microsoft.Dynamics.CRM.msdyn_ParentIoTAlerts',
    action: { TimespanSeconds: 60 },
  });
  const refused = client.callAction({ ...bound, actionName: 'Microsoft.Dynamics.CRM.ccs_CreateCase' });
  expect(await statusOf(refused)).toBe(412);
});

test('a batch holds reads, actions and change sets', async () => {
  client.startBatch();
  const calls = [
    client.create({ collection: 'accounts', data: { name: 'Batch' }, contentId: '1' }),
    client.create({
      collection: 'msdyn_iotdevices',
      data: { msdyn_name: 'T', msdyn_deviceid: 'batched', 'msdyn_Account@odata.bind': '$1' },
      contentId: '2',
    }),
    client.update({ contentId: '$1', data: { telephone1: '555' } }),
    client.retrieveMultiple({ collection: 'accounts', filter: "name eq 'Batch'", inChangeSet: false }),
    client.callAction({
      actionName: 'msdyn_JsonGetString',
      action: { Json: '{"a":"x"}', PropertyPath: 'a' },
      inChangeSet: false,
    }),
  ];
  const [account, device, , list, value] = (await client.executeBatch()) as [
    string,
    string,
    unknown,
    { value: Row[] },
    Row,
  ];
  void calls;
  expect(list.value).toMatchObject([{ accountid: account, name: 'Batch', telephone1: '555' }]);
  expect(value).toMatchObject({ Value: 'x' });
  expect(await retrieve('msdyn_iotdevices', device)).toMatchObject({ _msdyn_account_value: account });

  client.startBatch();
  void client.create({ collection: 'accounts', data: { name: 'Never' } });
  void client.update({ collection: 'accounts', key: nobody, data: { name: 'Nobody' } });
  await expect(client.executeBatch()).rejects.toMatchObject([{ status: 404, error: { code: '0x80040217' } }]);
  expect((await client.retrieveMultiple({ collection: 'accounts', filter: "name eq 'Never'" })).value).toEqual([]);
});
