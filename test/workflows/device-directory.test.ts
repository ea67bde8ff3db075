import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { parseGroupBy } from '../../shared/domain/group-key';
import type { RecordStore } from '../../shared/ports/record-store';
import { deviceDirectory } from '../../shared/workflows/device-directory';
import { factsOf } from '../../shared/workflows/known-device';
import { seed, start } from '../kit/ingestion';

/** A directory over devices that counts what it reads; its time is what `clock` says. */
async function directoryOf(count: number) {
  const store = memoryRecordStore();
  const reads = { one: 0, pages: 0, stamps: 0 };
  const clock = { now: start };
  const records: RecordStore = {
    ...store,
    get: async (...args) => ((reads.one += 1), store.get(...args)),
    getByAlternateKey: async (...args) => ((reads.one += 1), store.getByAlternateKey(...args)),
    list: async (...args) => ((reads.pages += 1), store.list(...args)),
    stamp: async (...args) => ((reads.stamps += 1), store.stamp(...args)),
  };
  const ids = Array.from({ length: count }, (_, i) => `d${i}`);
  for (const id of ids) await seed(store, 'msdyn_iotdevice', id, { msdyn_deviceid: id });
  const groupBy = parseGroupBy('alert.msdyn_deviceid');
  const directory = deviceDirectory(records, { maxAge: 5_000, groupBy, now: () => clock.now });
  return { store, reads, clock, ids, directory };
}

type Kit = Awaited<ReturnType<typeof directoryOf>>;

async function accountsOf({ directory, ids }: Pick<Kit, 'directory' | 'ids'>, how?: 'fresh') {
  const found = await directory.open().find(ids, how);
  return ids.map((id) => found.get(id) && factsOf(found.get(id)!).account);
}

async function change({ store }: Kit, deviceId: string, columns: object) {
  const { row, etag } = (await store.getByAlternateKey('msdyn_iotdevice', deviceId))!;
  expect((await store.replace('msdyn_iotdevice', { ...row, ...columns }, etag)).kind).toBe('replaced');
}

test('as long as no device changes, many are fresh without being read again', async () => {
  const kit = await directoryOf(300);
  await accountsOf(kit, 'fresh');
  const { pages, one } = kit.reads;
  for (let i = 0; i < 20; i += 1) expect(await accountsOf(kit, 'fresh')).toEqual(kit.ids.map(() => null));
  expect(kit.reads).toMatchObject({ pages, one });
});

test('a device that is written is read again, whatever was known of it', async () => {
  const kit = await directoryOf(300);
  await accountsOf(kit, 'fresh');
  await change(kit, 'd7', { _msdyn_account_value: 'owner' });
  expect((await accountsOf(kit, 'fresh'))[7]).toBe('owner');
});

test('the asset that gives a device its account is watched as well', async () => {
  const kit = await directoryOf(20);
  const asset = await seed(kit.store, 'msdyn_customerasset', 'pump', { _msdyn_account_value: 'first' });
  await change(kit, 'd3', { _ccs_customerasset_value: asset });
  expect((await accountsOf(kit, 'fresh'))[3]).toBe('first');
  const { row, etag } = (await kit.store.get('msdyn_customerasset', asset))!;
  await kit.store.replace('msdyn_customerasset', { ...row, _msdyn_account_value: 'second' }, etag);
  expect((await accountsOf(kit, 'fresh'))[3]).toBe('second');
});

test('devices that do not exist are found as soon as they do', async () => {
  const kit = await directoryOf(300);
  const all = { ...kit, ids: [...kit.ids, 'new'] };
  expect((await accountsOf(all)).at(-1)).toBeUndefined();
  expect((await accountsOf(all)).at(-1)).toBeUndefined();
  await seed(kit.store, 'msdyn_iotdevice', 'new', { msdyn_deviceid: 'new' });
  expect((await accountsOf(all)).at(-1)).toBeNull();
});

test('a storm of devices that nobody knows does not read all devices for every batch', async () => {
  const kit = await directoryOf(100);
  const strangers = { ...kit, ids: Array.from({ length: 500 }, (_, i) => `stranger ${i}`) };
  for (let i = 0; i < 20; i += 1) expect(await accountsOf(strangers)).toEqual(strangers.ids.map(() => undefined));
  expect(kit.reads.pages).toBeLessThan(3);
});

test('few devices are read alone, and reading all of them waits until that is paid for', async () => {
  const kit = await directoryOf(2_500);
  await accountsOf({ ...kit, ids: kit.ids.slice(0, 4) }, 'fresh');
  expect(kit.reads).toMatchObject({ pages: 0, stamps: 0 });
  for (let i = 0; i < 15; i += 1) {
    await change(kit, 'd0', { msdyn_name: `changed ${i}` });
    await accountsOf({ ...kit, ids: kit.ids.slice(0, 40) }, 'fresh');
  }
  expect(kit.reads.pages).toBeGreaterThan(2);
  expect(kit.reads.pages * 32).toBeLessThan(3 * 15 * 40);
});

test('several batches at once share what they read, and none gets an answer from before its question', async () => {
  const kit = await directoryOf(300);
  const asked = Array.from({ length: 8 }, async () => accountsOf(kit, 'fresh'));
  await Promise.all(asked);
  expect(kit.reads.pages).toBeLessThanOrEqual(2);
  const early = accountsOf(kit, 'fresh');
  await change(kit, 'd9', { _msdyn_account_value: 'owner' });
  const late = await accountsOf(kit, 'fresh');
  await early;
  expect(late[9]).toBe('owner');
});

test('one stamp makes all that a view asks for fresh', async () => {
  const kit = await directoryOf(300);
  await accountsOf(kit, 'fresh');
  const view = kit.directory.open();
  await view.find(kit.ids.slice(0, 100), 'fresh');
  const { one, stamps } = kit.reads;
  await view.find(kit.ids.slice(100, 105), 'fresh');
  await view.find(kit.ids.slice(105), 'fresh');
  expect(kit.reads).toMatchObject({ one, stamps });
  await change(kit, 'd7', { _msdyn_account_value: 'owner' });
  expect((await accountsOf(kit, 'fresh'))[7]).toBe('owner');
});

test('devices that send one after the other are believed by stamps, and never longer than their age', async () => {
  const kit = await directoryOf(40);
  const one = async (i: number) => accountsOf({ ...kit, ids: [kit.ids[i % 40]!] });
  for (let i = 0; i < 40; i += 1) await one(i);
  const { one: before } = kit.reads;
  for (let i = 0; i < 400; i += 1) {
    kit.clock.now += 100;
    await one(i);
  }
  expect(kit.reads.one - before).toBeLessThan(100);
  await change(kit, 'd0', { _msdyn_account_value: 'owner' });
  kit.clock.now += 5_001;
  expect(await one(0)).toEqual(['owner']);
});

test('what was only believed is read when it is needed fresh, in the same view', async () => {
  const kit = await directoryOf(20);
  for (let i = 0; i < 3; i += 1) await accountsOf(kit);
  const view = kit.directory.open();
  await view.find(['d3']);
  await change(kit, 'd3', { _msdyn_account_value: 'owner' });
  const fresh = (await view.find(['d3'], 'fresh')).get('d3');
  expect(factsOf(fresh!).account).toBe('owner');
});
