import { createdId, openWebApi } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const nobody = '00000000-0000-0000-0000-000000000001';

let api: TestApi;
let account: string;
let device: string;

beforeEach(async () => {
  api = openWebApi();
  account = createdId(await api.post('/accounts', { name: 'Contoso' }));
  const bound = { msdyn_name: 'T', msdyn_deviceid: 'smt-1', 'msdyn_Account@odata.bind': `/accounts(${account})` };
  device = createdId(await api.post('/msdyn_iotdevices', bound));
});

const remove = (path: string, headers?: Record<string, string>) => api.send('DELETE', path, undefined, headers);

describe('deleting a record', () => {
  test('answers 204 without a body; afterwards it is not there', async () => {
    const answer = await remove(`/accounts(${account})`);
    expect([answer.status, answer.json]).toEqual([204, undefined]);
    expect((await api.get(`/accounts(${account})`)).status).toBe(404);
    expect((await remove(`/accounts(${account})`)).json.error?.code).toBe('0x80040217');
  });

  test('takes the alternate key as well, and frees it', async () => {
    expect((await remove("/msdyn_iotdevices(msdyn_deviceid='smt-1')")).status).toBe(204);
    expect((await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1' })).status).toBe(204);
  });

  test('happens only while the ETag is that of If-Match', async () => {
    const { etag } = (await api.records.get('account', account))!;
    expect((await remove(`/accounts(${account})`, { 'if-match': 'W/"0"' })).status).toBe(412);
    expect((await remove(`/accounts(${account})`, { 'if-none-match': etag })).status).toBe(412);
    expect((await remove(`/accounts(${account})`, { 'if-none-match': '*' })).status).toBe(412);
    expect((await remove(`/accounts(${nobody})`, { 'if-match': '*' })).status).toBe(404);
    expect((await remove(`/accounts(${account})`, { 'if-match': etag })).status).toBe(204);
  });

  test('takes links to it out of other records', async () => {
    await remove(`/accounts(${account})`);
    const read = await api.get(`/msdyn_iotdevices(${device})`);
    expect(read.json).toMatchObject({ _msdyn_account_value: null, msdyn_name: 'T' });
  });

  test('takes its connections along', async () => {
    const tie = {
      'record1id_account@odata.bind': `/accounts(${account})`,
      'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${device})`,
    };
    const connection = createdId(await api.post('/connections', tie));
    expect((await remove(`/msdyn_iotdevices(${device})`)).status).toBe(204);
    expect((await api.get(`/connections(${connection})`)).status).toBe(404);
    expect((await api.get(`/accounts(${account})`)).status).toBe(200);
  });

  test.each([
    { which: 'a case', set: 'incidents', body: { title: 'x' }, navigation: 'customerid_account' },
    { which: 'a work order', set: 'msdyn_workorders', body: {}, navigation: 'msdyn_serviceaccount' },
  ])('is refused while $which cannot be without it, and changes nothing', async ({ set, body, navigation }) => {
    const needing = { ...body, [`${navigation}@odata.bind`]: `/accounts(${account})` };
    const other = createdId(await api.post(`/${set}`, needing));
    const before = await api.records.get('msdyn_iotdevice', device);
    const answer = await remove(`/accounts(${account})`);
    expect(answer).toMatchObject({ status: 409, json: { error: { code: '0x80040227' } } });
    expect(answer.json.error?.message).toContain(set);
    expect(await api.records.get('msdyn_iotdevice', device)).toEqual(before);
    await remove(`/${set}(${other})`);
    expect((await remove(`/accounts(${account})`)).status).toBe(204);
  });

  test('is refused when more than 1,000 records point at it, and changes nothing', async () => {
    for (let i = 0; i < 1_000; i += 1) {
      const id = `c0ffee00-0000-4000-8000-${String(i).padStart(12, '0')}`;
      const row = {
        msdyn_iotdeviceid: id,
        msdyn_name: 'T',
        _msdyn_account_value: account,
        statecode: 0,
        statuscode: 1,
      };
      await api.records.insert('msdyn_iotdevice', row);
    }
    const answer = await remove(`/accounts(${account})`);
    expect(answer).toMatchObject({ status: 400, json: { error: { code: '0x80040203' } } });
    expect((await api.get(`/msdyn_iotdevices(${device})`)).json['_msdyn_account_value']).toBe(account);
    await remove(`/msdyn_iotdevices(${device})`);
    expect((await remove(`/accounts(${account})`)).status).toBe(204);
    const left = await api.get(`/msdyn_iotdevices?$filter=_msdyn_account_value ne null`);
    expect(left.json.value).toEqual([]);
  });

  test('of what the service needs is refused', async () => {
    const roles = await api.get('/connectionroles');
    for (const role of roles.json.value ?? []) {
      expect((await remove(`/connectionroles(${String(role['connectionroleid'])})`)).status).toBe(403);
    }
  });
});

describe('a property of its own', () => {
  test('is set by PUT and emptied by DELETE', async () => {
    expect((await api.send('PUT', `/accounts(${account})/telephone1`, { value: '555' })).status).toBe(204);
    expect((await api.get(`/accounts(${account})`)).json['telephone1']).toBe('555');
    expect((await remove(`/accounts(${account})/telephone1`)).status).toBe(204);
    expect((await api.get(`/accounts(${account})`)).json['telephone1']).toBeNull();
  });

  test.each<{ which: string; method: string; path: string; body?: unknown; status: number }>([
    { which: 'a required one emptied', method: 'DELETE', path: 'name', status: 400 },
    { which: 'a required one set to null', method: 'PUT', path: 'name', body: { value: null }, status: 400 },
    { which: 'too long a text', method: 'PUT', path: 'name', body: { value: 'x'.repeat(161) }, status: 400 },
    { which: 'one of the service', method: 'PUT', path: 'createdon', body: { value: null }, status: 400 },
    { which: 'one that is not there', method: 'PUT', path: 'nam', body: { value: 1 }, status: 404 },
    { which: 'no value', method: 'PUT', path: 'name', body: {}, status: 400 },
    { which: 'more than a value', method: 'PUT', path: 'name', body: { value: 'a', name: 'b' }, status: 400 },
    { which: 'with an option', method: 'PUT', path: 'name?$select=name', body: { value: 'a' }, status: 400 },
    { which: 'by PATCH', method: 'PATCH', path: 'name', body: { value: 'a' }, status: 405 },
  ])('$which is refused', async ({ method, path, body, status }) => {
    const before = await api.records.get('account', account);
    const answer = await api.send(method, `/accounts(${account})/${path}`, body);
    expect([answer.status, answer.faults]).toEqual([status, []]);
    expect(await api.records.get('account', account)).toEqual(before);
  });

  test('of a record that is not there is 404, and makes none', async () => {
    const answer = await api.send('PUT', `/accounts(${nobody})/name`, { value: 'Contoso' });
    expect([answer.status, (await api.get(`/accounts(${nobody})`)).status]).toEqual([404, 404]);
  });

  test('is set only while the ETag is that of If-Match', async () => {
    const put = (etag: string) => api.send('PUT', `/accounts(${account})/name`, { value: 'A' }, { 'if-match': etag });
    expect((await put('W/"0"')).status).toBe(412);
    expect((await put((await api.records.get('account', account))!.etag)).status).toBe(204);
  });
});
