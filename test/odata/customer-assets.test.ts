import { randomUUID } from 'node:crypto';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { Row } from '../../shared/model/edm';
import type { EntityName } from '../../shared/model/entities';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { formattedValue } from '../../shared/odata/preferences';
import type { RecordStore } from '../../shared/ports/record-store';
import { sendBatch } from '../kit/batch';
import type { Reply } from '../kit/batch';
import { createdId, openWebApi } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const [unknown, unregistered, registered, failed] = [192350000, 192350001, 192350003, 192350004];
const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 8, minute)).toISOString();
const nothing = { msdyn_alert: false, msdyn_alertcount: 0, msdyn_lastalerttime: null };

/**
 * Assets of Contoso: the boiler is connected to two devices (one from the other side), the pump is bound by the lookup of a
 * device, the fan holds the Device ID of one, the press is connected to two and holds the Device ID of a third; nothing
 * belongs to the chair. The boiler has two primary alerts, one of them closed and with a duplicate; the pump a closed one.
 */
async function fill(api: TestApi) {
  const ids: Record<string, string> = {};
  const create = async (name: string, set: string, body: object) => {
    ids[name] = createdId(await api.post(`/${set}`, body));
  };
  const device = async (name: string, status: number | null, more: object = {}) =>
    create(name, 'msdyn_iotdevices', {
      msdyn_name: name,
      msdyn_deviceid: name,
      msdyn_registrationstatus: status,
      ...more,
    });
  const asset = async (name: string, more: object = {}) =>
    create(name, 'msdyn_customerassets', {
      msdyn_name: name,
      'msdyn_Account@odata.bind': `/accounts(${ids['contoso']})`,
      ...more,
    });
  const connect = async (name: string, to: string, deviceEnd: 1 | 2, more: object = {}) =>
    create(`${name}-${to}`, 'connections', {
      [`record${3 - deviceEnd}id_msdyn_customerasset@odata.bind`]: `/msdyn_customerassets(${ids[name]})`,
      [`record${deviceEnd}id_msdyn_iotdevice@odata.bind`]: `/msdyn_iotdevices(${ids[to]})`,
      [`record${deviceEnd}roleid@odata.bind`]: `/connectionroles(${connectedDeviceRole})`,
      ...more,
    });
  const alert = async (name: string, of: string, minute: number, more: object = {}) =>
    create(name, 'msdyn_iotalerts', {
      msdyn_description: name,
      msdyn_alerttime: at(minute),
      'msdyn_CustomerAsset@odata.bind': `/msdyn_customerassets(${ids[of]})`,
      ...more,
    });

  await create('contoso', 'accounts', { name: 'Contoso' });
  await asset('boiler');
  await asset('pump');
  await asset('fan', { msdyn_deviceid: 'f1' });
  await asset('press', { msdyn_deviceid: 'p3' });
  await asset('chair', { msdyn_deviceid: 'nobody' });
  await device('b1', registered);
  await device('b2', failed);
  await device('off', unregistered);
  await device('u1', registered, { 'ccs_CustomerAsset@odata.bind': `/msdyn_customerassets(${ids['pump']})` });
  await device('f1', null);
  for (const name of ['p1', 'p2']) await device(name, registered);
  await device('p3', failed);
  await connect('boiler', 'b1', 2);
  await connect('boiler', 'b2', 1);
  await connect('boiler', 'off', 2, { statecode: 1 });
  await connect('press', 'p1', 2);
  await connect('press', 'p2', 2);
  await alert('hot', 'boiler', 1);
  await alert('cold', 'boiler', 2, { statecode: 3 });
  await alert('cold again', 'boiler', 5, { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${ids['cold']})` });
  await alert('loud', 'pump', 3, { statecode: 3 });
  return ids;
}

describe.each<{ which: string; open: () => RecordStore }>([
  { which: 'memory', open: memoryRecordStore },
  { which: 'Table Storage', open: () => tableRecordStore(openTables(azurite)) },
])('what customer assets show of their devices and alerts, in $which', ({ open }) => {
  let api: TestApi;
  let ids: Record<string, string>;
  beforeAll(async () => {
    api = openWebApi(open(), { unique: randomUUID });
    ids = await fill(api);
  });
  const names = async (query: string, prefer?: string) => {
    const answer = await api.get(`/msdyn_customerassets?${query}`, prefer === undefined ? {} : { prefer });
    expect([answer.status, answer.faults, answer.json.error]).toEqual([200, [], undefined]);
    return answer.json.value!.map((row) => row['msdyn_name']);
  };

  test.each<{ name: string; shows: object }>([
    {
      name: 'boiler',
      shows: { msdyn_registrationstatus: failed, msdyn_alert: true, msdyn_alertcount: 2, msdyn_lastalerttime: at(5) },
    },
    {
      name: 'pump',
      shows: {
        msdyn_registrationstatus: registered,
        msdyn_alert: false,
        msdyn_alertcount: 1,
        msdyn_lastalerttime: at(3),
      },
    },
    { name: 'fan', shows: { msdyn_registrationstatus: unregistered, ...nothing } },
    { name: 'press', shows: { msdyn_registrationstatus: registered, ...nothing } },
    { name: 'chair', shows: { msdyn_registrationstatus: unknown, ...nothing } },
  ])('the $name, read alone and in a list', async ({ name, shows }) => {
    const address = `/msdyn_customerassets(${ids[name]})`;
    expect((await api.get(address)).json).toMatchObject({ msdyn_name: name, ...shows });
    const columns = Object.keys(shows).join(',');
    const {
      '@odata.context': _,
      '@odata.etag': __,
      ...selected
    } = (await api.get(`${address}?$select=${columns}`)).json;
    expect(selected).toEqual({ ...shows, msdyn_customerassetid: ids[name] });
    const list = (await api.get('/msdyn_customerassets')).json.value!;
    expect(list.find((row) => row['msdyn_name'] === name)).toMatchObject(shows);
    const path = `/accounts(${ids['contoso']})/msdyn_account_msdyn_customerasset_Account`;
    expect((await api.get(path)).json.value!.find((row) => row['msdyn_name'] === name)).toMatchObject(shows);
  });

  test('a single value, and its formatted value', async () => {
    const address = `/msdyn_customerassets(${ids['boiler']})`;
    expect((await api.get(`${address}/msdyn_alertcount/$value`)).text).toBe('2');
    expect((await api.get(`${address}/msdyn_registrationstatus`)).json.value).toBe(failed);
    const formatted = await api.get(`${address}?$select=msdyn_alert,msdyn_registrationstatus`, {
      prefer: `odata.include-annotations="${formattedValue}"`,
    });
    expect(formatted.json).toMatchObject({
      [`msdyn_alert@${formattedValue}`]: 'Yes',
      [`msdyn_registrationstatus@${formattedValue}`]: 'Error',
    });
  });

  test.each<{ which: string; query: string; found: string[] }>([
    { which: 'a flag', query: '$filter=msdyn_alert', found: ['boiler'] },
    { which: 'a flag and a value', query: '$filter=msdyn_alert eq false and msdyn_alertcount gt 0', found: ['pump'] },
    {
      which: 'a status, and a stored column',
      query: `$filter=msdyn_registrationstatus eq ${registered} and startswith(msdyn_name,'p')&$select=msdyn_name`,
      found: ['press', 'pump'],
    },
    {
      which: 'one of several statuses',
      query: `$filter=msdyn_registrationstatus in (${unknown},${unregistered})`,
      found: ['chair', 'fan'],
    },
    { which: 'a time', query: `$filter=msdyn_lastalerttime ge ${at(4)}`, found: ['boiler'] },
    { which: 'no time', query: '$filter=msdyn_lastalerttime eq null&$top=2', found: ['chair', 'press'] },
    {
      which: 'an order',
      query: '$orderby=msdyn_alertcount desc,msdyn_name&$select=msdyn_name',
      found: ['boiler', 'pump', 'chair', 'fan', 'press'],
    },
  ])('can be looked for by $which', async ({ query, found }) => {
    expect(await names(query)).toEqual(found);
  });

  test('can be counted, and read page by page', async () => {
    expect((await api.get('/msdyn_customerassets/$count?$filter=msdyn_alertcount eq 0')).text).toBe('3');
    const query = '$filter=msdyn_alertcount eq 0&$count=true&$select=msdyn_name';
    const first = await api.get(`/msdyn_customerassets?${query}`, { prefer: 'odata.maxpagesize=2' });
    expect([first.json['@odata.count'], first.json.value!.length]).toEqual([3, 2]);
    const second = await api.get(String(first.json['@odata.nextLink']), { prefer: 'odata.maxpagesize=2' });
    expect(second.json.value!.map((row) => row['msdyn_name'])).toEqual(['fan']);
    expect(second.json['@odata.nextLink']).toBeUndefined();
  });

  test('come along with what is expanded, from either side', async () => {
    const alerts = await api.get(
      '/msdyn_iotalerts?$select=msdyn_description&$expand=msdyn_CustomerAsset($select=msdyn_alertcount)',
    );
    expect(
      Object.fromEntries(
        alerts.json.value!.map((row) => [
          row['msdyn_description'],
          (row['msdyn_CustomerAsset'] as { msdyn_alertcount: number }).msdyn_alertcount,
        ]),
      ),
    ).toEqual({ hot: 2, cold: 2, 'cold again': 2, loud: 1 });
    const collection = 'msdyn_account_msdyn_customerasset_Account';
    const account = await api.get(
      `/accounts(${ids['contoso']})?$expand=${collection}($filter=msdyn_alert eq true;$select=msdyn_alertcount)`,
    );
    expect(account.json[collection]).toMatchObject([{ msdyn_alertcount: 2 }]);
    const device = await api.get(`/msdyn_iotdevices(${ids['u1']})?$expand=ccs_CustomerAsset`);
    expect(device.json['ccs_CustomerAsset']).toMatchObject({
      msdyn_registrationstatus: registered,
      msdyn_alertcount: 1,
    });
    const followed = await api.get(`/msdyn_iotdevices(${ids['u1']})/ccs_CustomerAsset`);
    expect(followed.json).toMatchObject({ msdyn_registrationstatus: registered, msdyn_alertcount: 1 });
  });

  test('come along with the answer to a write, in a change set too', async () => {
    const prefer = 'return=representation';
    const address = `/msdyn_customerassets(${ids['boiler']})`;
    const changed = await api.patch(address, { msdyn_name: 'boiler' }, { prefer });
    expect(changed.json).toMatchObject({ msdyn_registrationstatus: failed, msdyn_alertcount: 2 });
    const body = { msdyn_name: 'boiler' };
    const url = `msdyn_customerassets(${ids['boiler']})?$select=msdyn_alertcount`;
    const { replies } = await sendBatch(api, [[{ method: 'PATCH', path: url, id: '1', body, headers: { prefer } }]]);
    expect((replies[0] as Reply[])[0]!.json).toMatchObject({ msdyn_alertcount: 2 });
  });

  test('are sent again to a caller who has the record as it is stored', async () => {
    const address = `/msdyn_customerassets(${ids['pump']})`;
    const etag = (await api.get(address)).headers.get('etag')!;
    expect((await api.get(address, { 'if-none-match': etag })).status).toBe(200);
    expect((await api.get(`${address}?$select=msdyn_name`, { 'if-none-match': etag })).status).toBe(304);
  });

  test('cannot be written, and are not stored', async () => {
    const { status, json } = await api.patch(`/msdyn_customerassets(${ids['pump']})`, { msdyn_alertcount: 7 });
    expect([status, json.error?.message]).toEqual([400, expect.stringContaining("'msdyn_alertcount'")]);
    expect(await api.records.get('msdyn_customerasset', ids['boiler']!)).not.toHaveProperty('row.msdyn_alertcount');
  });
});

test('more assets than can be asked for by their ids are summed up all the same', async () => {
  const api = openWebApi(tableRecordStore(openTables(await startedAnew())), { unique: randomUUID });
  const devices: string[] = [];
  for (let i = 0; i < 60; i += 1) {
    const asset = createdId(await api.post('/msdyn_customerassets', { msdyn_name: `Asset ${i}` }));
    const bind = { 'ccs_CustomerAsset@odata.bind': `/msdyn_customerassets(${asset})` };
    const body = { msdyn_name: `D${i}`, msdyn_registrationstatus: i % 2 === 0 ? registered : failed, ...bind };
    devices.push(createdId(await api.post('/msdyn_iotdevices', body)));
  }
  const count = await api.get(`/msdyn_customerassets/$count?$filter=msdyn_registrationstatus eq ${failed}`);
  expect([count.text, devices.length]).toEqual(['30', 60]);
  const page = await api.get('/msdyn_customerassets');
  expect(page.json.value).toHaveLength(50);
  expect((await api.get(String(page.json['@odata.nextLink']))).json.value).toHaveLength(10);
  expect((await api.get('/msdyn_customerassets?$select=msdyn_name')).json.value).toHaveLength(60);
});

let another: Azurite | undefined;
async function startedAnew(): Promise<Azurite> {
  another = await startAzurite();
  return another;
}
afterAll(() => another?.stop());

describe('more than one request may look at', () => {
  /** A store in which one table never ends. */
  const endless = (name: EntityName, row: Row): RecordStore => {
    const records = memoryRecordStore();
    const page = { records: Array.from({ length: 1000 }, () => ({ row, etag: 'W/"1"' })), next: 'more' };
    return { ...records, list: async (of, request) => (of === name ? page : records.list(of, request)) };
  };

  test('of alerts is refused with a way out, except in the answer to a write, which leaves the record out', async () => {
    const row: Row = {};
    const api = openWebApi(endless('msdyn_iotalert', row));
    const id = createdId(await api.post('/msdyn_customerassets', { msdyn_name: 'Boiler' }));
    Object.assign(row, { msdyn_iotalertid: id, _msdyn_customerasset_value: id });
    const read = await api.get(`/msdyn_customerassets(${id})`);
    expect([read.status, read.json.error?.message]).toEqual([400, expect.stringContaining('leave these columns out')]);
    expect((await api.get(`/msdyn_customerassets(${id})?$select=msdyn_name`)).status).toBe(200);
    const prefer = 'return=representation';
    const written = await api.patch(`/msdyn_customerassets(${id})`, { msdyn_name: 'Pump' }, { prefer });
    expect([written.status, written.text]).toEqual([204, '']);
    expect(written.headers.get('odata-entityid')).toContain(id);
    const select = await api.patch(
      `/msdyn_customerassets(${id})?$select=msdyn_name`,
      { msdyn_name: 'Fan' },
      { prefer },
    );
    expect([select.status, select.json['msdyn_name']]).toEqual([200, 'Fan']);
  });

  test('of assets to filter by their figures is refused', async () => {
    const api = openWebApi(endless('msdyn_customerasset', { msdyn_customerassetid: randomUUID() }));
    const { status, json } = await api.get('/msdyn_customerassets?$filter=msdyn_alert eq true');
    expect([status, json.error?.message]).toEqual([400, expect.stringContaining('Narrow the $filter')]);
  });
});
