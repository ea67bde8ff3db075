import { randomUUID } from 'node:crypto';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableOpenWork } from '../../shared/adapters/table/open-work';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { followConnections, settleConnections } from '../../shared/workflows/follow-connections';
import { sendBatch } from '../kit/batch';
import type { Reply } from '../kit/batch';
import { createdId, openWebApi } from '../kit/web-api';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const start = Date.UTC(2026, 10, 21, 8);
const minutes = (count: number) => count * 60_000;

function openWorld({ records, openWork }: ReturnType<(typeof adapters)[number]['open']>) {
  const clock = { now: start };
  let crashing = false;
  const deps = { records, openWork, now: () => (clock.now += 1) };
  const follower = followConnections(deps);
  const followers = {
    ...follower,
    follow: async (changes: Parameters<typeof follower.follow>[0]) => {
      if (crashing) throw new Error('killed');
      await follower.follow(changes);
    },
  };
  const api = openWebApi(records, { followers, now: deps.now, unique: randomUUID });
  const create = async (set: string, body: object) => createdId(await api.post(`/${set}`, body));
  return {
    api,
    clock,
    asset: async (msdyn_name: string, more: object = {}) => create('msdyn_customerassets', { msdyn_name, ...more }),
    device: async (name: string, more: object = {}) =>
      create('msdyn_iotdevices', { msdyn_name: name, msdyn_deviceid: name, ...more }),
    connect: async (asset: string, device: string, more: object = {}) =>
      create('connections', between(asset, device, more)),
    assetOf: async (device: string) => (await records.get('msdyn_iotdevice', device))!.row['_ccs_customerasset_value'],
    settle: async () => (await settleConnections(deps)).length,
    /** What is done while the process is killed before anything follows a write. */
    crashing: async (work: () => Promise<unknown>) => {
      crashing = true;
      await work();
      crashing = false;
    },
  };
}

const between = (asset: string, device: string, more: object = {}) => ({
  'record1id_msdyn_customerasset@odata.bind': `/msdyn_customerassets(${asset})`,
  'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${device})`,
  'record2roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
  ...more,
});

const adapters = [
  { which: 'memory', open: () => ({ records: memoryRecordStore(), openWork: memoryOpenWork() }) },
  {
    which: 'Table Storage',
    open: () => {
      const tables = openTables(azurite);
      return { records: tableRecordStore(tables), openWork: tableOpenWork(tables) };
    },
  },
];

describe.each(adapters)('a device follows its connections, in $which', ({ which, open }) => {
  const named = (name: string) => `${which}-${name}`.replace(' ', '-');

  test('it has the asset that it is connected to, until the connection is changed or deleted', async () => {
    const { asset, device, connect, assetOf, api } = openWorld(open());
    const [boiler, pump] = [await asset('Boiler'), await asset('Pump')];
    const d = await device(named('a'));
    const tie = await connect(boiler, d);
    expect(await assetOf(d)).toBe(boiler);
    await connect(pump, d);
    expect(await assetOf(d)).toBe(boiler);
    expect((await api.patch(`/connections(${tie})`, { statecode: 1 })).status).toBe(204);
    expect(await assetOf(d)).toBe(pump);
    expect((await api.patch(`/connections(${tie})`, { statecode: 0 })).status).toBe(204);
    expect(await assetOf(d)).toBe(boiler);
    expect((await api.send('DELETE', `/connections(${tie})`)).status).toBe(204);
    expect(await assetOf(d)).toBe(pump);
    expect((await api.send('DELETE', `/msdyn_customerassets(${pump})`)).status).toBe(204);
    expect(await assetOf(d)).toBeUndefined();
  });

  test('a connection that is moved to another device moves the asset', async () => {
    const { asset, device, connect, assetOf, api } = openWorld(open());
    const boiler = await asset('Boiler');
    const [one, two] = [await device(named('b1')), await device(named('b2'))];
    const tie = await connect(boiler, one);
    const moved = { 'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${two})` };
    expect((await api.patch(`/connections(${tie})`, moved)).status).toBe(204);
    expect([await assetOf(one), await assetOf(two)]).toEqual([undefined, boiler]);
  });

  test('an asset that was bound by hand stays, whatever is connected', async () => {
    const { asset, device, connect, assetOf, api } = openWorld(open());
    const [boiler, pump] = [await asset('Boiler'), await asset('Pump')];
    const d = await device(named('c'), { 'ccs_CustomerAsset@odata.bind': `/msdyn_customerassets(${pump})` });
    const tie = await connect(boiler, d);
    expect(await assetOf(d)).toBe(pump);
    await api.send('DELETE', `/connections(${tie})`);
    expect(await assetOf(d)).toBe(pump);
  });

  test('a connected device can be deleted on condition of its ETag, and its connections go along', async () => {
    const { asset, device, connect, api } = openWorld(open());
    const boiler = await asset('Boiler');
    const d = await device(named('d'));
    await connect(boiler, d);
    const etag = String((await api.get(`/msdyn_iotdevices(${d})`)).json['@odata.etag']);
    const answer = await api.send('DELETE', `/msdyn_iotdevices(${d})`, undefined, { 'if-match': etag });
    expect([answer.status, answer.faults]).toEqual([204, []]);
    const left = await api.get(`/connections?$filter=_record2id_value eq ${d}`);
    expect(left.json.value).toEqual([]);
  });

  test('an account that it is connected to becomes its own, if it has none', async () => {
    const { device, api } = openWorld(open());
    const ids: string[] = [];
    for (const name of ['Contoso', 'Fabrikam']) ids.push(createdId(await api.post('/accounts', { name })));
    const d = await device(named('e'));
    for (const id of ids) {
      await api.post('/connections', {
        'record1id_account@odata.bind': `/accounts(${id})`,
        'record2id_msdyn_iotdevice@odata.bind': `/msdyn_iotdevices(${d})`,
        'record2roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
      });
    }
    expect((await api.get(`/msdyn_iotdevices(${d})`)).json._msdyn_account_value).toBe(ids[0]);
  });

  test('a crash after the connection was written, changed or deleted is made good within two minutes', async () => {
    const { asset, device, connect, assetOf, api, crashing, settle, clock } = openWorld(open());
    const boiler = await asset('Boiler');
    const d = await device(named('f'));
    await crashing(async () => expect((await api.post('/connections', between(boiler, d))).status).toBe(500));
    expect(await assetOf(d)).toBeUndefined();
    expect(await settle()).toBe(0);
    clock.now += minutes(1.5);
    expect([await settle(), await assetOf(d), await settle()]).toEqual([1, boiler, 0]);

    const tie = await connect(boiler, d);
    await api.send('DELETE', `/connections(${tie})`);
    const [first] = (await api.get(`/connections?$filter=_record2id_value eq ${d}`)).json.value!;
    await crashing(async () => api.send('DELETE', `/connections(${String(first!['connectionid'])})`));
    expect(await assetOf(d)).toBe(boiler);
    clock.now += minutes(1.5);
    expect([await settle(), await assetOf(d), await settle()]).toEqual([1, undefined, 0]);
  });

  test('a connection begins and ends at its times, without anybody writing', async () => {
    const { asset, device, connect, assetOf, settle, clock } = openWorld(open());
    const boiler = await asset('Boiler');
    const d = await device(named('g'));
    const at = (count: number) => new Date(start + minutes(count)).toISOString();
    await connect(boiler, d, { effectivestart: at(60), effectiveend: at(120) });
    expect([await settle(), await assetOf(d)]).toEqual([0, undefined]);
    clock.now = start + minutes(61);
    expect([await settle(), await assetOf(d), await settle()]).toEqual([1, boiler, 0]);
    clock.now = start + minutes(121);
    expect([await settle(), await assetOf(d), await settle()]).toEqual([1, undefined, 0]);
  });

  test('of many connections made and deleted at once, the device shows what is left', async () => {
    const { asset, device, connect, assetOf, api } = openWorld(open());
    const assets = await Promise.all(Array.from({ length: 5 }, async (_, i) => asset(`Asset ${i}`)));
    const d = await device(named('h'));
    const ties = await Promise.all(assets.map(async (each) => connect(each, d)));
    await Promise.all(ties.slice(1).map(async (tie) => api.send('DELETE', `/connections(${tie})`)));
    expect(await assetOf(d)).toBe(assets[0]);
    await api.send('DELETE', `/connections(${ties[0]})`);
    expect(await assetOf(d)).toBeUndefined();
  });

  test('a change set that makes an asset, a device and their connection leaves the device bound', async () => {
    const { api, assetOf } = openWorld(open());
    const post = (id: string, set: string, body: object) => ({ method: 'POST', path: set, id, body });
    const { status, replies } = await sendBatch(api, [
      [
        post('1', 'msdyn_customerassets', { msdyn_name: 'Boiler' }),
        post('2', 'msdyn_iotdevices', { msdyn_name: named('i'), msdyn_deviceid: named('i') }),
        post('3', 'connections', {
          'record1id_msdyn_customerasset@odata.bind': '$1',
          'record2id_msdyn_iotdevice@odata.bind': '$2',
          'record2roleid@odata.bind': `/connectionroles(${connectedDeviceRole})`,
        }),
      ],
    ]);
    expect([status, replies]).toEqual([200, [expect.any(Array)]]);
    const [asset, device] = (replies[0] as Reply[]).map(({ headers }) => idIn(headers.get('odata-entityid')!));
    expect(await assetOf(device!)).toBe(asset);
  });
});

function idIn(address: string): string {
  return /\(([0-9a-f-]{36})\)$/.exec(address)![1]!;
}
