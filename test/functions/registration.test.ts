import { call } from '../kit/actions';
import { registerCustomEntity } from '../../functions/msdyn_RegisterCustomEntity';
import { registerIoTDevice } from '../../functions/msdyn_RegisterIoTDevice';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import { ServiceError } from '../../shared/domain/errors';
import { followConnections } from '../../shared/workflows/follow-connections';
import { deleteRecord } from '../../shared/workflows/delete-record';
import { devicesOf } from '../../shared/domain/device-job';
import type { BatchMessage } from '../../shared/domain/device-job';
import type { Row } from '../../shared/model/edm';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { all, seed, start } from '../kit/ingestion';
import { plainAlertWrites } from '../kit/plain-alert-writes';

const [unregistered, inProgress, registered, failed] = [192350001, 192350002, 192350003, 192350004];
const minutes = (count: number) => new Date(start - count * 60_000).toISOString();
const stranger = '0a0a0a0a-0000-4000-8000-000000000000';

function openWorld() {
  const records = memoryRecordStore();
  const queue = memoryWorkQueue<BatchMessage>();
  let made = 0;
  const clock = { now: start };
  const broken = { after: Infinity };
  const deps = {
    records,
    registrations: {
      add: async (request: BatchMessage) => {
        if (queue.messages.length >= broken.after) throw new ServiceError('queue-unreachable', 'no queue');
        await queue.add(request);
      },
    },
    openWork: memoryOpenWork(),
    registrationTimeout: 600_000,
    now: () => clock.now,
    unique: () => `unique ${(made += 1)}`,
    followers: followConnections({ records, openWork: memoryOpenWork(), now: () => clock.now }),
    alerts: plainAlertWrites(records),
  };
  const world = {
    deps,
    records,
    clock,
    broken,
    /** Devices of each batch that the queue was told of. */
    batches: async () =>
      Promise.all(
        queue.messages.map(async ({ batch }) => devicesOf((await records.get('ccs_devicejobbatch', batch))!.row)),
      ),
    asked: async () => (await world.batches()).flat(),
    device: async (label: string, row: Row = {}) =>
      seed(records, 'msdyn_iotdevice', label, { msdyn_deviceid: label, ...row }),
    deviceNow: async (id: string) => (await records.get('msdyn_iotdevice', id))!.row,
    register: async (ids: string) =>
      call(
        registerIoTDevice(() => deps),
        'msdyn_RegisterIoTDevice',
        { IoTDeviceIds: ids },
      ),
    enable: async (body: object) =>
      call(
        registerCustomEntity(() => deps),
        'msdyn_RegisterCustomEntity',
        body,
      ),
  };
  return world;
}

describe('msdyn_RegisterIoTDevice', () => {
  test('marks devices In Progress and hands them on, and answers 204', async () => {
    const world = openWorld();
    const ids = [await world.device('a'), await world.device('b', { msdyn_registrationstatus: unregistered })];
    const answer = await world.register(`{${ids[0]!.toUpperCase()}}, ,${ids[1]},${ids[0]}`);
    expect([answer.status, answer.text, answer.faults]).toEqual([204, '', []]);
    expect(new Set(await world.asked())).toEqual(new Set(ids));
    for (const id of ids) {
      expect(await world.deviceNow(id)).toMatchObject({
        msdyn_registrationstatus: inProgress,
        ccs_registrationrequestedon: new Date(start).toISOString(),
      });
    }
  });

  test.each([
    {
      which: 'that failed is started again',
      row: { msdyn_registrationstatus: failed, msdyn_registrationmessage: 'x' },
      asked: true,
      status: inProgress,
    },
    {
      which: 'that is registered stays so and is looked after again',
      row: { msdyn_registrationstatus: registered },
      asked: true,
      status: registered,
    },
    {
      which: 'that is in progress is left alone',
      row: { msdyn_registrationstatus: inProgress, ccs_registrationrequestedon: minutes(9.9) },
      asked: false,
      status: inProgress,
    },
    {
      which: 'that is in progress, but was to be deactivated since, is started again',
      row: {
        msdyn_registrationstatus: inProgress,
        ccs_registrationrequestedon: minutes(1),
        ccs_requestedaction: 192350003,
      },
      asked: true,
      status: inProgress,
    },
    {
      which: 'that was in progress for ten minutes is started again',
      row: { msdyn_registrationstatus: inProgress, ccs_registrationrequestedon: minutes(10) },
      asked: true,
      status: inProgress,
    },
    {
      which: 'that is in progress since nobody knows when is started again',
      row: { msdyn_registrationstatus: inProgress },
      asked: true,
      status: inProgress,
    },
  ])('a device $which', async ({ row, asked, status }) => {
    const world = openWorld();
    const id = await world.device('a', row);
    expect((await world.register(id)).status).toBe(204);
    expect(await world.asked()).toEqual(asked ? [id] : []);
    expect((await world.deviceNow(id))['msdyn_registrationstatus']).toBe(status);
    expect((await world.deviceNow(id))['msdyn_registrationmessage']).toBeUndefined();
  });

  test('asking twice hands on once', async () => {
    const world = openWorld();
    const id = await world.device('a');
    await Promise.all([world.register(id), world.register(id)]);
    expect(await world.asked()).toEqual([id]);
  });

  test('250 devices become three requests', async () => {
    const world = openWorld();
    const ids = await Promise.all(Array.from({ length: 250 }, async (_, i) => world.device(`d${i}`)));
    expect((await world.register(ids.join())).status).toBe(204);
    expect((await world.batches()).map((devices) => devices.length)).toEqual([100, 100, 50]);
    expect(new Set(await world.asked())).toEqual(new Set(ids));
  });

  test('one device that does not exist stops all, and is named', async () => {
    const world = openWorld();
    const id = await world.device('a');
    const { status, json } = await world.register(`${id},${stranger}`);
    expect([status, json.error]).toEqual([
      404,
      { code: '0x80040217', message: `msdyn_iotdevices(${stranger}) does not exist. Nothing was done.` },
    ]);
    expect([await world.asked(), (await world.deviceNow(id))['msdyn_registrationstatus']]).toEqual([[], undefined]);
  });

  test.each([
    { which: 'no ids', ids: ' ,', code: '0x80040203' },
    { which: 'a malformed id', ids: 'abc', code: '0x80060888' },
    { which: 'too many ids', ids: `${stranger},`.repeat(20_001), code: '0x80040203' },
  ])('a list with $which is refused', async ({ ids, code }) => {
    const { status, json } = await openWorld().register(ids);
    expect([status, json.error?.code]).toEqual([400, code]);
  });

  test('a queue that cannot be reached leaves its devices in Error, with a message, and is answered with 503', async () => {
    const world = openWorld();
    world.broken.after = 1;
    const old = await world.device('old', { msdyn_registrationstatus: registered });
    const ids = await Promise.all(Array.from({ length: 150 }, async (_, i) => world.device(`d${i}`)));
    const { status, json, headers } = await world.register([...ids, old].join());
    expect([status, json.error?.code, headers.get('retry-after')]).toEqual([503, '0x80044175', '5']);
    const states = await Promise.all(ids.map(async (id) => (await world.deviceNow(id))['msdyn_registrationstatus']));
    expect(states.filter((state) => state === inProgress)).toHaveLength(100);
    expect(states.filter((state) => state === failed)).toHaveLength(50);
    const error = await world.deviceNow(ids[states.indexOf(failed)]!);
    expect(error['msdyn_registrationmessage']).toContain('could not be queued');
    expect((await world.deviceNow(old))['msdyn_registrationstatus']).toBe(registered);

    world.broken.after = Infinity;
    expect((await world.register(ids.join())).status).toBe(204);
    expect(new Set(await world.asked())).toEqual(new Set(ids));
  });
});

describe('msdyn_RegisterCustomEntity', () => {
  test('gives records a device each, connects them in the role of the connector and registers the devices', async () => {
    const world = openWorld();
    const account = await seed(world.records, 'account', 'Contoso', {});
    const assets = [
      await seed(world.records, 'msdyn_customerasset', 'Boiler', { _msdyn_account_value: account }),
      await seed(world.records, 'msdyn_customerasset', 'Pump', {}),
    ];
    const answer = await world.enable({
      EntityIds: assets.join(','),
      EntityLogicalName: 'msdyn_customerasset',
      DeviceIds: 'boiler-1',
      Names: ',The pump',
    });
    expect([answer.status, answer.text, answer.faults]).toEqual([204, '', []]);
    const devices = await all(world.records, 'msdyn_iotdevice');
    const named = new Map(devices.map((row) => [row['msdyn_deviceid'], row]));
    expect(named.get('boiler-1')).toMatchObject({ msdyn_name: 'Boiler', _ccs_customerasset_value: assets[0] });
    expect(named.get(assets[1])).toMatchObject({ msdyn_name: 'The pump', msdyn_registrationstatus: inProgress });
    const connections = await all(world.records, 'connection');
    expect(connections).toHaveLength(2);
    expect(connections.find((row) => row['_record1id_value'] === assets[0])).toMatchObject({
      ccs_record1table: 'msdyn_customerasset',
      _record2id_value: named.get('boiler-1')!['msdyn_iotdeviceid'],
      ccs_record2table: 'msdyn_iotdevice',
      _record2roleid_value: connectedDeviceRole,
    });
    expect(new Set(await world.asked())).toEqual(new Set(devices.map((row) => row['msdyn_iotdeviceid'])));
  });

  test('registers the devices that a record is connected to, from either end, and creates nothing', async () => {
    const world = openWorld();
    const asset = await seed(world.records, 'msdyn_customerasset', 'Boiler', {});
    const [one, two, off] = [await world.device('one'), await world.device('two'), await world.device('off')];
    const ends = (from: [string, string], to: [string, string], more: Row = {}) => ({
      _record1id_value: from[1],
      ccs_record1table: from[0],
      _record2id_value: to[1],
      ccs_record2table: to[0],
      ...more,
    });
    const [here, there] = [['msdyn_customerasset', asset] as [string, string], 'msdyn_iotdevice'];
    const [role1, role2] = [1, 2].map((end) => ({ [`_record${end}roleid_value`]: connectedDeviceRole }));
    await seed(world.records, 'connection', '1', ends(here, [there, one], role2));
    await seed(world.records, 'connection', '2', ends([there, two], here, role1));
    await seed(world.records, 'connection', '3', ends(here, [there, off], { ...role2, statecode: 1 }));
    await seed(world.records, 'connection', '4', ends(here, [there, off]));
    const body = { EntityIds: asset, EntityLogicalName: 'msdyn_customerasset', DeviceIds: 'ignored' };
    expect((await world.enable(body)).status).toBe(204);
    expect(new Set(await world.asked())).toEqual(new Set([one, two]));
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(3);
    expect(await all(world.records, 'connection')).toHaveLength(4);
  });

  test('connects the device that has the Device ID already', async () => {
    const world = openWorld();
    const account = await seed(world.records, 'account', 'Contoso', {});
    const device = await world.device('meter-1');
    const body = { EntityIds: account, EntityLogicalName: 'account', DeviceIds: 'meter-1' };
    expect((await world.enable(body)).status).toBe(204);
    expect(await world.asked()).toEqual([device]);
    expect(await all(world.records, 'connection')).toMatchObject([{ _record2id_value: device }]);
    expect(await world.deviceNow(device)).toMatchObject({ msdyn_name: 'meter-1', _msdyn_account_value: account });
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1);
  });

  test('takes connections made by hand to records that it cannot know, and devices bound to an asset', async () => {
    const world = openWorld();
    const asset = await seed(world.records, 'msdyn_customerasset', 'Boiler', {});
    const [lift, bound] = [
      await world.device('lift'),
      await world.device('bound', { _ccs_customerasset_value: asset }),
    ];
    await seed(world.records, 'connection', 'lift', {
      _record1id_value: stranger,
      ccs_record1table: 'contoso_elevator',
      _record2id_value: lift,
      ccs_record2table: 'msdyn_iotdevice',
      _record2roleid_value: connectedDeviceRole,
    });
    const body = { EntityIds: stranger, EntityLogicalName: 'Contoso_Elevator', DeviceIds: 'not valid but ignored' };
    expect((await world.enable(body)).status).toBe(204);
    expect((await world.enable({ EntityIds: asset, EntityLogicalName: 'msdyn_customerasset' })).status).toBe(204);
    expect(await world.asked()).toEqual([lift, bound]);
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(2);
    expect(await all(world.records, 'connection')).toHaveLength(1);
  });

  test('takes up its own connection again when that was made inactive', async () => {
    const world = openWorld();
    const body = { EntityIds: stranger, EntityLogicalName: 'contoso_elevator', DeviceIds: 'lift' };
    await world.enable(body);
    const [made] = (await world.records.list('connection', { limit: 1 })).records;
    await world.records.replace('connection', { ...made!.row, statecode: 1, statuscode: 2 }, made!.etag);
    expect((await world.enable(body)).status).toBe(204);
    expect(await all(world.records, 'connection')).toMatchObject([{ statecode: 0, statuscode: 1 }]);
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1);
  });

  test('gives several hundred records their devices, those that have one theirs', async () => {
    const world = openWorld();
    const ids = Array.from({ length: 120 }, (_, i) => `0e1e0a70-0000-4000-8000-${String(i).padStart(12, '0')}`);
    const body = (some: string[]) => ({ EntityIds: some.join(), EntityLogicalName: 'contoso_elevator' });
    expect((await world.enable(body(ids.slice(0, 60)))).status).toBe(204);
    expect((await world.enable(body(ids))).status).toBe(204);
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(120);
    expect(await all(world.records, 'connection')).toHaveLength(120);
    expect(new Set(await world.asked()).size).toBe(120);
  });

  test('leaves an asset to the device as long as they are connected', async () => {
    const world = openWorld();
    const asset = await seed(world.records, 'msdyn_customerasset', 'Boiler', {});
    await world.enable({ EntityIds: asset, EntityLogicalName: 'msdyn_customerasset', DeviceIds: 'boiler-1' });
    const device = String((await all(world.records, 'msdyn_iotdevice'))[0]!['msdyn_iotdeviceid']);
    expect(await world.deviceNow(device)).toMatchObject({ _ccs_customerasset_value: asset });
    const [tie] = await all(world.records, 'connection');
    await deleteRecord(
      { entity: 'connection', by: 'id', id: String(tie!['connectionid']) },
      { mustExist: true, mustBeNew: false },
      world.deps,
    );
    expect(await world.deviceNow(device)).not.toHaveProperty('_ccs_customerasset_value');
  });

  test('takes records of tables that it cannot know', async () => {
    const world = openWorld();
    const body = { EntityIds: stranger, EntityLogicalName: 'contoso_elevator' };
    expect((await world.enable(body)).status).toBe(204);
    expect(await all(world.records, 'msdyn_iotdevice')).toMatchObject([
      { msdyn_name: `contoso_elevator ${stranger}`, msdyn_deviceid: stranger },
    ]);
    expect(await all(world.records, 'connection')).toMatchObject([{ ccs_record1table: 'contoso_elevator' }]);
  });

  test('creates nothing twice, also when it is called twice at once or again', async () => {
    const world = openWorld();
    const body = { EntityIds: stranger, EntityLogicalName: 'contoso_elevator' };
    await Promise.all([world.enable(body), world.enable(body)]);
    await world.enable(body);
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1);
    expect(await all(world.records, 'connection')).toHaveLength(1);
    expect(await world.asked()).toHaveLength(1);
  });

  const table = 'contoso_elevator';
  test.each([
    {
      which: 'a record that does not exist',
      body: { EntityIds: stranger, EntityLogicalName: 'account' },
      status: 404,
      says: `accounts(${stranger}) does not exist`,
    },
    { which: 'a malformed id', body: { EntityIds: 'x', EntityLogicalName: table }, status: 400, says: 'no GUID' },
    {
      which: 'a table that cannot be',
      body: { EntityIds: stranger, EntityLogicalName: 'a b' },
      status: 400,
      says: 'no logical name',
    },
    {
      which: 'devices themselves',
      body: { EntityIds: stranger, EntityLogicalName: 'msdyn_iotdevice' },
      status: 400,
      says: 'msdyn_RegisterIoTDevice',
    },
    {
      which: 'more Device IDs than records',
      body: { EntityIds: stranger, EntityLogicalName: table, DeviceIds: 'a,b' },
      status: 400,
      says: 'DeviceIds has 2 members',
    },
    {
      which: 'more names than records',
      body: { EntityIds: stranger, EntityLogicalName: table, Names: 'a,b' },
      status: 400,
      says: 'Names has 2 members',
    },
    {
      which: 'a Device ID that the hub would refuse',
      body: { EntityIds: stranger, EntityLogicalName: table, DeviceIds: 'a b' },
      status: 400,
      says: 'msdyn_deviceid may hold',
    },
    {
      which: 'a name that is too long',
      body: { EntityIds: stranger, EntityLogicalName: table, Names: 'x'.repeat(101) },
      status: 400,
      says: 'more than 100',
    },
    {
      which: 'no table',
      body: { EntityIds: stranger },
      status: 400,
      says: 'EntityLogicalName of msdyn_RegisterCustomEntity is missing',
    },
  ])('refuses $which, and nothing is done', async ({ body, status, says }) => {
    const world = openWorld();
    const answer = await world.enable(body);
    expect([answer.status, answer.faults]).toEqual([status, []]);
    expect(answer.json.error?.message).toContain(says);
    expect(await all(world.records, 'msdyn_iotdevice')).toEqual([]);
  });
});
