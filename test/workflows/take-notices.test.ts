import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import type { HubNotice } from '../../shared/domain/hub-notice';
import type { DeviceDataRequest } from '../../shared/ports/device-data-request';
import { takeUpData } from '../../shared/workflows/data-requests';
import { takeNotices } from '../../shared/workflows/take-notices';
import { all, event, seed, start } from '../kit/ingestion';

const source = { hub: 'hub', partition: '1' };
const registered = 192350003;

function notice(
  sequence: number,
  messageSource: string,
  opType: string,
  deviceId: string,
  body: object = {},
): HubNotice {
  return {
    event: event(sequence, body, { messageSource, connectionDeviceId: deviceId }),
    properties: { opType, deviceId, operationTimestamp: new Date(start + sequence * 1000).toISOString() },
  };
}
const connected = (sequence: number, deviceId: string, is = true) =>
  notice(sequence, 'deviceConnectionStateEvents', is ? 'deviceConnected' : 'deviceDisconnected', deviceId, {
    sequenceNumber: sequence.toString(16),
  });
const reported = (sequence: number, deviceId: string, version: number, values: object) =>
  notice(sequence, 'twinChangeEvents', 'updateTwin', deviceId, {
    properties: { reported: { ...values, $version: version } },
  });

async function openWorld() {
  const records = memoryRecordStore();
  const pulls: DeviceDataRequest[] = [];
  const clock = { now: start };
  const hooks = { writes: 0, beforeWrite: () => {}, queueAway: false };
  const deps = {
    records: {
      ...records,
      writeTogether: async (...args: Parameters<typeof records.writeTogether>) => {
        hooks.writes += 1;
        hooks.beforeWrite();
        return records.writeTogether(...args);
      },
    },
    pulls: {
      add: async (task: DeviceDataRequest) => {
        if (hooks.queueAway) throw new ServiceError('queue-unreachable', 'no queue');
        pulls.push(task);
      },
    },
    openWork: memoryOpenWork(),
    now: () => clock.now,
  };
  return {
    clock,
    records,
    deps,
    hooks,
    pulls,
    add: async (deviceId: string) =>
      seed(records, 'msdyn_iotdevice', deviceId, { msdyn_deviceid: deviceId, msdyn_registrationstatus: registered }),
    device: async (id: string) => (await records.get('msdyn_iotdevice', id))!.row,
  };
}

test('all that is told of a device in a batch is one write, in the order of the hub', async () => {
  const world = await openWorld();
  const [a, b] = [await world.add('a'), await world.add('b')];
  const batch = [
    connected(4, 'a', false),
    connected(1, 'a'),
    connected(2, 'b'),
    reported(3, 'a', 2, { x: 1 }),
    connected(5, 'a'),
    reported(6, 'a', 3, { y: 2 }),
  ];
  expect(await takeNotices(source, batch, world.deps)).toMatchObject({
    changed: 2,
    unregistered: [],
    pulled: [],
    parked: [],
  });
  expect(world.hooks.writes).toBe(2);
  expect(await world.device(a)).toMatchObject({
    msdyn_connectionstate: true,
    msdyn_devicereportedproperties: '{"x":1,"y":2}',
    ccs_reportedversion: 3,
  });
  expect((await world.device(b))['msdyn_connectionstate']).toBe(true);
  // Delivered once more, it is old news.
  expect(await takeNotices(source, batch, world.deps)).toMatchObject({ changed: 0 });
  expect(world.hooks.writes).toBe(2);
});

test('devices without a record are nobody’s business', async () => {
  const world = await openWorld();
  const batch = [connected(1, 'stranger'), notice(2, 'deviceLifecycleEvents', 'createDeviceIdentity', 'stranger')];
  expect(await takeNotices(source, batch, world.deps)).toEqual({
    changed: 0,
    unregistered: [],
    pulled: [],
    parked: [],
  });
});

test('a deleted identity unregisters the device, and is told once', async () => {
  const world = await openWorld();
  const id = await world.add('a');
  const batch = [notice(1, 'deviceLifecycleEvents', 'deleteDeviceIdentity', 'a')];
  expect(await takeNotices(source, batch, world.deps)).toMatchObject({ changed: 1, unregistered: ['a'] });
  expect((await world.device(id))['msdyn_registrationstatus']).toBe(192350001);
  expect(await takeNotices(source, batch, world.deps)).toMatchObject({ changed: 0, unregistered: [] });
});

test('what cannot be understood is parked with its reason, and the others are taken', async () => {
  const world = await openWorld();
  const id = await world.add('a');
  const bad = notice(1, 'twinChangeEvents', 'exploded', 'a');
  const taken = await takeNotices(source, [bad, connected(2, 'a')], world.deps);
  expect(taken.parked).toMatchObject([
    { ccs_parkedreason: 'unknown-operation', ccs_sequencenumber: '1', msdyn_deviceid: 'a' },
  ]);
  expect((await world.device(id))['msdyn_connectionstate']).toBe(true);
  expect((await takeNotices(source, [bad, connected(2, 'a')], world.deps)).parked).toEqual([]);
  expect(await all(world.records, 'ccs_parkedmessage')).toHaveLength(1);
});

test('reports that are missing have the twins read, in one request that is the same when the batch comes again', async () => {
  const world = await openWorld();
  const ids = [await world.add('a'), await world.add('b')];
  await world.add('c');
  const batch = [reported(1, 'a', 5, { x: 1 }), reported(2, 'b', 9, { x: 1 }), reported(3, 'c', 2, { x: 1 })];
  const taken = await takeNotices(source, batch, world.deps);
  expect(taken.pulled.toSorted()).toEqual(['a', 'b']);
  expect(world.pulls).toHaveLength(1);
  expect(world.pulls[0]!.devices.toSorted()).toEqual(ids.toSorted());
  expect((await takeNotices(source, batch, world.deps)).pulled).toEqual([]);
});

test('a queue that cannot be reached holds nobody up: the twin is read when it is back', async () => {
  const world = await openWorld();
  const id = await world.add('a');
  world.hooks.queueAway = true;
  await takeNotices(source, [reported(1, 'a', 5, { x: 1 })], world.deps);
  expect((await world.device(id))['ccs_reportedversion']).toBe(5);
  world.hooks.queueAway = false;
  world.clock.now += 60_000;
  expect(await takeUpData(world.deps)).toBe(1);
  expect(world.pulls).toMatchObject([{ devices: [id] }]);
});

test('a storage that fails on the way changes nothing about the result', async () => {
  const world = await openWorld();
  const ids = await Promise.all(Array.from({ length: 30 }, async (_, i) => world.add(`d${i}`)));
  const batch = ids.map((_, i) => connected(i + 1, `d${i}`));
  let left = 7;
  world.hooks.beforeWrite = () => {
    if ((left -= 1) === 0) throw new ServiceError('storage-unavailable', 'The storage is away.');
  };
  await expect(takeNotices(source, batch, world.deps)).rejects.toThrow('away');
  await takeNotices(source, batch, world.deps);
  for (const id of ids) expect((await world.device(id))['msdyn_connectionstate']).toBe(true);
});

test('somebody else’s change of the device in between is kept', async () => {
  const world = await openWorld();
  const id = await world.add('a');
  let once = true;
  const writeTogether = world.deps.records.writeTogether;
  world.deps.records.writeTogether = async (...args) => {
    if (once) {
      once = false;
      const { row, etag } = (await world.records.get('msdyn_iotdevice', id))!;
      await world.records.replace('msdyn_iotdevice', { ...row, msdyn_name: 'other' }, etag);
    }
    return writeTogether(...args);
  };
  await takeNotices(source, [connected(1, 'a')], world.deps);
  expect(await world.device(id)).toMatchObject({ msdyn_name: 'other', msdyn_connectionstate: true });
});
