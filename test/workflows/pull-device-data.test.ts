import { memoryDeviceTwins } from '../../shared/adapters/memory/device-twins';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import type { DeviceDataRequest } from '../../shared/ports/device-data-request';
import { requestData, takeUpData } from '../../shared/workflows/data-requests';
import { giveUp, pullDeviceData } from '../../shared/workflows/pull-device-data';
import { all, seed, start } from '../kit/ingestion';

async function openWorld(count = 5) {
  const [records, twins] = [memoryRecordStore(), memoryDeviceTwins()];
  const clock = { now: start };
  const queue: { task: DeviceDataRequest; after: number | undefined }[] = [];
  const hub = { reads: 0, awayAfter: Infinity };
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    ids.push(await seed(records, 'msdyn_iotdevice', `d${i}`, { msdyn_deviceid: `d${i}` }));
    twins.set(`d${i}`, { reported: { number: i }, reportedVersion: 2, connected: true });
  }
  const deps = {
    records,
    twins: {
      ...twins,
      read: async (deviceId: string) => {
        hub.reads += 1;
        if (hub.reads > hub.awayAfter) throw new ServiceError('hub-unreachable', 'The IoT Hub cannot be reached.');
        return twins.read(deviceId);
      },
    },
    pulls: { add: async (task: DeviceDataRequest, after?: number) => void queue.push({ task, after }) },
    openWork: memoryOpenWork(),
    now: () => clock.now,
  };
  return {
    ids,
    twins,
    records,
    deps,
    hub,
    clock,
    queue,
    task: { request: 'r', requested: start, devices: ids, note: 'n', since: start },
    device: async (id: string) => (await records.get('msdyn_iotdevice', id))!.row,
    history: async () => all(records, 'msdyn_iotdevicedatahistory'),
  };
}

test('each device gets one history row a request, however often the request comes', async () => {
  const { task, deps, history, device, ids } = await openWorld();
  expect(await pullDeviceData(task, deps)).toMatchObject({ pulled: 5, notFound: [], waiting: [] });
  await Promise.all([pullDeviceData(task, deps), pullDeviceData(task, deps)]);
  expect(await history()).toHaveLength(5);
  expect(await device(ids[3]!)).toMatchObject({
    msdyn_devicereportedproperties: '{"number":3}',
    msdyn_connectionstate: true,
  });
  await pullDeviceData({ ...task, request: 's' }, deps);
  expect(await history()).toHaveLength(10);
});

test('a hub that goes away half-way leaves the rest waiting, which is pulled later', async () => {
  const world = await openWorld(20);
  world.hub.awayAfter = 9;
  const result = await pullDeviceData(world.task, world.deps);
  expect(result.pulled).toBeLessThanOrEqual(9);
  expect(result.waiting.length).toBe(20 - result.pulled);
  const later = { ...world.task, devices: result.waiting, since: start + 15_000 };
  expect(world.queue).toEqual([{ task: later, after: 15 }]);
  world.hub.awayAfter = Infinity;
  await pullDeviceData(world.queue[0]!.task, world.deps);
  expect(await world.history()).toHaveLength(20);
});

test('the longer the hub is away, the longer the pause; after an hour the devices say what happened', async () => {
  const world = await openWorld(1);
  world.hub.awayAfter = 0;
  for (const minutes of [1, 10, 59]) {
    world.clock.now = start + minutes * 60_000;
    await pullDeviceData(world.task, world.deps);
  }
  expect(world.queue.map(({ after }) => after)).toEqual([15, 150, 300]);
  world.clock.now = start + 3_600_000;
  expect(await pullDeviceData(world.task, world.deps)).toMatchObject({ givenUp: world.ids, waiting: [] });
  expect(world.queue).toHaveLength(3);
  const { ccs_datamessage: message } = await world.device(world.ids[0]!);
  expect(message).toMatch(/cannot be reached.*msdyn_PullDataForIoTDevice/);
  world.hub.awayAfter = Infinity;
  await pullDeviceData(world.task, world.deps);
  expect((await world.device(world.ids[0]!))['ccs_datamessage'] ?? null).toBeNull();
});

test('a request that failed for other reasons is said on its devices', async () => {
  const world = await openWorld(2);
  await giveUp(world.task, 'It failed.', world.deps);
  for (const id of world.ids) {
    expect((await world.device(id))['ccs_datamessage']).toBe(
      "It failed. Pull the device's data again (msdyn_PullDataForIoTDevice).",
    );
  }
});

test('devices that are gone by now are passed over, and those that the hub does not know are named', async () => {
  const world = await openWorld(2);
  const stranger = await seed(world.records, 'msdyn_iotdevice', 'stranger', { msdyn_deviceid: 'stranger' });
  const { etag } = (await world.records.get('msdyn_iotdevice', world.ids[0]!))!;
  await world.records.remove('msdyn_iotdevice', world.ids[0]!, etag);
  const result = await pullDeviceData({ ...world.task, devices: [...world.ids, stranger] }, world.deps);
  expect(result).toMatchObject({ pulled: 1, notFound: ['stranger'] });
  expect((await world.history()).map((row) => row['msdyn_status']).toSorted()).toEqual([192350000, 192350002]);
});

test('a report that comes while the twin is read is not overwritten by what was read', async () => {
  const world = await openWorld(1);
  const id = world.ids[0]!;
  const deps = {
    ...world.deps,
    twins: {
      ...world.twins,
      read: async (deviceId: string) => {
        const twin = await world.twins.read(deviceId);
        const { row, etag } = (await world.records.get('msdyn_iotdevice', id))!;
        const newer = { ...row, ccs_reportedversion: 3, msdyn_devicereportedproperties: '{"newer":1}' };
        await world.records.replace('msdyn_iotdevice', newer, etag);
        return twin;
      },
    },
  };
  await pullDeviceData(world.task, deps);
  expect(await world.device(id)).toMatchObject({
    ccs_reportedversion: 3,
    msdyn_devicereportedproperties: '{"newer":1}',
    msdyn_connectionstate: true,
  });
});

describe('a request whose message is lost', () => {
  async function openRequest() {
    const world = await openWorld(150);
    await requestData(world.ids, { request: 'r', requested: start }, world.deps);
    const [first, second] = world.queue.splice(0);
    return { ...world, first: first!.task, second: second!.task };
  }

  test('is handed on again within a minute, and what was done is not', async () => {
    const { deps, clock, queue, first, second, history } = await openRequest();
    await pullDeviceData(first, deps);
    clock.now += 29_000;
    expect(await takeUpData(deps)).toBe(0);
    clock.now += 2_000;
    expect(await takeUpData(deps)).toBe(1);
    expect(queue.map(({ task }) => task)).toEqual([{ ...second, since: clock.now }]);
    await pullDeviceData(second, deps);
    await pullDeviceData(queue[0]!.task, deps);
    clock.now += 3_000_000;
    expect(await takeUpData(deps)).toBe(0);
    expect(await history()).toHaveLength(150);
  });

  test('while it waits for the hub is handed on with the devices that are left', async () => {
    const { deps, clock, queue, first, hub, ids } = await openRequest();
    hub.awayAfter = 40;
    const { waiting } = await pullDeviceData(first, deps);
    queue.length = 0;
    clock.now += 31_000;
    // The other message of the request is lost, too.
    expect(await takeUpData(deps)).toBe(1);
    clock.now += 15_000;
    expect(await takeUpData(deps)).toBe(1);
    expect(queue.map(({ task }) => task.devices)).toEqual([ids.slice(100), waiting]);
  });

  test('is not handed on for ever', async () => {
    const { deps, clock, first } = await openRequest();
    clock.now += 31_000;
    expect(await takeUpData(deps)).toBe(2);
    await giveUp({ ...first, since: clock.now }, 'It failed.', deps);
    clock.now += 3 * 3_600_000;
    await takeUpData(deps);
    expect(await deps.openWork.olderThan('data', Number.MAX_SAFE_INTEGER, 9)).toEqual([]);
  });
});
