import { memoryDeviceTwins } from '../../shared/adapters/memory/device-twins';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import type { Row } from '../../shared/model/edm';
import type { TwinWork } from '../../shared/ports/twin-work';
import { askAgain, followTwins } from '../../shared/workflows/follow-twins';
import { putTwinOff, syncTwin } from '../../shared/workflows/sync-twin';
import type { TwinDeps } from '../../shared/workflows/sync-twin';
import { seed, start } from '../kit/ingestion';

const [inProgress, registered, failed] = [192350002, 192350003, 192350004];

/** Everything that syncing twins needs, in memory; `fault` may throw before or after any call that changes something. */
async function openWorld(row: Row = {}) {
  const [records, twins, openWork] = [memoryRecordStore(), memoryDeviceTwins(), memoryOpenWork()];
  const clock = { now: start };
  const queue: (TwinWork & { after: number | undefined })[] = [];
  const hooks = { fault: (_call: string) => {}, hubAway: false, queueAway: false };
  twins.set('pump', { tags: { theirs: 1 } });
  const id = await seed(records, 'msdyn_iotdevice', 'pump', {
    msdyn_deviceid: 'pump',
    msdyn_registrationstatus: registered,
    ...row,
  });
  const faulty =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      hooks.fault(`before ${name}`);
      const result = await call(...args);
      hooks.fault(`after ${name}`);
      return result;
    };
  const reachable =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (hooks.hubAway) throw new ServiceError('hub-unreachable', 'The IoT Hub cannot be reached.');
      return call(...args);
    };
  const deps: TwinDeps = {
    records: { ...records, writeTogether: faulty('write', records.writeTogether) },
    twins: { read: reachable(twins.read), patch: faulty('patch', reachable(twins.patch)) },
    openWork: { ...openWork, done: faulty('done', openWork.done) },
    work: {
      add: async (task, after) => {
        if (hooks.queueAway) throw new ServiceError('queue-unreachable', 'no queue');
        queue.push({ ...task, after });
      },
    },
    now: () => clock.now,
  };
  const device = async () => (await records.get('msdyn_iotdevice', id))!;
  const notes = async () => openWork.olderThan('twin', Infinity, 100);
  return {
    id,
    records,
    twins,
    deps,
    hooks,
    clock,
    queue,
    device: async () => (await device()).row,
    notes,
    hubTags: async () => (await twins.read('pump'))!.tags,
    /** As a caller of the Web API does it: announced, written, followed. */
    write: async (columns: Row) => {
      clock.now += 1000;
      const { row: before, etag } = await device();
      const after = { ...before, ...columns, modifiedon: new Date(clock.now).toISOString() };
      const changes = [{ entity: 'msdyn_iotdevice', id, before, after, set: columns }] as const;
      await followTwins(deps).announce(changes);
      await records.replace('msdyn_iotdevice', after, etag);
      await followTwins(deps).follow(changes);
    },
    /** Takes all messages, those that come on the way included. */
    work: async () => {
      for (let task = queue.shift(); task; task = queue.shift()) await syncTwin(task, deps);
    },
    /** The function is killed at that point, and the message comes again. */
    crashAt: async (point: string) => {
      const calls: string[] = [];
      hooks.fault = (call) => {
        calls.push(call);
        const times = calls.filter((each) => each === call).length;
        if (`${call} ${times}` === point) throw new Error('killed');
      };
      const task = queue[0]!;
      await expect(syncTwin(task, deps)).rejects.toThrow('killed');
      hooks.fault = () => {};
    },
  };
}

test('a written tag reaches the twin and is noted as ours; nothing is left open', async () => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  expect(await world.notes()).toHaveLength(1);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
  expect(await world.device()).toMatchObject({
    ccs_syncedtags: '{"a":1}',
    ccs_twinsyncedon: expect.any(String) as string,
  });
  expect(await world.notes()).toEqual([]);
});

const points = ['write 1', 'patch 1', 'write 2', 'done 1'].flatMap((name) => [`before ${name}`, `after ${name}`]);

test.each(points)('killed %s, it does the same when it is repeated', async (point) => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  await world.crashAt(point);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
  expect((await world.device())['ccs_syncedtags']).toBe('{"a":1}');
  expect(await world.notes()).toEqual([]);
});

test.each(points)('killed %s, nothing of ours stays in the twin when it is not wanted any more', async (point) => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  await world.crashAt(point);
  await world.write({ msdyn_tags: '{"b":2}' });
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, b: 2 });
  expect((await world.device())['ccs_syncedtags']).toBe('{"b":2}');
});

test('messages in any order, and several at once, leave the last state', async () => {
  const world = await openWorld();
  for (const i of [1, 2, 3, 4, 5]) await world.write({ msdyn_tags: JSON.stringify({ [`k${i}`]: i }) });
  await Promise.all(
    world.queue
      .splice(0)
      .toReversed()
      .map(async (task) => syncTwin(task, world.deps)),
  );
  expect(await world.hubTags()).toEqual({ theirs: 1, k5: 5 });
  expect(await world.notes()).toEqual([]);
});

test('a change in the very moment before the twin is written is not overtaken by the older state', async () => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  let once = true;
  world.hooks.fault = (call) => {
    if (call !== 'before patch' || !once) return;
    once = false;
    world.twins.set('pump', { tags: { theirs: 2 } });
  };
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 2, a: 1 });
});

describe('when the hub cannot be reached', () => {
  test('the message comes again a little later, and the note stays', async () => {
    const world = await openWorld();
    await world.write({ msdyn_tags: '{"a":1}' });
    world.hooks.hubAway = true;
    const task = world.queue.shift()!;
    expect((await syncTwin(task, world.deps)).kind).toBe('waiting');
    expect(world.queue).toEqual([{ device: world.id, since: task.since, after: 15 }]);
    expect(await world.notes()).toHaveLength(1);
    expect((await world.device())['ccs_twinmessage']).toBeUndefined();
    world.hooks.hubAway = false;
    await world.work();
    expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
  });

  test('for minutes, the device says so, and whoever looks for old notes asks for it again, once', async () => {
    const world = await openWorld();
    await world.write({ msdyn_tags: '{"a":1}' });
    world.hooks.hubAway = true;
    world.clock.now += 110_000;
    await syncTwin(world.queue.shift()!, world.deps);
    expect(world.queue).toEqual([]);
    expect((await world.device())['ccs_twinmessage']).toMatch(/wait.*cannot be reached.*by themselves/);
    world.clock.now += 30_000;
    expect([await askAgain(world.deps), await askAgain(world.deps)]).toEqual([1, 0]);
    expect(world.queue).toHaveLength(1);
    world.hooks.hubAway = false;
    await world.work();
    expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
    expect((await world.device())['ccs_twinmessage'] ?? null).toBeNull();
    expect(await world.notes()).toEqual([]);
  });
});

test('a queue that cannot be reached does not fail the write; the note is found', async () => {
  const world = await openWorld();
  world.hooks.queueAway = true;
  await world.write({ msdyn_tags: '{"a":1}' });
  expect(world.queue).toEqual([]);
  world.hooks.queueAway = false;
  world.clock.now += 121_000;
  expect(await askAgain(world.deps)).toBe(1);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
});

test('tags that change while a device is being registered are set when it is', async () => {
  const world = await openWorld({ msdyn_registrationstatus: inProgress });
  await world.write({ msdyn_tags: '{"a":1}' });
  const task = world.queue.shift()!;
  expect(await syncTwin(task, world.deps)).toMatchObject({ kind: 'waiting' });
  const stored = (await world.records.get('msdyn_iotdevice', world.id))!;
  await world.records.replace('msdyn_iotdevice', { ...stored.row, msdyn_registrationstatus: registered }, stored.etag);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
});

test('a registration that fails leaves nothing open', async () => {
  const world = await openWorld({ msdyn_registrationstatus: inProgress });
  await world.write({ msdyn_tags: '{"a":1}' });
  const stored = (await world.records.get('msdyn_iotdevice', world.id))!;
  await world.records.replace('msdyn_iotdevice', { ...stored.row, msdyn_registrationstatus: failed }, stored.etag);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1 });
  expect(await world.notes()).toEqual([]);
});

test('what the hub refuses is said on the device, and is not tried for ever', async () => {
  const world = await openWorld();
  await world.write({ msdyn_tags: JSON.stringify({ a: 'x'.repeat(4000), b: 'y'.repeat(3900) }) });
  world.twins.set('pump', { tags: { theirs: 'z'.repeat(4000) } });
  await world.work();
  expect((await world.device())['ccs_twinmessage']).toMatch(/refuses it.*Change the device's tags/);
  expect([world.queue, await world.notes()]).toEqual([[], []]);
  await world.write({ msdyn_tags: '{"a":1}' });
  await world.work();
  expect((await world.device())['ccs_twinmessage'] ?? null).toBeNull();
});

test('a device whose record is gone leaves nothing open', async () => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  const { etag } = (await world.records.get('msdyn_iotdevice', world.id))!;
  await world.records.remove('msdyn_iotdevice', world.id, etag);
  await world.work();
  expect([await world.notes(), world.twins.patches]).toEqual([[], []]);
});

test('a twin that is put off after a fault says so, is tried again by itself, and says nothing any more', async () => {
  const world = await openWorld();
  await world.write({ msdyn_tags: '{"a":1}' });
  world.queue.length = 0;
  for (const note of await world.notes()) await world.deps.openWork.done('twin', note);
  await putTwinOff(world.id, world.deps);
  expect((await world.device())['ccs_twinmessage']).toMatch(/its log says why.*tried again by themselves/);
  world.clock.now += 121_000;
  expect(await askAgain(world.deps)).toBe(1);
  await world.work();
  expect(await world.hubTags()).toEqual({ theirs: 1, a: 1 });
  expect((await world.device())['ccs_twinmessage'] ?? null).toBeNull();
  expect(await world.notes()).toEqual([]);
});
