import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { formattedValue } from '../../shared/odata/preferences';
import { createdId, openWebApi, root } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

let api: TestApi;
const ids: Record<string, string> = {};
const create = async (name: string, set: string, body: object) => {
  ids[name] = createdId(await api.post(`/${set}`, body));
};
const at = (path: string) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '?');
const get = (path: string, headers?: Record<string, string>) => api.get(at(path), headers);

/** Contoso has the devices D0 to D4, Fabrikam none. D0 has the alert Parent with the children Child 0 to Child 6. */
beforeAll(async () => {
  api = openWebApi();
  await create('contoso', 'accounts', { name: 'Contoso', telephone1: '+43 1' });
  await create('fabrikam', 'accounts', { name: 'Fabrikam' });
  await create('category', 'msdyn_iotdevicecategories', { msdyn_name: 'Thermostats' });
  for (let i = 0; i < 5; i += 1) {
    await create(`d${i}`, 'msdyn_iotdevices', {
      msdyn_name: `D${i}`,
      msdyn_deviceid: `smt-${i}`,
      msdyn_timezone: 10 - i,
      'msdyn_Account@odata.bind': `/accounts(${ids['contoso']})`,
      ...(i === 0 && { 'msdyn_Category@odata.bind': `/msdyn_iotdevicecategories(${ids['category']})` }),
    });
  }
  await create('parent', 'msdyn_iotalerts', {
    msdyn_description: 'Parent',
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${ids['d0']})`,
  });
  for (let i = 0; i < 7; i += 1) {
    await create(`child${i}`, 'msdyn_iotalerts', {
      msdyn_description: `Child ${i}`,
      'msdyn_Device@odata.bind': `/msdyn_iotdevices(${ids['d0']})`,
      'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${ids['parent']})`,
    });
  }
  await create('tie', 'connections', {
    'record1id_account@odata.bind': `/accounts(${ids['contoso']})`,
    'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${ids['d0']})`,
    'record2roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
  });
});

describe('$expand', () => {
  const devices = 'msdyn_account_msdyn_iotdevice_Account';
  const children = 'msdyn_iotalert_msdyn_iotalert';

  test.each<{ which: string; path: string; holds: object }>([
    {
      which: 'a lookup of each record of a list',
      path: '/msdyn_iotalerts?$expand=msdyn_Device($select=msdyn_name)&$select=msdyn_description&$top=1',
      holds: {
        '@odata.context': `${root}/$metadata#msdyn_iotalerts(msdyn_description,msdyn_iotalertid,msdyn_Device(msdyn_name,msdyn_iotdeviceid))`,
        value: [{ msdyn_description: 'Child 6', msdyn_Device: { msdyn_name: 'D0', msdyn_iotdeviceid: '{d0}' } }],
      },
    },
    {
      which: 'several lookups of one record, an empty one as null',
      path: '/msdyn_iotdevices({d1})?$expand=msdyn_Account($select=name),msdyn_Category&$select=msdyn_name',
      holds: { msdyn_name: 'D1', msdyn_Account: { name: 'Contoso' }, msdyn_Category: null },
    },
    {
      which: 'a lookup inside of a lookup',
      path: '/msdyn_iotalerts({parent})?$select=msdyn_description&$expand=msdyn_Device($select=msdyn_name;$expand=msdyn_Account($select=name))',
      holds: { msdyn_Device: { msdyn_name: 'D0', msdyn_Account: { name: 'Contoso' } } },
    },
    {
      which: 'a collection, newest first',
      path: `/accounts({contoso})?$select=name&$expand=${devices}($select=msdyn_name)`,
      holds: {
        '@odata.context': `${root}/$metadata#accounts(name,accountid,${devices}(msdyn_name,msdyn_iotdeviceid))/$entity`,
        [devices]: ['D4', 'D3', 'D2', 'D1', 'D0'].map((msdyn_name) => ({ msdyn_name })),
      },
    },
    {
      which: 'a collection filtered, ordered, cut and counted',
      path: `/accounts({contoso})?$select=name&$expand=${devices}($select=msdyn_name;$filter=msdyn_name ne 'D3' and contains(msdyn_deviceid,'smt;,');$count=true)`,
      holds: { [devices]: [], [`${devices}@odata.count`]: 0 },
    },
    {
      which: 'a collection in an order of its own',
      path: `/accounts({contoso})?$select=name&$expand=${devices}($select=msdyn_name;$orderby=msdyn_timezone;$top=2;$filter=msdyn_name ne 'D3')`,
      holds: { [devices]: [{ msdyn_name: 'D4' }, { msdyn_name: 'D2' }] },
    },
    {
      which: 'a collection of each record of a list, an empty one as none',
      path: `/accounts?$select=name&$orderby=name&$expand=${devices}($select=msdyn_name;$top=1)`,
      holds: {
        value: [
          { name: 'Contoso', [devices]: [{ msdyn_name: 'D4' }] },
          { name: 'Fabrikam', [devices]: [] },
        ],
      },
    },
    {
      which: 'a lookup inside of a collection',
      path: `/accounts({contoso})?$select=name&$expand=${devices}($select=msdyn_name;$top=1;$orderby=msdyn_name;$expand=msdyn_Category($select=msdyn_name))`,
      holds: { [devices]: [{ msdyn_name: 'D0', msdyn_Category: { msdyn_name: 'Thermostats' } }] },
    },
    {
      which: 'the ends of a connection, each by its own table',
      path: '/connections({tie})?$select=connectionid&$expand=record1id_account($select=name),record1id_msdyn_iotdevice,record2id_msdyn_iotdevice($select=msdyn_name),record2roleid($select=name)',
      holds: {
        record1id_account: { name: 'Contoso' },
        record1id_msdyn_iotdevice: null,
        record2id_msdyn_iotdevice: { msdyn_name: 'D0' },
        record2roleid: { name: 'Connected Device' },
      },
    },
    {
      which: 'the connections of a record, not those of its namesakes in other tables',
      path: '/accounts({contoso})?$select=name&$expand=account_connections1($select=ccs_record2table),account_connections2',
      holds: { account_connections1: [{ ccs_record2table: 'msdyn_iotdevice' }], account_connections2: [] },
    },
  ])('returns $which', async ({ path, holds }) => {
    const answer = await get(path);
    expect(answer.faults).toEqual([]);
    expect(answer.json).toMatchObject(JSON.parse(at(JSON.stringify(holds))) as object);
  });

  test('goes on by links where a collection is cut, with the same options', async () => {
    const first = await get(`/msdyn_iotalerts({parent})?$expand=${children}($select=msdyn_description;$top=5)`);
    const shown = first.json[children] as { msdyn_description: string }[];
    expect(shown.map(({ msdyn_description }) => msdyn_description)).toEqual([6, 5, 4, 3, 2].map((i) => `Child ${i}`));
    expect(first.json).not.toHaveProperty([`${children}@odata.nextLink`]);

    const many = openWebApi();
    const owner = createdId(await many.post('/accounts', { name: 'Many' }));
    for (let i = 0; i < 260; i += 1) {
      await many.post('/msdyn_iotdevices', { msdyn_name: `M${i}`, 'msdyn_Account@odata.bind': `/accounts(${owner})` });
    }
    const whole = await many.get(`/accounts(${owner})?$expand=${devices}($select=msdyn_name;$top=255)`);
    expect(whole.json[devices]).toHaveLength(250);
    const rest = await many.get(whole.json[`${devices}@odata.nextLink`] as string);
    expect(rest.json.value!.map(({ msdyn_name }) => msdyn_name)).toEqual([9, 8, 7, 6, 5].map((i) => `M${i}`));
    expect(Object.keys(rest.json.value![0]!)).toEqual(['@odata.etag', 'msdyn_name', 'msdyn_iotdeviceid']);
    expect(rest.json).not.toHaveProperty(['@odata.nextLink']);
  });

  test('makes the pages of a list small where each record has lists of its own', async () => {
    const many = openWebApi();
    for (let i = 0; i < 60; i += 1) await many.post('/accounts', { name: `A${i}` });
    const first = await many.get(`/accounts?$select=name&$expand=${devices}`);
    const second = await many.get(first.json['@odata.nextLink'] as string);
    expect([first.json.value!.length, second.json.value!.length]).toEqual([50, 10]);
    expect(second.json.value![0]).toHaveProperty([devices], []);
  });

  test('is refused when it would look up more than one request may', async () => {
    const many = openWebApi();
    const owner = createdId(await many.post('/accounts', { name: 'Many' }));
    for (let i = 0; i < 101; i += 1) {
      await many.post('/msdyn_iotdevices', { msdyn_name: `M${i}`, 'msdyn_Account@odata.bind': `/accounts(${owner})` });
    }
    const lists = `msdyn_msdyn_iotdevice_msdyn_iotalert_Device`;
    for (let i = 0; i < 49; i += 1) {
      const id = createdId(await many.post('/accounts', { name: `A${i}` }));
      for (let j = 0; j < 101; j += 1) {
        const row = { msdyn_iotdeviceid: crypto.randomUUID(), msdyn_name: 'x', _msdyn_account_value: id };
        await many.records.insert('msdyn_iotdevice', row);
      }
    }
    const answer = await many.get(`/accounts?$expand=${devices}($expand=${lists})`);
    expect([answer.status, answer.json.error!.message]).toEqual([400, expect.stringContaining('5000 related records')]);
  });
});

describe('a path', () => {
  test.each<{ path: string; status: number; text?: string; holds?: object }>([
    { path: '/msdyn_iotdevices({d0})/msdyn_Account?$select=name', status: 200, holds: { name: 'Contoso' } },
    {
      path: '/msdyn_iotdevices({d0})/msdyn_Account?$select=name&$expand=account_connections1',
      status: 200,
      holds: { account_connections1: [{ connectionid: '{tie}' }] },
    },
    { path: '/msdyn_iotdevices({d1})/msdyn_Category', status: 204, text: '' },
    { path: '/connections({tie})/record1id_msdyn_iotdevice', status: 204, text: '' },
    { path: '/connections({tie})/record1id_account', status: 200, holds: { name: 'Contoso' } },
    {
      path: "/msdyn_iotdevices(msdyn_deviceid='smt-0')/msdyn_Account/$ref",
      status: 200,
      holds: { '@odata.context': `${root}/$metadata#$ref`, '@odata.id': `${root}/accounts({contoso})` },
    },
    {
      path: '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account?$select=msdyn_name&$filter=msdyn_timezone gt 8&$orderby=msdyn_name&$count=true',
      status: 200,
      holds: { '@odata.count': 2, value: [{ msdyn_name: 'D0' }, { msdyn_name: 'D1' }] },
    },
    {
      path: '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account/$ref?$top=1',
      status: 200,
      holds: { value: [{ '@odata.id': `${root}/msdyn_iotdevices({d4})` }] },
    },
    {
      path: '/accounts({fabrikam})/msdyn_account_msdyn_iotdevice_Account?$filter=_msdyn_account_value eq {contoso}',
      status: 200,
      holds: { value: [] },
    },
    { path: '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account/$count', status: 200, text: '5' },
    { path: '/accounts/$count', status: 200, text: '2' },
    { path: "/accounts/$count?$filter=startswith(name,'Con')", status: 200, text: '1' },
    { path: '/accounts/$count?$top=1', status: 400 },
    {
      path: '/accounts({contoso})/name',
      status: 200,
      holds: { '@odata.context': `${root}/$metadata#accounts({contoso})/name`, value: 'Contoso' },
    },
    { path: '/accounts({contoso})/name/$value', status: 200, text: 'Contoso' },
    { path: '/msdyn_iotdevices({d0})/msdyn_timezone/$value', status: 200, text: '10' },
    { path: '/msdyn_iotdevices({d0})/_msdyn_account_value/$value', status: 200, text: '{contoso}' },
    { path: '/accounts({contoso})/description', status: 204, text: '' },
    { path: '/accounts({contoso})/description/$value', status: 204, text: '' },
    { path: '/accounts({contoso})/nam', status: 404 },
    { path: '/accounts({contoso})/name/x', status: 404 },
    { path: '/accounts({contoso})/name/$count', status: 404 },
    { path: '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account/$value', status: 404 },
    { path: '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account({d0})', status: 400 },
    { path: '/accounts/name', status: 404 },
    { path: '/accounts(00000000-0000-0000-0000-000000000001)/name', status: 404 },
    { path: '/accounts(00000000-0000-0000-0000-000000000001)/account_connections1', status: 404 },
    { path: '/accounts(00000000-0000-0000-0000-000000000001)/account_connections1/$count', status: 404 },
  ])('$path is answered with $status', async ({ path, status, text, holds }) => {
    const answer = await get(path);
    expect(answer.faults).toEqual([]);
    expect(answer.status).toBe(status);
    if (text !== undefined) expect(answer.text).toBe(at(text));
    if (holds) expect(answer.json).toMatchObject(JSON.parse(at(JSON.stringify(holds))) as object);
    if (status >= 400) expect(answer.json.error!.message).toBeTruthy();
  });

  test('to a collection goes on by links that stay on it', async () => {
    const path = '/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account?$select=msdyn_name';
    const first = await get(path, { prefer: 'odata.maxpagesize=2' });
    const link = first.json['@odata.nextLink'] as string;
    expect(new URL(link).pathname).toBe(at('/api/data/v9.2/accounts({contoso})/msdyn_account_msdyn_iotdevice_Account'));
    const second = await api.get(link, { prefer: 'odata.maxpagesize=2' });
    expect([...first.json.value!, ...second.json.value!].map(({ msdyn_name }) => msdyn_name)).toEqual([
      'D4',
      'D3',
      'D2',
      'D1',
    ]);
  });

  test('to $count does not take a write', async () => {
    expect((await api.post('/accounts/$count', { name: 'x' })).status).toBe(405);
    expect((await api.send('PUT', at('/accounts({contoso})/name/$value'), 'x')).status).toBe(405);
  });
});

describe('formatted values', () => {
  const prefer = { prefer: `odata.include-annotations="${formattedValue}"` };

  test('name the records that lookups lead to, also inside of what is expanded', async () => {
    const answer = await get(
      '/msdyn_iotalerts({parent})?$select=_msdyn_device_value,_msdyn_parentalert_value&$expand=msdyn_Device($select=_msdyn_account_value)',
      prefer,
    );
    expect(answer.json).toMatchObject({
      [`_msdyn_device_value@${formattedValue}`]: 'D0',
      _msdyn_parentalert_value: null,
      msdyn_Device: { [`_msdyn_account_value@${formattedValue}`]: 'Contoso' },
    });
    expect(answer.json).not.toHaveProperty([`_msdyn_parentalert_value@${formattedValue}`]);
  });

  test('follow the table of a lookup that may lead to several', async () => {
    const answer = await get('/connections({tie})', { prefer: 'odata.include-annotations="*"' });
    expect(answer.json).toMatchObject({
      [`_record1id_value@${formattedValue}`]: 'Contoso',
      '_record1id_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'account',
      '_record1id_value@Microsoft.Dynamics.CRM.associatednavigationproperty': 'record1id_account',
      [`_record2id_value@${formattedValue}`]: 'D0',
      ccs_record2table: 'msdyn_iotdevice',
    });
  });

  test('follow it in a list of a few properties, too', async () => {
    const { json } = await get('/connections?$select=_record1id_value', prefer);
    expect(json.value![0]).toMatchObject({ [`_record1id_value@${formattedValue}`]: 'Contoso' });
    expect(json.value![0]).not.toHaveProperty('ccs_record1table');
    const expanded = await get('/connections?$select=name&$expand=record2id_msdyn_iotdevice($select=msdyn_name)');
    expect(expanded.json.value![0]).toMatchObject({ record2id_msdyn_iotdevice: { msdyn_name: 'D0' } });
  });

  test('are left out where the record is gone', async () => {
    const gone = '00000000-0000-0000-0000-000000000001';
    await api.records.insert('msdyn_iotdevice', {
      msdyn_iotdeviceid: gone,
      msdyn_name: 'Left behind',
      _msdyn_account_value: gone,
    });
    const answer = await api.get(`/msdyn_iotdevices(${gone})?$expand=msdyn_Account`, prefer);
    expect(answer.json).toMatchObject({ _msdyn_account_value: gone, msdyn_Account: null });
    expect(answer.json).not.toHaveProperty([`_msdyn_account_value@${formattedValue}`]);
  });
});

test('an ETag spares no record whose expansion may have changed', async () => {
  const path = '/msdyn_iotdevices({d0})?$select=msdyn_name';
  const etag = (await get(path)).headers.get('ETag')!;
  expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
  expect((await get(`${path}&$expand=msdyn_Account`, { 'if-none-match': etag })).status).toBe(200);
});

test('a connection must have both of its ends, and each may lead to one record', async () => {
  const one = await api.post('/connections', { 'record1id_account@odata.bind': at('/accounts({contoso})') });
  expect([one.status, one.json.error!.message]).toEqual([400, expect.stringContaining('_record2id_value')]);
  const two = await api.post('/connections', {
    'record1id_account@odata.bind': at('/accounts({contoso})'),
    'record1id_msdyn_iotdevice@odata.bind': at('/msdyn_iotdevices({d0})'),
  });
  expect([two.status, two.json.error!.message]).toEqual([400, expect.stringContaining('twice')]);
});

test('every store has the role of a connected device', async () => {
  const { json } = await openWebApi().get(`/connectionroles(${connectedDeviceRole})`);
  expect(json).toMatchObject({ name: 'Connected Device', statecode: 0 });
});
