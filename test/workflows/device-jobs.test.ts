import { untouchedTwin } from '../../shared/domain/device-twin';
import { ServiceError } from '../../shared/domain/errors';
import { askForImport } from '../../shared/workflows/ask-for-import';
import { endDeviceBatch } from '../../shared/workflows/end-device-batch';
import { runDeviceBatch } from '../../shared/workflows/run-device-batch';
import { followTwins } from '../../shared/workflows/follow-twins';
import { sweepDeviceJobs } from '../../shared/workflows/sweep-device-jobs';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import type { TwinWork } from '../../shared/ports/twin-work';
import { deviceJobs } from '../kit/device-jobs';
import { all } from '../kit/ingestion';

const [unknown, unregistered, inProgress, registered, failed] = [192350000, 192350001, 192350002, 192350003, 192350004];
const [succeeded, notSucceeded] = [192350000, 192350001];
const away = new ServiceError('hub-unreachable', 'The IoT Hub cannot be reached.');

describe('a registration', () => {
  test('creates identities with their twins in one request and says so, in the device, its history and the job', async () => {
    const world = deviceJobs();
    const tags = '{"building":"7","old":null}';
    const id = await world.device('a', { msdyn_tags: tags, msdyn_devicesettings: '{"interval":30}' });
    const other = await world.device('b');
    const job = await world.ask('Register', [id, other]);
    await world.work();
    expect(world.hub.calls).toEqual(['create']);
    expect(world.hub.identities.get('a')).toMatchObject({ tags: { building: '7' }, desired: { interval: 30 } });
    expect(await world.deviceNow(id)).toMatchObject({ msdyn_registrationstatus: registered, msdyn_tags: tags });
    const rows = await world.history();
    expect(rows.map((row) => row['msdyn_name']).toSorted()).toEqual(['a: registered', 'b: registered']);
    expect(rows.find((row) => row['_msdyn_device_value'] === id)).toMatchObject({
      msdyn_action: 192350000,
      ccs_outcome: succeeded,
    });
    expect(await world.job(job)).toMatchObject({ ccs_total: 2, ccs_finished: 2, ccs_failed: 0, statuscode: 2 });
    expect(await world.openJobs()).toEqual([]);
  });

  test('fails for those that the hub refuses only, with what to do', async () => {
    const world = deviceJobs();
    const good = await world.device('good');
    const bad = await world.device('bad', { msdyn_tags: '{"a b":1}' });
    const job = await world.ask('Register', [good, bad]);
    const message = expect.stringMatching(/no name for a property.*register it again/) as string;
    expect(await world.work()).toMatchObject([{ action: 'Register', failures: [{ device: 'bad', message }] }]);
    expect((await world.deviceNow(good)).msdyn_registrationstatus).toBe(registered);
    const wrong = await world.deviceNow(bad);
    expect(wrong.msdyn_registrationstatus).toBe(failed);
    expect(wrong.msdyn_registrationmessage).toMatch(/no name for a property.*register it again/);
    const rows = await world.history();
    expect(rows.find((row) => row['_msdyn_device_value'] === bad)).toMatchObject({
      msdyn_name: 'bad: failed',
      ccs_outcome: notSucceeded,
      ccs_message: wrong.msdyn_registrationmessage,
    });
    expect(await world.job(job)).toMatchObject({ ccs_finished: 2, ccs_failed: 1, statuscode: 3 });
  });

  test('takes over what the hub has: enabled, in its twin what is ours now, and theirs as it was', async () => {
    const world = deviceJobs();
    const id = await world.device('a', {
      msdyn_tags: '{"building":"7","none":null}',
      ccs_syncedtags: '{"building":"6","old":1}',
    });
    const own = { tags: { building: '6', old: 1, theirs: true }, desired: { x: 1 } };
    world.hub.identities.set('a', { ...untouchedTwin, deviceId: 'a', enabled: false, ...own });
    await world.ask('Register', [id]);
    await world.work();
    const { enabled, tags, desired } = world.hub.identities.get('a')!;
    expect({ enabled, tags, desired }).toEqual({
      enabled: true,
      tags: { building: '7', theirs: true },
      desired: { x: 1 },
    });
    expect(await world.deviceNow(id)).toMatchObject({
      msdyn_registrationstatus: registered,
      ccs_syncedtags: '{"building":"7"}',
      ccs_syncedsettings: '{}',
      ccs_twinsyncedon: new Date(world.clock.now).toISOString(),
    });
    expect((await world.deviceNow(id)).msdyn_registrationmessage).toContain('already');
    expect(await world.history()).toMatchObject([{ msdyn_name: 'a: registered' }]);
  });

  test('remembers what it sent with the identity, and forgets it when the device is unregistered', async () => {
    const world = deviceJobs();
    const id = await world.device('a', { msdyn_tags: '{"building":"7","none":null}', msdyn_devicesettings: '{"b":2}' });
    const sent = { ccs_syncedtags: '{"building":"7"}', ccs_syncedsettings: '{"b":2}' };
    await world.ask('Register', [id]);
    expect(await world.deviceNow(id)).toMatchObject({ ...sent, msdyn_registrationstatus: inProgress });
    expect((await world.deviceNow(id)).ccs_twinsyncedon).toBeUndefined();
    await world.work();
    const synced = { ...sent, ccs_twinsyncedon: new Date(world.clock.now).toISOString() };
    expect(await world.deviceNow(id)).toMatchObject({ ...synced, msdyn_registrationstatus: registered });
    await world.ask('Unregister', [id]);
    await world.work();
    const after = await world.deviceNow(id);
    expect(after.msdyn_registrationstatus).toBe(unregistered);
    for (const column of ['ccs_syncedtags', 'ccs_syncedsettings', 'ccs_twinsyncedon'])
      expect(after).not.toHaveProperty(column);
  });

  test('of tags that change before its outcome is written has the twin brought up to date once more', async () => {
    const world = deviceJobs();
    const id = await world.device('a', { msdyn_tags: '{"building":"7"}' });
    await world.ask('Register', [id]);
    const { create } = world.hub;
    world.hub.create = async (devices) => {
      const { row, etag } = (await world.records.get('msdyn_iotdevice', id))!;
      await world.records.replace('msdyn_iotdevice', { ...row, msdyn_tags: '{"building":"8"}' }, etag);
      return create(devices);
    };
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({ ccs_syncedtags: '{"building":"7"}' });
    expect(await world.deps.openWork.olderThan('twin', Number.MAX_SAFE_INTEGER, 9)).toMatchObject([{ key: id }]);
  });

  test('of a registered device looks after it and changes nothing that is right', async () => {
    const world = deviceJobs();
    const id = await world.device('a');
    await world.ask('Register', [id]);
    await world.work();
    world.hub.calls.length = 0;
    await world.ask('Register', [id]);
    expect((await world.deviceNow(id)).msdyn_registrationstatus).toBe(registered);
    await world.work();
    expect(world.hub.calls).toEqual(['find']);
    expect(await world.history()).toHaveLength(2);
  });

  test('of a device without a Device ID gives it the id of its record', async () => {
    const world = deviceJobs();
    const id = await world.device('a', { msdyn_deviceid: null });
    await world.ask('Register', [id]);
    await world.work();
    expect((await world.deviceNow(id)).msdyn_deviceid).toBe(id);
    expect([...world.hub.identities.keys()]).toEqual([id]);
  });

  test('that is told of twice, or again after it was done, changes nothing more', async () => {
    const world = deviceJobs();
    const job = await world.ask('Register', [await world.device('a')]);
    const [message] = world.queue.messages;
    world.queue.messages.push(message!);
    expect((await world.work()).map(({ kind }) => kind)).toEqual(['done', 'nothing']);
    expect(world.hub.calls).toEqual(['create']);
    expect(await world.history()).toHaveLength(1);
    expect(await world.job(job)).toMatchObject({ ccs_finished: 1 });
  });

  test('counts devices that were deleted meanwhile as failed, by name', async () => {
    const world = deviceJobs();
    const [id, kept] = [await world.device('a'), await world.device('b')];
    const job = await world.ask('Register', [id, kept]);
    const stored = (await world.records.get('msdyn_iotdevice', id))!;
    await world.records.remove('msdyn_iotdevice', id, stored.etag);
    await world.work();
    expect(await world.job(job)).toMatchObject({ ccs_finished: 2, ccs_failed: 1 });
    expect((await world.job(job))['ccs_message']).toContain(id);
    expect([...world.hub.identities.keys()]).toEqual(['b']);
  });

  test('keeps what somebody else writes to the device in the meantime', async () => {
    const world = deviceJobs();
    const id = await world.device('a');
    await world.ask('Register', [id]);
    const { create } = world.hub;
    world.hub.create = async (devices) => {
      const stored = (await world.records.get('msdyn_iotdevice', id))!;
      await world.records.replace('msdyn_iotdevice', { ...stored.row, msdyn_name: 'renamed' }, stored.etag);
      return create(devices);
    };
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({ msdyn_name: 'renamed', msdyn_registrationstatus: registered });
    expect(await world.history()).toHaveLength(1);
  });
});

describe('a hub that is away', () => {
  test('lets registrations wait, which say since when, and they succeed when it is back', async () => {
    const world = deviceJobs();
    const id = await world.device('a');
    const job = await world.ask('Register', [id]);
    world.hub.trouble = away;
    expect(await world.work()).toMatchObject([{ kind: 'waits', reason: 'The IoT Hub cannot be reached.' }]);
    const since = new Date(world.clock.now).toISOString();
    world.clock.now += 500_000;
    await world.work();
    const waiting = await world.deviceNow(id);
    expect(waiting.msdyn_registrationstatus).toBe(inProgress);
    expect(waiting.msdyn_registrationmessage).toContain(`Waiting since ${since}`);
    delete world.hub.trouble;
    world.clock.now += 99_000;
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({ msdyn_registrationstatus: registered });
    expect((await world.deviceNow(id)).msdyn_registrationmessage ?? null).toBeNull();
    expect(await world.job(job)).toMatchObject({ ccs_failed: 0, statuscode: 2 });
    expect(await world.history()).toHaveLength(1);
  });

  test('for too long ends them in Error, but those that it has taken', async () => {
    const world = deviceJobs();
    const [taken, not] = [await world.device('taken'), await world.device('not')];
    const job = await world.ask('Register', [taken, not]);
    world.hub.trouble = away;
    await world.work();
    world.clock.now += 600_000;
    world.hub.identities.set('taken', { ...untouchedTwin, deviceId: 'taken' });
    // It throttles now, but answers when it is asked what it has.
    const { find } = world.hub;
    let asked = 0;
    world.hub.find = async (ids) => {
      asked += 1;
      if (asked > 1) delete world.hub.trouble;
      return find(ids);
    };
    expect(await world.work()).toMatchObject([
      {
        kind: 'given-up',
        failed: 1,
        failures: [{ device: 'not', message: expect.stringMatching(/Ask for it again/) }],
      },
    ]);
    expect((await world.deviceNow(taken)).msdyn_registrationstatus).toBe(registered);
    expect((await world.deviceNow(not)).msdyn_registrationstatus).toBe(failed);
    expect((await world.deviceNow(not)).msdyn_registrationmessage).toMatch(/waiting since .* Ask for it again/);
    expect(await world.history()).toHaveLength(2);
    expect(await world.job(job)).toMatchObject({ ccs_finished: 2, ccs_failed: 1, statuscode: 3 });
    expect(await world.openJobs()).toEqual([]);
  });
});

describe('a batch that is cut short', () => {
  test('after the hub has done it is finished without a second creation', async () => {
    const world = deviceJobs();
    const ids = await Promise.all(['a', 'b', 'c'].map(async (label) => world.device(label)));
    const job = await world.ask('Register', ids);
    const { create } = world.hub;
    world.hub.create = async (devices) => {
      await create(devices);
      throw new Error('killed');
    };
    const message = world.queue.messages.shift()!;
    await expect(runDeviceBatch(message, world.deps)).rejects.toThrow('killed');
    world.hub.create = create;
    expect(await sweepDeviceJobs(world.deps)).toEqual({ queued: 0, ended: [] });
    world.clock.now += 121_000;
    expect(await sweepDeviceJobs(world.deps)).toEqual({ queued: 1, ended: [] });
    expect(await sweepDeviceJobs(world.deps)).toEqual({ queued: 0, ended: [] });
    await world.work();
    expect(world.hub.calls).toEqual(['create', 'find']);
    expect(await world.history()).toHaveLength(3);
    expect(await world.job(job)).toMatchObject({ ccs_finished: 3, ccs_failed: 0, statuscode: 2 });
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('at its write number %s is counted once all the same', async (at) => {
    const store = memoryRecordStore();
    let left = Infinity;
    const cut =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        left -= 1;
        if (left === 0) throw new Error('killed');
        return call(...args);
      };
    const world = deviceJobs({
      ...store,
      replace: cut(store.replace),
      writeTogether: cut(store.writeTogether),
    });
    const ids = await Promise.all(Array.from({ length: 130 }, async (_, i) => world.device(`d${i}`)));
    const job = await world.ask('Register', ids);
    left = at;
    for (let i = 0; i < 10 && (await world.openJobs()).length > 0; i += 1) {
      for (const message of world.queue.messages.splice(0)) {
        await runDeviceBatch(message, world.deps).catch((error: Error) => expect(error.message).toBe('killed'));
      }
      world.clock.now += 400_000;
      await sweepDeviceJobs(world.deps);
    }
    expect(await world.job(job)).toMatchObject({ ccs_finished: 130, ccs_failed: 0, statuscode: 2 });
    const history = await world.history();
    expect(new Set(history.map((row) => row['_msdyn_device_value'])).size).toBe(130);
    expect(history).toHaveLength(130);
    expect(world.hub.calls.filter((call) => call === 'create')).toHaveLength(2);
  });

  test('by a fault of ours fails each time it comes, so that it becomes poison', async () => {
    const world = deviceJobs();
    await world.ask('Register', [await world.device('a')]);
    world.hub.create = async () => {
      throw new Error('fault');
    };
    world.hub.find = world.hub.create as never;
    for (const _ of [1, 2, 3, 4, 5]) {
      await expect(runDeviceBatch(world.queue.messages[0]!, world.deps)).rejects.toThrow('fault');
    }
    expect(world.queue.messages).toHaveLength(1);
  });

  test('between being written and being queued is found', async () => {
    const world = deviceJobs();
    const id = await world.device('a');
    await world.ask('Register', [id]);
    world.queue.messages.length = 0;
    world.clock.now += 299_000;
    expect((await sweepDeviceJobs(world.deps)).queued).toBe(0);
    world.clock.now += 2_000;
    expect((await sweepDeviceJobs(world.deps)).queued).toBe(1);
    await world.work();
    expect((await world.deviceNow(id)).msdyn_registrationstatus).toBe(registered);
  });

  test('while another one is at it comes again when that one may be gone', async () => {
    const world = deviceJobs();
    await world.ask('Register', [await world.device('a')]);
    const [message] = world.queue.messages;
    const { create } = world.hub;
    world.hub.create = async (devices) => {
      expect(await runDeviceBatch(message!, world.deps)).toEqual({ kind: 'busy' });
      return create(devices);
    };
    expect(await world.work()).toMatchObject([{ kind: 'done' }]);
    expect(world.queue.messages).toEqual([message]);
    expect(world.hub.calls).toEqual(['create']);
  });
});

test('poison ends its devices in Error with the reason, and a history row each', async () => {
  const world = deviceJobs();
  const id = await world.device('a');
  const job = await world.ask('Register', [id]);
  expect(await endDeviceBatch(world.queue.messages[0]!.batch, 'It failed five times.', world.deps)).toEqual({
    action: 'Register',
    failed: 1,
    failures: [{ device: 'a', message: 'It failed five times.' }],
  });
  expect(await endDeviceBatch(world.queue.messages[0]!.batch, 'It failed five times.', world.deps)).toBeUndefined();
  expect(await world.deviceNow(id)).toMatchObject({
    msdyn_registrationstatus: failed,
    msdyn_registrationmessage: 'It failed five times.',
  });
  expect(await world.history()).toMatchObject([{ msdyn_name: 'a: failed', ccs_message: 'It failed five times.' }]);
  expect(await world.job(job)).toMatchObject({ ccs_failed: 1, statuscode: 3 });
});

describe('other requests', () => {
  const registeredDevice = async (label = 'a') => {
    const world = deviceJobs();
    const id = await world.device(label);
    await world.ask('Register', [id]);
    await world.work();
    return { world, id };
  };

  test('deactivate and activate a device, whose registration stays', async () => {
    const { world, id } = await registeredDevice();
    await world.ask('Deactivate', [id]);
    await world.work();
    expect(world.hub.identities.get('a')?.enabled).toBe(false);
    expect(await world.deviceNow(id)).toMatchObject({
      statecode: 1,
      statuscode: 2,
      msdyn_registrationstatus: registered,
    });
    await world.ask('Activate', [id]);
    await world.work();
    expect(world.hub.identities.get('a')?.enabled).toBe(true);
    expect(await world.deviceNow(id)).toMatchObject({
      statecode: 0,
      statuscode: 1,
      msdyn_registrationstatus: registered,
    });
    expect((await world.history()).map((row) => row['msdyn_name'])).toEqual([
      'a: activated',
      'a: deactivated',
      'a: registered',
    ]);
  });

  test('unregister a device, also one that the hub does not have', async () => {
    const { world, id } = await registeredDevice();
    const nobody = await world.device('nobody', { msdyn_deviceid: null });
    for (const _ of [1, 2]) {
      const job = await world.ask('Unregister', [id, nobody]);
      await world.work();
      expect(await world.job(job)).toMatchObject({ ccs_finished: 2, ccs_failed: 0 });
      expect((await world.deviceNow(id)).msdyn_registrationstatus).toBe(unregistered);
    }
    expect(world.hub.identities.size).toBe(0);
  });

  test('fail to activate what the hub does not have', async () => {
    const world = deviceJobs();
    const [id, nameless] = [await world.device('a'), await world.device('b', { msdyn_deviceid: null })];
    await world.ask('Activate', [id, nameless]);
    await world.work();
    expect((await world.deviceNow(id)).msdyn_registrationmessage).toContain('Register it first');
    expect((await world.deviceNow(nameless)).msdyn_registrationmessage).toContain('no Device ID');
    expect((await world.history()).map((row) => row['ccs_outcome'])).toEqual([notSucceeded, notSucceeded]);
  });

  test.each([
    { action: 'Activate', word: 'activated', statecode: 0 },
    { action: 'Deactivate', word: 'deactivated', statecode: 1 },
  ] as const)('$action a device that is being registered once it is', async ({ action, word, statecode }) => {
    const world = deviceJobs();
    const id = await world.device('a', { msdyn_tags: '{"building":"7"}' });
    const nameless = await world.device('b', { msdyn_deviceid: null });
    await world.ask('Register', [id, nameless]);
    const first = world.queue.messages.splice(0);
    const job = await world.ask(action, [id, nameless]);
    await world.work();
    world.queue.messages.push(...first);
    await world.work();
    expect(world.hub.identities.get('a')).toMatchObject({ enabled: statecode === 0, tags: { building: '7' } });
    expect(await world.deviceNow(id)).toMatchObject({
      statecode,
      msdyn_registrationstatus: registered,
      msdyn_registrationmessage: 'It was registered first, as had been asked for before.',
      ccs_syncedtags: '{"building":"7"}',
    });
    expect(world.hub.identities.get(nameless)?.enabled).toBe(statecode === 0);
    expect(await world.deviceNow(nameless)).toMatchObject({ statecode, msdyn_deviceid: nameless });
    expect(await world.job(job)).toMatchObject({ ccs_finished: 2, ccs_failed: 0 });
    const names = (await world.history()).map((row) => row['msdyn_name']);
    expect(names.toSorted()).toEqual(
      [`${nameless}: ${word}`, `${nameless}: failed`, `a: ${word}`, 'a: failed'].toSorted(),
    );
  });

  test('activate a device that was unregistered in the same moment: it is not registered, and says so', async () => {
    const { world, id } = await registeredDevice();
    await world.ask('Unregister', [id]);
    const { remove } = world.hub;
    world.hub.remove = async (ids) => {
      const answer = await remove(ids);
      await world.ask('Activate', [id]);
      return answer;
    };
    await world.work();
    expect((await world.deviceNow(id)).msdyn_registrationstatus).toBe(unknown);
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({
      msdyn_registrationstatus: unregistered,
      msdyn_registrationmessage: expect.stringContaining('Register it first') as string,
    });
  });

  test('that cannot be queued leave it registered', async () => {
    const { world, id } = await registeredDevice();
    world.deps.registrations = { add: async () => Promise.reject(new ServiceError('queue-unreachable', 'no queue')) };
    world.hub.trouble = away;
    await expect(world.ask('Unregister', [id])).rejects.toThrow('no queue');
    expect(await world.deviceNow(id)).toMatchObject({
      msdyn_registrationstatus: registered,
      msdyn_registrationmessage: expect.stringContaining('could not be queued') as string,
    });
  });

  test('that unregister and are refused leave it registered', async () => {
    const { world, id } = await registeredDevice();
    await world.ask('Unregister', [id]);
    world.hub.remove = async () => new Map([['a', { kind: 'refused', message: 'no' }]]);
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({
      msdyn_registrationstatus: registered,
      msdyn_registrationmessage: 'The IoT Hub refused it: no. Try again.',
    });
  });

  test('deactivate a device that was to be registered, and the hub refuses it: it ends in Error', async () => {
    const world = deviceJobs();
    const id = await world.device('a', { msdyn_tags: '{"a b":1}' });
    await world.ask('Register', [id]);
    world.queue.messages.length = 0;
    await world.ask('Deactivate', [id]);
    await world.work();
    expect(await world.deviceNow(id)).toMatchObject({
      msdyn_registrationstatus: failed,
      msdyn_registrationmessage: expect.stringContaining('register it again') as string,
    });
  });

  test('that were overtaken by a later one are not carried out', async () => {
    const world = deviceJobs();
    const id = await world.device('a');
    await world.ask('Register', [id]);
    const first = world.queue.messages.splice(0);
    await world.ask('Unregister', [id]);
    await world.work();
    world.queue.messages.push(...first);
    await world.work();
    expect(world.hub.identities.size).toBe(0);
    expect((await world.deviceNow(id)).msdyn_registrationstatus).toBe(unregistered);
    expect(new Set((await world.history()).map((row) => row['msdyn_name']))).toEqual(
      new Set(['a: unregistered', 'a: failed']),
    );
  });
});

describe('an import', () => {
  const identity = (deviceId: string, more = {}) => ({
    ...untouchedTwin,
    deviceId,
    tags: { place: 'hub' },
    reported: { firmware: '2' },
    reportedVersion: 4,
    connected: true,
    lastActivity: Date.parse('2026-02-28T10:00:00.000Z'),
    ...more,
  });

  test('brings in what has no record, and what people entered stays', async () => {
    const world = deviceJobs();
    const known = await world.device('known', { msdyn_tags: '{"place":"ours"}', _msdyn_account_value: 'account' });
    for (const each of [identity('new'), identity('known', { enabled: false }), identity('a,b')]) {
      world.hub.identities.set(each.deviceId, each);
    }
    const { ccs_devicejobid: job } = await askForImport({ DeviceIds: null, DryRun: null }, world.deps);
    await world.work();
    const rows = await all(world.records, 'msdyn_iotdevice');
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row['msdyn_deviceid'] === 'new')).toMatchObject({
      msdyn_name: 'new',
      msdyn_registrationstatus: registered,
      msdyn_tags: '{"place":"hub"}',
      msdyn_devicereportedproperties: '{"firmware":"2"}',
      msdyn_connectionstate: true,
      msdyn_lastactivitytime: '2026-02-28T10:00:00.000Z',
      ccs_reportedversion: 4,
      ccs_syncedtags: '{"place":"hub"}',
      ccs_syncedsettings: '{}',
      statecode: 0,
    });
    expect(await world.deviceNow(known)).toMatchObject({
      msdyn_tags: '{"place":"ours"}',
      _msdyn_account_value: 'account',
      msdyn_registrationstatus: registered,
      statecode: 1,
    });
    const done = await world.job(job!);
    expect(done).toMatchObject({ ccs_total: 3, ccs_finished: 3, ccs_failed: 1, statuscode: 3 });
    expect(done['ccs_message']).toContain("'a,b'");
  });

  test('has the twins follow that differ from what people entered, and no others', async () => {
    const world = deviceJobs();
    const known = await world.device('known', { msdyn_tags: '{"place":"ours"}' });
    for (const each of [identity('new'), identity('known')]) world.hub.identities.set(each.deviceId, each);
    const work = memoryWorkQueue<TwinWork>();
    const deps = { ...world.deps, followers: followTwins({ openWork: world.deps.openWork, work }) };
    await askForImport({ DeviceIds: null, DryRun: null }, deps);
    await runDeviceBatch(world.queue.messages[0]!, deps);
    expect(work.messages).toMatchObject([{ device: known }]);
    expect(await world.deps.openWork.olderThan('twin', Number.MAX_SAFE_INTEGER, 9)).toMatchObject([{ key: known }]);
  });

  test('of more than a page goes on where it was cut short, and doubles nothing', async () => {
    const world = deviceJobs();
    for (let i = 0; i < 1_201; i += 1) world.hub.identities.set(`d${i}`, identity(`d${i}`));
    const { ccs_devicejobid: job } = await askForImport({ DeviceIds: null, DryRun: null }, world.deps);
    await world.work();
    expect(await world.job(job!)).toMatchObject({ ccs_finished: 500, statecode: 0 });
    world.queue.messages.length = 0;
    world.clock.now += 301_000;
    expect((await sweepDeviceJobs(world.deps)).queued).toBe(1);
    while (world.queue.messages.length > 0) await world.work();
    expect(await world.job(job!)).toMatchObject({
      ccs_total: 1_201,
      ccs_finished: 1_201,
      ccs_failed: 0,
      statuscode: 2,
    });
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1_201);
  });

  test('of a list says who is not there', async () => {
    const world = deviceJobs();
    world.hub.identities.set('here', identity('here'));
    const { ccs_devicejobid: job } = await askForImport({ DeviceIds: 'here, nobody,here', DryRun: null }, world.deps);
    await world.work();
    expect(await world.job(job!)).toMatchObject({
      ccs_total: 2,
      ccs_finished: 2,
      ccs_failed: 1,
      ccs_message: "'nobody': the IoT Hub does not have it.",
    });
  });

  test('writes no history: nothing was registered by it', async () => {
    const world = deviceJobs();
    world.hub.identities.set('new', identity('new'));
    await askForImport({ DeviceIds: null, DryRun: null }, world.deps);
    await world.work();
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1);
    expect(await world.history()).toEqual([]);
  });

  test('tries out what would happen, and nothing does', async () => {
    const world = deviceJobs();
    await world.device('known');
    for (const each of [identity('new'), identity('known'), identity('a,b')])
      world.hub.identities.set(each.deviceId, each);
    const { Outcomes, ...figures } = await askForImport({ DeviceIds: null, DryRun: true }, world.deps);
    expect(figures).toEqual({ ccs_devicejobid: null, Devices: 3, Affected: 2 });
    expect(Outcomes.map(({ DeviceId, Outcome }) => [DeviceId, Outcome])).toEqual([
      ['a,b', 'Failed'],
      ['known', 'Updated'],
      ['new', 'Created'],
    ]);
    expect(await all(world.records, 'msdyn_iotdevice')).toHaveLength(1);
    expect(world.queue.messages).toEqual([]);
  });
});
