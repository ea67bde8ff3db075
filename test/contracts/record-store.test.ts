import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { makeId, shardCount, shardOf } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { ListRequest, RecordStore, Stored } from '../../shared/ports/record-store';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

let counter = 0;
const start = Date.UTC(2026, 10, 21);

/** An id of our making, a second newer than the one before. */
function nextId(shard?: number): string {
  counter += 1;
  const seed = `record ${counter}`;
  return makeId({ time: start + counter * 1000, shard: shard ?? shardOf(seed), seed });
}

/** An id as a client would choose it. */
function chosenId(): string {
  counter += 1;
  return `c0ffee00-0000-4000-8000-${String(counter).padStart(12, '0')}`;
}

const deviceId = () => `device-${(counter += 1)}`;
const device = (row: Row = {}): Row => ({ msdyn_iotdeviceid: nextId(), msdyn_name: 'Thermostat', ...row });
const account = (row: Row = {}): Row => ({ accountid: nextId(), name: 'Contoso', ...row });

async function everything(store: RecordStore, name: EntityName, request: Omit<ListRequest, 'after'>) {
  const pages: Stored[][] = [];
  let after: string | undefined;
  do {
    const page = await store.list(name, { ...request, ...(after && { after }) });
    pages.push(page.records);
    after = page.next;
  } while (after !== undefined && pages.length < 200);
  return { pages, rows: pages.flat().map(({ row }) => row) };
}

const ids = (name: EntityName, rows: readonly Row[]) => rows.map((row) => row[entity(name).key]);

describe.each<{ which: string; open: () => RecordStore }>([
  { which: 'memory', open: memoryRecordStore },
  { which: 'Table Storage', open: () => tableRecordStore(openTables({ connectionString: azurite.connectionString })) },
])('records in $which', ({ open }) => {
  let store: RecordStore;
  beforeAll(() => {
    store = open();
  });

  test('a record comes back as it was written, nulls left out', async () => {
    const row = device({
      msdyn_deviceid: deviceId(),
      _msdyn_account_value: chosenId(),
      msdyn_connectionstate: true,
      msdyn_registrationstatus: 192350003,
      msdyn_lastactivitytime: '2026-11-21T04:14:50.000Z',
      msdyn_timezone: -1500,
      msdyn_tags: '{"building":"Überlingen \\"7\\""}',
      msdyn_registrationmessage: '',
    });
    const inserted = await store.insert('msdyn_iotdevice', { ...row, msdyn_devicesettings: null });
    expect(await store.get('msdyn_iotdevice', String(row.msdyn_iotdeviceid))).toEqual({
      row,
      etag: inserted.kind === 'inserted' ? inserted.etag : 'none',
    });
  });

  test('decimals and very long texts come back as they were written', async () => {
    const alert: Row = {
      msdyn_iotalertid: nextId(),
      ccs_reading: 113,
      ccs_threshold: -0.1,
      msdyn_alertdata: 'é'.repeat(8192),
    };
    await store.insert('msdyn_iotalert', alert);
    expect((await store.get('msdyn_iotalert', String(alert.msdyn_iotalertid)))?.row).toEqual(alert);
    const parked: Row = { ccs_parkedmessageid: nextId(), ccs_body: `x${'ab𝄞'.repeat(30_000)}` };
    await store.insert('ccs_parkedmessage', parked);
    const back = await store.get('ccs_parkedmessage', String(parked.ccs_parkedmessageid));
    // Not toEqual: what that prints about a difference would fill screens.
    expect(back?.row.ccs_body === parked.ccs_body).toBe(true);
  });

  test('a record that does not exist is undefined', async () => {
    expect(await store.get('account', nextId())).toBeUndefined();
    expect(await store.get('account', chosenId())).toBeUndefined();
    expect(await store.getByAlternateKey('msdyn_iotdevice', deviceId())).toBeUndefined();
  });

  test('an id in use is refused and the first record stays', async () => {
    const row = account();
    await store.insert('account', row);
    expect(await store.insert('account', { ...row, name: 'Other' })).toEqual({ kind: 'exists', property: 'accountid' });
    expect((await store.get('account', String(row.accountid)))?.row.name).toBe('Contoso');
  });

  test('an id in use is refused for a device too, and its device id stays free', async () => {
    const [first, second] = [deviceId(), deviceId()];
    const row = device({ msdyn_deviceid: first });
    await store.insert('msdyn_iotdevice', row);
    expect(await store.insert('msdyn_iotdevice', row)).toEqual({ kind: 'exists', property: 'msdyn_iotdeviceid' });
    expect(await store.insert('msdyn_iotdevice', { ...row, msdyn_deviceid: second })).toMatchObject({ kind: 'exists' });
    expect(await store.insert('msdyn_iotdevice', device({ msdyn_deviceid: second }))).toMatchObject({
      kind: 'inserted',
    });
    expect((await store.getByAlternateKey('msdyn_iotdevice', first))?.row).toEqual(row);
  });

  test('replacing needs the latest ETag and gives a new one', async () => {
    const row = account({ telephone1: '1' });
    const id = String(row.accountid);
    await store.insert('account', row);
    const first = (await store.get('account', id))!.etag;
    expect(first).toMatch(/^W\/"\d+"$/);
    const replaced = await store.replace('account', { accountid: id, name: 'New' }, first);
    expect(replaced).toMatchObject({ kind: 'replaced' });
    expect(await store.get('account', id)).toEqual({
      row: { accountid: id, name: 'New' },
      etag: replaced.kind === 'replaced' && replaced.etag,
    });
    expect(await store.replace('account', row, first)).toEqual({ kind: 'changed' });
  });

  test.each([
    { which: 'of another record', etag: 'W/"202601010000001"' },
    { which: 'that is none', etag: 'nonsense' },
    { which: 'with a quote in it', etag: `W/"'"` },
    { which: 'for any', etag: '*' },
  ])('an ETag $which replaces nothing', async ({ etag }) => {
    const row = account();
    await store.insert('account', row);
    expect(await store.replace('account', { ...row, name: 'New' }, etag)).toEqual({ kind: 'changed' });
  });

  test('a record that does not exist cannot be replaced', async () => {
    const there = account();
    await store.insert('account', there);
    const { etag } = (await store.get('account', String(there.accountid)))!;
    expect(await store.replace('account', account(), etag)).toEqual({ kind: 'changed' });
  });

  test('of 32 racing replacements one wins', async () => {
    const row = account();
    await store.insert('account', row);
    const { etag } = (await store.get('account', String(row.accountid)))!;
    const results = await Promise.all(
      Array.from({ length: 32 }, (_, i) => store.replace('account', { ...row, name: `${i}` }, etag)),
    );
    expect(results.filter(({ kind }) => kind === 'replaced')).toHaveLength(1);
  });

  test('of 32 racing devices with one device id one wins, and it is the one that is found', async () => {
    const wanted = deviceId();
    const rows = Array.from({ length: 32 }, () => device({ msdyn_deviceid: wanted }));
    const results = await Promise.all(rows.map((row) => store.insert('msdyn_iotdevice', row)));
    const winners = rows.filter((_, i) => results[i]!.kind === 'inserted');
    expect(winners).toHaveLength(1);
    expect((await store.getByAlternateKey('msdyn_iotdevice', wanted))?.row).toEqual(winners[0]);
    const { rows: left } = await everything(store, 'msdyn_iotdevice', {
      equals: { msdyn_deviceid: wanted },
      limit: 50,
    });
    expect(left).toEqual(winners);
  });

  test('of 16 devices that race to change to one device id one wins, the others keep theirs', async () => {
    const wanted = deviceId();
    const rows = Array.from({ length: 16 }, () => device({ msdyn_deviceid: deviceId() }));
    const results = await Promise.all(
      rows.map(async (row) => {
        const inserted = await store.insert('msdyn_iotdevice', row);
        if (inserted.kind !== 'inserted') throw new Error('not inserted');
        return store.replace('msdyn_iotdevice', { ...row, msdyn_deviceid: wanted }, inserted.etag);
      }),
    );
    expect(results.filter(({ kind }) => kind === 'replaced')).toHaveLength(1);
    const winner = rows[results.findIndex(({ kind }) => kind === 'replaced')]!;
    expect((await store.getByAlternateKey('msdyn_iotdevice', wanted))?.row.msdyn_iotdeviceid).toBe(
      winner.msdyn_iotdeviceid,
    );
    for (const row of rows.filter((each) => each !== winner)) {
      expect((await store.getByAlternateKey('msdyn_iotdevice', String(row.msdyn_deviceid)))?.row).toEqual(row);
    }
  });

  test('a changed device id is found at once, and the old one is free again', async () => {
    const [old, fresh] = [deviceId(), deviceId()];
    const row = device({ msdyn_deviceid: old });
    const inserted = await store.insert('msdyn_iotdevice', row);
    const etag = inserted.kind === 'inserted' ? inserted.etag : '';
    const moved = { ...row, msdyn_deviceid: fresh };
    expect(await store.replace('msdyn_iotdevice', moved, etag)).toMatchObject({ kind: 'replaced' });
    expect((await store.getByAlternateKey('msdyn_iotdevice', fresh))?.row).toEqual(moved);
    expect(await store.getByAlternateKey('msdyn_iotdevice', old)).toBeUndefined();
    expect(await store.insert('msdyn_iotdevice', device({ msdyn_deviceid: old }))).toMatchObject({ kind: 'inserted' });
  });

  test('a device id that another device has is refused on a change, and nothing changes', async () => {
    const [mine, theirs] = [deviceId(), deviceId()];
    const row = device({ msdyn_deviceid: mine });
    const inserted = await store.insert('msdyn_iotdevice', row);
    await store.insert('msdyn_iotdevice', device({ msdyn_deviceid: theirs }));
    const change = { ...row, msdyn_deviceid: theirs };
    expect(await store.replace('msdyn_iotdevice', change, inserted.kind === 'inserted' ? inserted.etag : '')).toEqual({
      kind: 'exists',
      property: 'msdyn_deviceid',
    });
    expect((await store.getByAlternateKey('msdyn_iotdevice', mine))?.row).toEqual(row);
  });

  test('a device may lose its device id and get it back', async () => {
    const wanted = deviceId();
    const row = device({ msdyn_deviceid: wanted });
    let etag = '';
    const inserted = await store.insert('msdyn_iotdevice', row);
    if (inserted.kind === 'inserted') etag = inserted.etag;
    for (const value of [null, wanted]) {
      const result = await store.replace('msdyn_iotdevice', { ...row, msdyn_deviceid: value }, etag);
      if (result.kind === 'replaced') etag = result.etag;
      const found = await store.getByAlternateKey('msdyn_iotdevice', wanted);
      expect(found?.etag).toBe(value === null ? undefined : etag);
    }
  });

  test.each([
    "it's-'quoted'",
    'a/b\\c#d?e',
    '%20%2F+%',
    'ünïcode-℃-🌡',
    'UPPER-lower',
    '~7e~',
    '$()*!;=@:._-',
    ' space ',
    'tab\there',
    '長い名前'.repeat(25),
  ])('the device id %j is found, by itself only', async (value) => {
    const row = device({ msdyn_deviceid: value });
    expect(await store.insert('msdyn_iotdevice', row)).toMatchObject({ kind: 'inserted' });
    expect((await store.getByAlternateKey('msdyn_iotdevice', value))?.row).toEqual(row);
    const swapped = value.replace(/[a-z]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    if (swapped !== value) expect(await store.getByAlternateKey('msdyn_iotdevice', swapped)).toBeUndefined();
    const { records } = await store.list('msdyn_iotdevice', { equals: { msdyn_deviceid: value }, limit: 5 });
    expect(records.map((record) => record.row)).toEqual([row]);
  });

  test('a removed record is gone, and its device id is free again', async () => {
    const row = device({ msdyn_deviceid: deviceId() });
    const id = String(row.msdyn_iotdeviceid);
    const first = await store.insert('msdyn_iotdevice', row);
    const stale = first.kind === 'inserted' ? first.etag : '';
    const replaced = await store.replace('msdyn_iotdevice', { ...row, msdyn_name: 'T2' }, stale);
    const etag = replaced.kind === 'replaced' ? replaced.etag : '';
    expect(await store.remove('msdyn_iotdevice', id, stale)).toEqual({ kind: 'changed' });
    expect((await store.get('msdyn_iotdevice', id))?.etag).toBe(etag);
    expect(await store.remove('msdyn_iotdevice', id, etag)).toEqual({ kind: 'removed' });
    expect(await store.remove('msdyn_iotdevice', id, etag)).toEqual({ kind: 'changed' });
    expect(await store.get('msdyn_iotdevice', id)).toBeUndefined();
    expect(await store.getByAlternateKey('msdyn_iotdevice', String(row.msdyn_deviceid))).toBeUndefined();
    const { records } = await store.list('msdyn_iotdevice', { equals: { msdyn_iotdeviceid: id }, limit: 5 });
    expect(records).toEqual([]);
    const next = device({ msdyn_deviceid: row.msdyn_deviceid! });
    expect(await store.insert('msdyn_iotdevice', next)).toMatchObject({ kind: 'inserted' });
    expect((await store.getByAlternateKey('msdyn_iotdevice', String(row.msdyn_deviceid)))?.row).toEqual(next);
  });

  test.each([3, 60])('of %s wanted records those that are there are read, in the order of their ids', async (count) => {
    const made = Array.from({ length: count }, () => account({ accountid: counter % 5 === 0 ? chosenId() : nextId() }));
    for (const row of made) await store.insert('account', row);
    const wanted = made.flatMap(({ accountid }) => [String(accountid), chosenId(), nextId()]).toReversed();
    const found = await store.getMany('account', wanted);
    expect(found.map((stored) => stored?.row['accountid'] ?? null)).toEqual(
      wanted.map((id) => (made.some(({ accountid }) => accountid === id) ? id : null)),
    );
    const first = (await store.get(
      'account',
      wanted.find((_, i) => found[i])!,
    ))!;
    expect(found.find(Boolean)).toEqual(first);
    expect(await store.getMany('account', [])).toEqual([]);
  });

  test('wanted records that lie far apart are all found', async () => {
    const made: string[] = [];
    for (let i = 0; i < 150; i += 1) {
      const row = account({ accountid: nextId(5) });
      await store.insert('account', row);
      if (i % 70 === 0) made.push(String(row.accountid));
    }
    const wanted = [...made, ...Array.from({ length: 30 }, () => nextId(5))];
    const found = await store.getMany('account', wanted);
    expect(found.map((stored) => stored !== undefined)).toEqual(wanted.map((id) => made.includes(id)));
  });

  test('devices whose Device IDs stay are replaced together with rows of their history', async () => {
    const rows = [1, 2].map(() => device({ msdyn_iotdeviceid: nextId(2), msdyn_deviceid: deviceId() }));
    for (const row of rows) await store.insert('msdyn_iotdevice', row);
    const stored = await store.getMany(
      'msdyn_iotdevice',
      rows.map((row) => String(row['msdyn_iotdeviceid'])),
    );
    const history = { msdyn_iotdeviceregistrationhistoryid: nextId(2), msdyn_name: 'registered' };
    const writes = [
      ...stored.map((each) => ({
        entity: 'msdyn_iotdevice' as const,
        row: { ...each!.row, msdyn_name: 'renamed' },
        etag: each!.etag,
        before: each!.row,
      })),
      { entity: 'msdyn_iotdeviceregistrationhistory' as const, row: history },
    ];
    expect((await store.writeTogether(writes)).kind).toBe('written');
    expect(await store.writeTogether(writes)).toEqual({ kind: 'changed' });
    const found = await store.getByAlternateKey('msdyn_iotdevice', String(rows[0]!['msdyn_deviceid']));
    expect(found?.row['msdyn_name']).toBe('renamed');
    const name = 'msdyn_iotdeviceregistrationhistory';
    expect((await store.get(name, history.msdyn_iotdeviceregistrationhistoryid))?.row).toEqual(history);
  });

  test.each([
    { which: 'a new value', was: { msdyn_timezone: 60 }, change: { msdyn_timezone: 120, msdyn_tags: '{"a":1}' } },
    { which: 'a value that goes', was: { msdyn_tags: '{"a":1}' }, change: { msdyn_tags: null, msdyn_timezone: 60 } },
    { which: 'a text in pieces', was: {}, change: { ccs_devices: `${'x'.repeat(40_000)}é` } },
    {
      which: 'a text that is in one piece now',
      was: { ccs_devices: 'y'.repeat(70_000) },
      change: { ccs_devices: 'z' },
    },
  ])('$which is written to a record that is known, and the rest of it stays', async ({ was, change }) => {
    const isBatch = 'ccs_devices' in change;
    const name = isBatch ? 'ccs_devicejobbatch' : 'msdyn_iotdevice';
    const id = nextId(4);
    const first: Row = isBatch
      ? { ccs_devicejobbatchid: id, ccs_name: 'Batch 1', ...was }
      : device({ msdyn_iotdeviceid: id, msdyn_deviceid: deviceId(), ...was });
    await store.insert(name, first);
    const { row, etag } = (await store.get(name, id))!;
    const next = { ...row, ...change };
    const written = await store.writeTogether([{ entity: name, row: next, etag, before: row }]);
    const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null));
    expect(await store.get(name, id)).toEqual({
      row: kept,
      etag: written.kind === 'written' ? written.etags[0] : 'none',
    });
  });

  test('records are written together or not at all', async () => {
    const [first, second, third] = [0, 1, 2].map(() => account({ accountid: nextId(3) })) as [Row, Row, Row];
    await store.insert('account', first);
    const { etag } = (await store.get('account', String(first.accountid)))!;
    const renamed: Row = { ...first, name: 'Fabrikam' };
    const writes = [
      { entity: 'account', row: renamed, etag },
      { entity: 'account', row: second },
    ] as const;
    const written = await store.writeTogether(writes);
    for (const [i, { row }] of writes.entries()) {
      const stored = await store.get('account', String(row.accountid));
      expect(stored).toEqual({ row, etag: written.kind === 'written' ? written.etags[i] : 'none' });
    }
    const stale = [
      { entity: 'account', row: third },
      { entity: 'account', row: first, etag },
    ] as const;
    expect(await store.writeTogether(stale)).toEqual({ kind: 'changed' });
    const taken = [
      { entity: 'account', row: third },
      { entity: 'account', row: second },
    ] as const;
    expect(await store.writeTogether(taken)).toEqual({ kind: 'changed' });
    expect(await store.get('account', String(third.accountid))).toBeUndefined();
    expect((await store.get('account', String(first.accountid)))?.row.name).toBe('Fabrikam');
  });

  test('of many removals of one record exactly one succeeds', async () => {
    const row = account();
    const id = String(row.accountid);
    const made = await store.insert('account', row);
    const etag = made.kind === 'inserted' ? made.etag : '';
    const results = await Promise.all(Array.from({ length: 8 }, () => store.remove('account', id, etag)));
    expect(results.filter(({ kind }) => kind === 'removed')).toHaveLength(1);
  });

  describe('a list', () => {
    const name = 'msdyn_customerasset';
    const made: Row[] = [];
    beforeAll(async () => {
      const chosen = Array.from({ length: 5 }, chosenId);
      const keys = [...Array.from({ length: 40 }, (_, i) => nextId(i % shardCount)), ...chosen.toReversed()];
      for (const [i, key] of keys.entries()) {
        made.push({
          msdyn_customerassetid: key,
          msdyn_name: `Asset ${i % 4}`,
          statecode: i % 3 === 0 ? 1 : 0,
          ...(i % 2 === 0 && { msdyn_deviceid: `d'${i % 10}` }),
        });
      }
      await Promise.all(made.map((row) => store.insert(name, row)));
      made.splice(0, made.length, ...made.slice(0, 40).toReversed(), ...made.slice(40).toReversed());
    });

    test.each([1, 3, 8, 44, 45, 46, 5000])('gives everything once, newest first, %d a page', async (limit) => {
      const { pages, rows } = await everything(store, name, { limit });
      expect(rows).toEqual(made);
      expect(pages).toHaveLength(Math.ceil(made.length / limit));
    });

    test.each<{ which: string; equals: Record<string, string | number | null> }>([
      { which: 'a text', equals: { msdyn_name: 'Asset 1' } },
      { which: 'a text with a quote', equals: { msdyn_deviceid: "d'4" } },
      { which: 'a number', equals: { statecode: 1 } },
      { which: 'no value', equals: { msdyn_deviceid: null } },
      { which: 'several things', equals: { statecode: 0, msdyn_name: 'Asset 2', msdyn_deviceid: "d'2" } },
      { which: 'no value and a number', equals: { statecode: 1, msdyn_deviceid: null } },
      { which: 'nothing there is', equals: { msdyn_name: 'asset 1' } },
    ])('asked for $which gives the same as a plain filter', async ({ equals }) => {
      const expected = made.filter((row) =>
        Object.entries(equals).every(([key, value]) => (row[key] ?? null) === value),
      );
      for (const limit of [2, 100]) expect((await everything(store, name, { equals, limit })).rows).toEqual(expected);
    });

    test('goes on after a record that is not there', async () => {
      const missing = makeId({ time: start + 1, shard: 3, seed: 'missing' });
      const { records } = await store.list(name, { after: missing, limit: 10 });
      expect(
        ids(
          name,
          records.map(({ row }) => row),
        ),
      ).toEqual(ids(name, made.slice(40)));
    });

    test('of nothing is empty', async () => {
      expect(await store.list('msdyn_workorder', { limit: 10 })).toEqual({ records: [] });
      expect(await store.list(name, { limit: 0 })).toMatchObject({ records: [] });
    });
  });

  test('paging through a list while records come in misses and doubles none that were there', async () => {
    const name = 'account';
    const before = new Set(ids(name, (await everything(store, name, { limit: 1000 })).rows));
    const seen: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await store.list(name, { limit: 3, ...(after && { after }) });
      seen.push(
        ...ids(
          name,
          page.records.map(({ row }) => row),
        ),
      );
      after = page.next;
      await store.insert(name, account());
      await store.insert(name, account({ accountid: chosenId() }));
    } while (after !== undefined && seen.length < 500);
    expect(new Set(seen).size).toBe(seen.length);
    expect([...before].filter((id) => !seen.includes(id))).toEqual([]);
  });

  test('tables that share storage do not see each other', async () => {
    const [alert, incident] = [nextId(2), nextId(2)];
    await store.insert('msdyn_iotalert', { msdyn_iotalertid: alert, msdyn_description: 'x' });
    await store.insert('incident', { incidentid: incident, title: 'y' });
    const cases = await everything(store, 'incident', { limit: 100 });
    expect(ids('incident', cases.rows)).toContain(incident);
    expect(ids('incident', cases.rows)).not.toContain(undefined);
    expect(await store.get('incident', alert)).toBeUndefined();
  });

  describe('the stamp of a watched table', () => {
    const changed = async (write: () => Promise<unknown>): Promise<boolean> => {
      const before = await store.stamp('msdyn_iotdevice');
      expect(await store.stamp('msdyn_iotdevice')).toBe(before);
      await write();
      return (await store.stamp('msdyn_iotdevice')) !== before;
    };

    test('is another one after every write of one of its records', async () => {
      const row = device({ msdyn_deviceid: deviceId() });
      const id = String(row['msdyn_iotdeviceid']);
      expect(await changed(async () => store.insert('msdyn_iotdevice', row))).toBe(true);
      const { etag } = (await store.get('msdyn_iotdevice', id))!;
      expect(await changed(async () => store.replace('msdyn_iotdevice', { ...row, msdyn_name: 'Other' }, etag))).toBe(
        true,
      );
      const again = (await store.get('msdyn_iotdevice', id))!;
      const together = {
        entity: 'msdyn_iotdevice' as const,
        row: { ...again.row, msdyn_name: 'Third' },
        etag: again.etag,
        before: again.row,
      };
      expect(await changed(async () => store.writeTogether([together]))).toBe(true);
      const last = (await store.get('msdyn_iotdevice', id))!;
      expect(await changed(async () => store.remove('msdyn_iotdevice', id, last.etag))).toBe(true);
    });

    test('stays as it is when nothing was written, or something else', async () => {
      const row = device({ msdyn_deviceid: deviceId() });
      await store.insert('msdyn_iotdevice', row);
      expect(await changed(async () => store.replace('msdyn_iotdevice', row, 'W/"other"'))).toBe(false);
      expect(await changed(async () => store.insert('account', account()))).toBe(false);
      expect(
        await changed(async () =>
          store.insert('msdyn_iotdevicecategory', { msdyn_iotdevicecategoryid: nextId(), msdyn_name: 'Pumps' }),
        ),
      ).toBe(false);
    });
  });
});
