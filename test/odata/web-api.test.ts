import { createdId, openWebApi, root } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const nobody = '00000000-0000-0000-0000-000000000001';
const chosen = 'c0ffee00-0000-4000-8000-000000000001';

let api: TestApi;
beforeEach(() => {
  api = openWebApi();
});

describe('creating a record', () => {
  test('answers 204 with its address, and it can be read there', async () => {
    const answer = await api.post('/accounts', { name: 'Contoso' });
    expect(answer.status).toBe(204);
    expect(answer.json).toBeUndefined();
    const address = answer.headers.get('OData-EntityId')!;
    expect(address).toBe(`${root}/accounts(${createdId(answer)})`);
    expect(answer.headers.get('Location')).toBe(address);
    expect(answer.headers.get('OData-Version')).toBe('4.0');
    const read = await api.get(address);
    expect(read.status).toBe(200);
    expect(read.headers.get('Content-Type')).toBe('application/json; odata.metadata=minimal');
    expect(read.json).toEqual({
      '@odata.context': `${root}/$metadata#accounts/$entity`,
      '@odata.etag': answer.headers.get('ETag'),
      _createdby_value: '5d8b6a4e-0001-4cc5-8000-000000000002',
      _modifiedby_value: '5d8b6a4e-0001-4cc5-8000-000000000002',
      accountid: createdId(answer),
      name: 'Contoso',
      accountnumber: null,
      telephone1: null,
      emailaddress1: null,
      websiteurl: null,
      address1_line1: null,
      address1_city: null,
      address1_postalcode: null,
      address1_country: null,
      description: null,
      statecode: 0,
      statuscode: 1,
      createdon: '2026-11-21T04:00:01.000Z',
      modifiedon: '2026-11-21T04:00:01.000Z',
    });
  });

  test('answers 201 with the record when that is preferred', async () => {
    const answer = await api.post('/accounts?$select=name', { name: 'Contoso' }, { prefer: 'return=representation' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Preference-Applied')).toBe('return=representation');
    expect(answer.json).toEqual({
      '@odata.context': `${root}/$metadata#accounts(name,accountid)/$entity`,
      '@odata.etag': expect.stringMatching(/^W\/"\d+"$/) as string,
      name: 'Contoso',
      accountid: createdId(answer),
    });
  });

  test('honours an id of the client, once', async () => {
    const first = await api.post('/accounts', { accountid: chosen.toUpperCase(), name: 'Contoso' });
    expect(createdId(first)).toBe(chosen);
    const second = await api.post('/accounts', { accountid: chosen, name: 'Fabrikam' });
    expect(second.status).toBe(412);
    expect(second.json.error).toEqual({
      code: '0x80040237',
      message: `A record with accountid '${chosen}' exists in accounts already.`,
    });
    expect((await api.get(`/accounts(${chosen})`)).json.name).toBe('Contoso');
  });

  test('gives defaults, and numbers that people can read to cases and work orders', async () => {
    const account = createdId(await api.post('/accounts', { name: 'Contoso' }));
    const bound = { title: 'Too hot', 'customerid_account@odata.bind': `/accounts(${account})` };
    const made = await api.post('/incidents', bound, { prefer: 'return=representation' });
    expect(made.json).toMatchObject({ prioritycode: 2, statecode: 0, statuscode: 1, _customerid_value: account });
    expect(made.json.ticketnumber).toMatch(/^CAS-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const order = await api.post(
      '/msdyn_workorders',
      { 'msdyn_serviceaccount@odata.bind': `accounts(${account})` },
      { prefer: 'return=representation' },
    );
    expect(order.json).toMatchObject({ msdyn_systemstatus: 690970000, statecode: 0 });
    expect(order.json.msdyn_name).toMatch(/^WO-/);
  });

  test('tells of a new device with a device id', async () => {
    await api.post('/msdyn_iotdevices', { msdyn_name: 'Thermostat', msdyn_deviceid: "smt-1'298" });
    await api.post('/msdyn_iotdevices', { msdyn_name: 'No id yet' });
    expect(api.appeared).toEqual(["smt-1'298"]);
    const found = await api.get("/msdyn_iotdevices(msdyn_deviceid='smt-1%27%27298')?$select=msdyn_name");
    expect(found.json.msdyn_name).toBe('Thermostat');
  });

  test('a device id in use is refused', async () => {
    const device = { msdyn_name: 'Thermostat', msdyn_deviceid: 'one' };
    await api.post('/msdyn_iotdevices', device);
    const second = await api.post('/msdyn_iotdevices', device);
    expect([second.status, second.json.error?.code]).toEqual([412, '0x80040237']);
    expect(second.json.error?.message).toContain("msdyn_deviceid 'one'");
    expect(api.appeared).toEqual(['one']);
  });

  test('an annotation in the body says nothing, an empty text is no value', async () => {
    const body = {
      '@odata.type': 'Microsoft.Dynamics.CRM.account',
      name: 'Contoso',
      'name@OData.Community.Display.V1.FormattedValue': 'x',
      telephone1: '',
    };
    const answer = await api.post('/accounts', body, { prefer: 'return=representation' });
    expect(answer.json).toMatchObject({ name: 'Contoso', telephone1: null });
  });

  test('alerts go through their own door', async () => {
    const answer = await api.post('/msdyn_iotalerts', { msdyn_description: 'Hot', msdyn_deviceid: 'x' });
    expect(answer.status).toBe(204);
    expect((await api.get(`/msdyn_iotalerts(${createdId(answer)})`)).json).toMatchObject({ statuscode: 1 });
  });
});

describe('associating', () => {
  const device = async (more = {}) =>
    createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'Thermostat', msdyn_deviceid: 'smt-1', ...more }));
  const account = async () => createdId(await api.post('/accounts', { name: 'Contoso' }));

  test('a device gets its account, and lists of devices without an account leave it out', async () => {
    const [id, owner] = [await device(), await account()];
    const without = '/msdyn_iotdevices?$filter=_msdyn_account_value eq null&$select=msdyn_name';
    expect((await api.get(without)).json.value).toHaveLength(1);
    const bound = await api.patch(`/msdyn_iotdevices(${id})`, { 'msdyn_Account@odata.bind': `/accounts(${owner})` });
    expect(bound.status).toBe(204);
    expect((await api.get(without)).json.value).toEqual([]);
    expect((await api.get(`/msdyn_iotdevices(${id})`)).json._msdyn_account_value).toBe(owner);
    const ofAccount = await api.get(`/msdyn_iotdevices?$filter=_msdyn_account_value eq ${owner}`);
    expect(ofAccount.json.value).toHaveLength(1);
  });

  test.each<{ which: string; reference: (id: string) => string }>([
    { which: 'an absolute URL', reference: (id) => `${root}/accounts(${id})` },
    {
      which: 'an absolute URL of another version and host',
      reference: (id) => `http://other:7071/api/data/v9.0/accounts(${id})`,
    },
    { which: 'no slash', reference: (id) => `accounts(${id})` },
    { which: 'capitals in the id', reference: (id) => `/accounts(${id.toUpperCase()})` },
    { which: 'the name of the key', reference: (id) => `/accounts(accountid=${id})` },
  ])('a reference may have $which', async ({ reference }) => {
    const [id, owner] = [await device(), await account()];
    await api.patch(`/msdyn_iotdevices(${id})`, { 'msdyn_Account@odata.bind': reference(owner) });
    expect((await api.get(`/msdyn_iotdevices(${id})`)).json._msdyn_account_value).toBe(owner);
  });

  test('an alert can be bound to a device by its device id', async () => {
    const id = await device();
    const alert = { msdyn_description: 'x', 'msdyn_Device@odata.bind': "/msdyn_iotdevices(msdyn_deviceid='smt-1')" };
    const made = await api.post('/msdyn_iotalerts', alert, { prefer: 'return=representation' });
    expect(made.json._msdyn_device_value).toBe(id);
  });

  test.each([{ 'msdyn_Account@odata.bind': null }, { msdyn_Account: null }])(
    '%j takes the account away',
    async (body) => {
      const owner = await account();
      const id = await device({ 'msdyn_Account@odata.bind': `/accounts(${owner})` });
      await api.patch(`/msdyn_iotdevices(${id})`, body);
      expect((await api.get(`/msdyn_iotdevices(${id})`)).json._msdyn_account_value).toBeNull();
    },
  );

  test('a record that does not exist cannot be bound, and is named', async () => {
    const id = await device();
    const answer = await api.patch(`/msdyn_iotdevices(${id})`, {
      msdyn_name: 'New',
      'msdyn_Account@odata.bind': `/accounts(${nobody})`,
    });
    expect([answer.status, answer.json.error?.code]).toEqual([404, '0x80040217']);
    expect(answer.json.error?.message).toContain(`accounts(${nobody})`);
    expect((await api.get(`/msdyn_iotdevices(${id})`)).json.msdyn_name).toBe('Thermostat');
  });
});

describe('changing a record', () => {
  let id: string;
  let etag: string;
  beforeEach(async () => {
    const made = await api.post('/accounts', { name: 'Contoso', telephone1: '1' });
    id = createdId(made);
    etag = made.headers.get('ETag')!;
  });

  test('changes what is sent and nothing else', async () => {
    const answer = await api.patch(`/accounts(${id})`, { name: 'Fabrikam' });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('OData-EntityId')).toBe(`${root}/accounts(${id})`);
    const { json } = await api.get(`/accounts(${id})`);
    expect(json).toMatchObject({ name: 'Fabrikam', telephone1: '1', createdon: '2026-11-21T04:00:01.000Z' });
    expect(json.modifiedon).toBe('2026-11-21T04:00:02.000Z');
  });

  test('answers with the record when that is preferred', async () => {
    const answer = await api.patch(`/accounts(${id})`, { telephone1: null }, { prefer: 'return=representation' });
    expect([answer.status, answer.json.telephone1]).toEqual([200, null]);
  });

  test('with the latest ETag works, with an old one is refused', async () => {
    expect((await api.patch(`/accounts(${id})`, { name: 'A' }, { 'if-match': etag })).status).toBe(204);
    const second = await api.patch(`/accounts(${id})`, { name: 'B' }, { 'if-match': etag });
    expect([second.status, second.json.error?.code]).toEqual([412, '0x80060882']);
    expect((await api.get(`/accounts(${id})`)).json.name).toBe('A');
    expect((await api.patch(`/accounts(${id})`, { name: 'C' }, { 'if-match': 'nonsense' })).status).toBe(412);
    expect((await api.patch(`/accounts(${id})`, { name: 'C' }, { 'if-match': '*' })).status).toBe(204);
  });

  test('of a record that does not exist creates it, unless it must exist', async () => {
    expect((await api.patch(`/accounts(${chosen})`, { name: 'New' }, { 'if-match': '*' })).status).toBe(404);
    const answer = await api.patch(`/accounts(${chosen})`, { name: 'New' }, { prefer: 'return=representation' });
    expect([answer.status, answer.json.accountid, answer.json.name]).toEqual([201, chosen, 'New']);
    const again = await api.patch(`/accounts(${chosen})`, { name: 'Again' }, { 'if-none-match': '*' });
    expect([again.status, again.json.error?.code]).toEqual([412, '0x80060882']);
    expect((await api.get(`/accounts(${chosen})`)).json.name).toBe('New');
  });

  test('by alternate key creates, too', async () => {
    const answer = await api.patch("/msdyn_iotdevices(msdyn_deviceid='smt-9')", { msdyn_name: 'T' });
    expect(answer.status).toBe(204);
    expect((await api.get(`/msdyn_iotdevices(${createdId(answer)})`)).json.msdyn_deviceid).toBe('smt-9');
    expect(api.appeared).toEqual(['smt-9']);
  });

  test('of the device id moves the alternate key', async () => {
    await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'old' });
    await api.patch("/msdyn_iotdevices(msdyn_deviceid='old')", { msdyn_deviceid: 'new' });
    expect((await api.get("/msdyn_iotdevices(msdyn_deviceid='old')")).status).toBe(404);
    expect((await api.get("/msdyn_iotdevices(msdyn_deviceid='new')")).status).toBe(200);
    expect(api.appeared).toEqual(['old', 'new']);
  });

  test('32 at once all take effect', async () => {
    const fields = ['accountnumber', 'address1_city', 'description', 'websiteurl'];
    const answers = await Promise.all(
      Array.from({ length: 32 }, (_, i) => api.patch(`/accounts(${id})`, { [fields[i % 4]!]: `${i}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 32 }, () => 204));
    const { json } = await api.get(`/accounts(${id})`);
    for (const field of fields) expect(json[field]).toMatch(/^\d+$/);
  });

  test.each([
    { which: 'a state alone takes its default status', body: { statecode: 3 }, state: [3, 6] },
    { which: 'a status alone takes its state', body: { statuscode: 4 }, state: [2, 4] },
    { which: 'both together', body: { statecode: 2, statuscode: 7 }, state: [2, 7] },
  ])('$which', async ({ body, state }) => {
    const alert = createdId(await api.post('/msdyn_iotalerts', { msdyn_description: 'x' }));
    await api.patch(`/msdyn_iotalerts(${alert})`, body);
    const { json } = await api.get(`/msdyn_iotalerts(${alert})`);
    expect([json.statecode, json.statuscode]).toEqual(state);
    // The state that a record is in already leaves its status alone.
    await api.patch(`/msdyn_iotalerts(${alert})`, { statecode: json.statecode });
    expect((await api.get(`/msdyn_iotalerts(${alert})`)).json.statuscode).toBe(state[1]);
  });
});

describe('reading a record', () => {
  test('that the caller has already is 304', async () => {
    const made = await api.post('/accounts', { name: 'Contoso' });
    const address = `/accounts(${createdId(made)})`;
    const etag = made.headers.get('ETag')!;
    const same = await api.get(address, { 'if-none-match': etag });
    expect([same.status, same.json, same.headers.get('ETag')]).toEqual([304, undefined, etag]);
    expect((await api.get(address, { 'if-none-match': 'W/"98", W/"99"' })).status).toBe(200);
    expect((await api.get(address, { 'if-none-match': `W/"98", ${etag}` })).status).toBe(304);
  });

  test('gives names to choices, flags and lookups on request', async () => {
    const owner = createdId(await api.post('/accounts', { name: 'Contoso' }));
    const device = { msdyn_name: 'T', msdyn_issimulated: 192350000, 'msdyn_Account@odata.bind': `/accounts(${owner})` };
    const id = createdId(await api.post('/msdyn_iotdevices', device));
    const formatted = 'OData.Community.Display.V1.FormattedValue';
    const asked = { prefer: `odata.include-annotations="${formatted}"` };
    const { json, headers } = await api.get(`/msdyn_iotdevices(${id})`, asked);
    expect(json).toMatchObject({
      [`msdyn_issimulated@${formatted}`]: 'Yes',
      [`msdyn_connectionstate@${formatted}`]: 'No',
      [`statecode@${formatted}`]: 'Active',
    });
    expect(headers.get('Preference-Applied')).toBe(asked.prefer);
    expect(json).not.toHaveProperty(['_msdyn_account_value@Microsoft.Dynamics.CRM.lookuplogicalname']);
    const all = await api.get(`/msdyn_iotdevices(${id})`, { prefer: 'odata.include-annotations=*' });
    expect(all.json).toMatchObject({
      '_msdyn_account_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
      '_msdyn_account_value@Microsoft.Dynamics.CRM.associatednavigationproperty': 'msdyn_Account',
    });
  });
});
