import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { itemsPerEvent } from '../../shared/domain/coverage';
import { draftOf, emptyGroup, setWindowOpen } from '../../shared/domain/group';
import { Identities } from '../../shared/domain/identities';
import type { Group } from '../../shared/domain/group';
import { stepOf } from '../../shared/domain/duplicate';
import type { Duplicate } from '../../shared/domain/duplicate';
import { makeId, posted, serialId } from '../../shared/domain/ids';
import { takeStep } from '../../shared/domain/steps';
import type { Row } from '../../shared/model/edm';
import type { AlertLedger, Entry } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';

interface Subject {
  ledger: AlertLedger;
  /** A second writer on the same data, with nothing remembered. */
  other: AlertLedger;
  records: RecordStore;
}

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const adapters: { which: string; open: () => Subject }[] = [
  {
    which: 'memory',
    open: () => {
      const records = memoryRecordStore();
      const ledger = memoryAlertLedger(records);
      return { ledger, other: ledger, records };
    },
  },
  {
    which: 'Table Storage',
    open: () => {
      const tables = openTables({ connectionString: azurite.connectionString });
      return { ledger: tableAlertLedger(tables), other: tableAlertLedger(tables), records: tableRecordStore(tables) };
    },
  },
];

const shard = 3;
let made = 0;

const alertId = () => makeId({ time: 1_700_000_000_000 + made, shard, seed: `alert ${(made += 1)}` });
const alertRow = (id: string, more: Row = {}): Row => ({
  msdyn_iotalertid: id,
  msdyn_description: 'hot',
  statecode: 0,
  statuscode: 1,
  ...more,
});
const duplicateOf = (id: string, groupKey: string, under: string): Duplicate => ({
  arrival: {
    id,
    identity: null,
    groupKey,
    position: null,
    packs: true,
    alert: {
      kind: 'alert',
      deviceId: 'device-1',
      time: 2_000,
      type: 192_350_000,
      description: 'hot again',
      data: '{"reading":80}',
      token: null,
      readingType: null,
      reading: 80,
      threshold: null,
      ruleOutput: null,
      messageId: null,
    },
  },
  under,
  device: { id: '0b0b0b0b-0000-4000-8000-000000000001', asset: null },
  created: 3_000,
});
const groupOf = (parent: string): Group => ({
  windows: [
    {
      parent,
      first: 1,
      earliest: 1,
      latest: 9,
      open: true,
      duplicates: 2,
      seen: new Identities(['AAAA', 'B\ud800\0B']),
    },
  ],
  tickets: [{ kind: 'case', id: alertId(), account: alertId() }],
  waiting: [{ deviceId: 'device-9', since: 0 }],
});
const nothing: Entry = { inserts: [], merges: [], packed: [], groups: new Map(), steps: [], ended: [], waiting: [] };
const entry = (more: Partial<Entry>): Entry => ({ ...nothing, ...more });

describe.each(adapters)('the alert ledger in $which', ({ open }) => {
  let subject: Subject;
  let key: string;
  beforeEach(() => {
    subject = open();
    key = `group ${(made += 1)}`;
  });

  test('gives back the groups, rows and coverage that were committed together', async () => {
    const { ledger, other, records } = subject;
    const id = alertId();
    const own = { hub: `hub ${made}`, partition: '0' };
    const state = await ledger.read(shard, [key], [own]);
    expect(state).toMatchObject({ coverages: [[]], groups: new Map([[key, emptyGroup()]]) });
    const written = entry({
      inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }],
      groups: new Map([[key, groupOf(id)]]),
      marks: [{ source: own, coverage: [[0, 99]] }],
    });
    expect(await ledger.commit(shard, written, state.version)).toEqual({ kind: 'committed' });
    for (const reader of [ledger, other]) {
      const read = await reader.read(shard, [key], [own]);
      expect(read.groups.get(key)).toEqual(written.groups.get(key));
      expect(read.coverages).toEqual([[[0, 99]]]);
    }
    expect((await records.get('msdyn_iotalert', id))?.row).toMatchObject({ msdyn_description: 'hot' });
  });

  test('writes nothing at all when a group changed since it was read, and the loser can try again', async () => {
    const { ledger, other, records } = subject;
    const [late, fast] = [await ledger.read(shard, [key]), await other.read(shard, [key])];
    const winner = entry({ groups: new Map([[key, groupOf(alertId())]]) });
    await other.commit(shard, winner, fast.version);
    const id = alertId();
    const loser = entry({
      inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }],
      groups: new Map([[key, groupOf(id)]]),
    });
    expect(await ledger.commit(shard, loser, late.version)).toEqual({ kind: 'lost-race' });
    expect(await records.get('msdyn_iotalert', id)).toBeUndefined();
    const again = await ledger.read(shard, [key]);
    expect(again.groups.get(key)).toEqual(winner.groups.get(key));
    expect(await ledger.commit(shard, loser, again.version)).toEqual({ kind: 'committed' });
  });

  test('lets a writer through that was told of a group by its row, which knew more than the writer', async () => {
    const { ledger, other } = subject;
    const replaced = () => entry({ groups: new Map([[key, groupOf(alertId())]]) });
    const replace = async () => {
      const { version } = await other.read(shard, [key], [], 'fresh');
      expect(await other.commit(shard, replaced(), version)).toEqual({ kind: 'committed' });
    };
    await ledger.read(shard, []);
    await replace();
    await ledger.read(shard, [], [], 'fresh');
    await replace();
    // It knows of the first change that there is one, and reads a row that holds the second one as well.
    const { version } = await ledger.read(shard, [key]);
    expect(await ledger.commit(shard, replaced(), version)).toEqual({ kind: 'committed' });
  });

  test('writes nothing when the coverage of the hub partition moved on, be it the first or a later time', async () => {
    const { ledger, other } = subject;
    const own = { hub: `hub ${made}`, partition: '1' };
    const upTo = (to: number) => entry({ marks: [{ source: own, coverage: [[0, to]] }] });
    for (const to of [5, 50]) {
      const [late, fast] = [await ledger.read(shard, [], [own]), await other.read(shard, [], [own])];
      expect(await other.commit(shard, upTo(to), fast.version)).toEqual({ kind: 'committed' });
      expect(await ledger.commit(shard, upTo(to + 4), late.version)).toEqual({ kind: 'lost-race' });
      expect((await ledger.read(shard, [], [own])).coverages).toEqual([[[0, to]]]);
    }
  });

  test('writes nothing when a row to insert exists', async () => {
    const { ledger } = subject;
    const id = alertId();
    const twice = entry({ inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }] });
    await ledger.commit(shard, twice, (await ledger.read(shard, [])).version);
    const state = await ledger.read(shard, [key]);
    const more = { ...twice, groups: new Map([[key, groupOf(id)]]) };
    expect(await ledger.commit(shard, more, state.version)).toEqual({ kind: 'lost-race' });
    expect((await subject.other.read(shard, [key])).groups.get(key)).toEqual(emptyGroup());
  });

  test('lets exactly one of many writers of one group through', async () => {
    const { ledger, other } = subject;
    const writers = await Promise.all(
      Array.from({ length: 16 }, async (_, i) => {
        const writer = i % 2 === 0 ? ledger : other;
        return { writer, state: await writer.read(shard, [key]) };
      }),
    );
    const results = await Promise.all(
      writers.map(({ writer, state }) =>
        writer.commit(shard, entry({ groups: new Map([[key, groupOf(alertId())]]) }), state.version),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'committed')).toHaveLength(1);
  });

  test('merges columns into a record and leaves the others alone', async () => {
    const { ledger, records } = subject;
    const id = alertId();
    const { version } = await ledger.read(shard, []);
    await ledger.commit(shard, entry({ inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }] }), version);
    const merge = { entity: 'msdyn_iotalert' as const, id, row: { ccs_duplicatecount: 41 } };
    await ledger.commit(shard, entry({ merges: [merge] }), version);
    expect((await records.get('msdyn_iotalert', id))?.row).toMatchObject({
      ccs_duplicatecount: 41,
      msdyn_description: 'hot',
    });
  });

  test('merges into a record only while it has the ETag that is given, and then nothing at all is written', async () => {
    const { ledger, other, records } = subject;
    const id = alertId();
    const { version } = await ledger.read(shard, [key]);
    await ledger.commit(shard, entry({ inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }] }), version);
    const { etag } = (await records.get('msdyn_iotalert', id))!;
    const merge = { entity: 'msdyn_iotalert' as const, id, row: { ccs_duplicatecount: 1 }, etag };
    const once = entry({ merges: [merge], groups: new Map([[key, groupOf(id)]]) });
    expect(await ledger.commit(shard, once, version)).toEqual({ kind: 'committed' });
    const state = await other.read(shard, [key]);
    const again = entry({ merges: [merge], groups: new Map([[key, emptyGroup()]]) });
    expect(await other.commit(shard, again, state.version)).toEqual({ kind: 'lost-race' });
    expect((await ledger.read(shard, [key])).groups.get(key)!.windows).toHaveLength(1);
  });

  test('keeps duplicates without rows of their own as records, and counts them in their group', async () => {
    const { ledger, other, records } = subject;
    const parent = alertId();
    const opened = { groupKey: key, id: parent, time: 1_000, identity: 'abcd', under: null };
    const first = await ledger.read(shard, [key]);
    const draft = draftOf(first.groups.get(key)!);
    takeStep(draft, opened);
    const row = alertRow(parent, { ccs_groupkey: key });
    const inserts = [{ entity: 'msdyn_iotalert' as const, row }];
    await ledger.commit(shard, entry({ inserts, steps: [opened], groups: new Map([[key, draft]]) }), first.version);

    const state = await other.read(shard, [key], [], 'fresh');
    const id = serialId({ time: 2_000, shard }, { source: posted, position: state.next * itemsPerEvent });
    const duplicate = duplicateOf(id, key, parent);
    const next = draftOf(state.groups.get(key)!);
    takeStep(next, stepOf(duplicate));
    const packed = entry({ packed: [duplicate], groups: new Map([[key, next]]), number: state.next });
    expect(await other.commit(shard, { ...packed, number: state.next + 1 }, state.version)).toEqual({
      kind: 'lost-race',
    });
    expect(await other.commit(shard, packed, state.version)).toEqual({ kind: 'committed' });
    expect((await records.get('msdyn_iotalert', id))?.row).toMatchObject({
      msdyn_description: 'hot again',
      _msdyn_parentalert_value: parent,
    });
    expect((await records.get('msdyn_iotalert', parent))?.row).toMatchObject({ ccs_duplicatecount: 1 });
    const [window] = (await ledger.read(shard, [key], [], 'fresh')).groups.get(key)!.windows;
    expect(window).toMatchObject({ parent, duplicates: 1, latest: 2_000, seen: new Identities(['abcd']) });
  });

  test('writes what a request asked for once, and tells its ids to whoever asks again', async () => {
    const { ledger, other } = subject;
    const receipt = { key, body: 'hash', targets: [[4, alertId()] as const, [9, alertId()] as const] };
    const { version } = await ledger.read(shard, []);
    expect(await ledger.receipts(shard, key)).toEqual([]);
    expect(await ledger.commit(shard, entry({ receipts: [receipt] }), version)).toEqual({ kind: 'committed' });
    expect(await other.commit(shard, entry({ receipts: [receipt] }), version)).toEqual({ kind: 'lost-race' });
    expect(await other.receipts(shard, key)).toEqual([receipt]);
    expect(await other.receipts(shard, `${key} of another`)).toEqual([]);
  });

  test('keeps the name of a request for the body that came first', async () => {
    const { ledger, other } = subject;
    const claims = await Promise.all(
      ['one', 'two', 'three'].map(async (body, i) => [ledger, other][i % 2]!.claim(key, body)),
    );
    expect(claims.map(({ kind }) => kind).toSorted()).toEqual(['first', 'other', 'other']);
    const first = ['one', 'two', 'three'][claims.findIndex(({ kind }) => kind === 'first')]!;
    expect(await other.claim(key, first)).toEqual({ kind: 'again' });
    expect(await ledger.claim(key, 'four')).toEqual({ kind: 'other' });
    expect(await ledger.claim(`${key} of another`, 'four')).toEqual({ kind: 'first' });
    expect(await ledger.receipts(shard, key)).toEqual([]);
  });

  test('keeps an id that a client chose for one shard, and finds the alert there by it', async () => {
    const { ledger, other, records } = subject;
    const id = `0a0a0a0a-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`;
    expect(await Promise.all([ledger, other].map(async (each) => each.reserve(id, shard)))).toEqual([
      { kind: 'reserved' },
      { kind: 'reserved' },
    ]);
    expect(await other.reserve(id, shard + 1)).toEqual({ kind: 'taken' });
    expect(await records.get('msdyn_iotalert', id)).toBeUndefined();
    const state = await ledger.read(shard, [key]);
    const written = entry({
      inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }],
      groups: new Map([[key, groupOf(id)]]),
    });
    await ledger.commit(shard, written, state.version);
    const { row, etag } = (await records.get('msdyn_iotalert', id))!;
    const replaced = await records.replace('msdyn_iotalert', { ...row, msdyn_description: 'hotter' }, etag);
    const next = replaced.kind === 'replaced' ? replaced.etag : '';
    expect(await other.revise('msdyn_iotalert', { ...row, statecode: 3 }, next, undefined)).toMatchObject({
      kind: 'replaced',
    });
    const last = (await records.get('msdyn_iotalert', id))!;
    expect(last.row['statecode']).toBe(3);
    expect(await records.remove('msdyn_iotalert', id, last.etag)).toEqual({ kind: 'removed' });
    expect(await records.get('msdyn_iotalert', id)).toBeUndefined();
  });

  test('reads what another wrote when it is asked for fresh', async () => {
    const { ledger, other } = subject;
    await ledger.read(shard, [key]);
    const state = await other.read(shard, [key]);
    await other.commit(shard, entry({ groups: new Map([[key, groupOf(alertId())]]) }), state.version);
    expect((await ledger.read(shard, [key], undefined, 'fresh')).groups.get(key)!.windows).toHaveLength(1);
  });

  test('revises a record and its group together, and refuses an ETag that is gone', async () => {
    const { ledger, other, records } = subject;
    const id = alertId();
    const { version } = await ledger.read(shard, [key]);
    const created = entry({
      inserts: [{ entity: 'msdyn_iotalert', row: alertRow(id) }],
      groups: new Map([[key, groupOf(id)]]),
    });
    await ledger.commit(shard, created, version);
    const { etag } = (await records.get('msdyn_iotalert', id))!;
    const close = { groupKey: key, change: (group: Group) => setWindowOpen(group, id, false) };
    const closed = await other.revise('msdyn_iotalert', alertRow(id, { statecode: 3 }), etag, close);
    expect(closed).toMatchObject({ kind: 'replaced' });
    expect((await other.read(shard, [key])).groups.get(key)!.windows[0]!.open).toBe(false);
    expect(await other.revise('msdyn_iotalert', alertRow(id), etag, close)).toEqual({ kind: 'changed' });
    expect((await records.get('msdyn_iotalert', id))?.row['statecode']).toBe(3);
  });

  test('a parent that was removed in the meantime makes a commit lose the race', async () => {
    const { ledger, other, records } = subject;
    const id = alertId();
    const first = await ledger.read(shard, [key]);
    const row = alertRow(id, { ccs_groupkey: key });
    const inserts = [{ entity: 'msdyn_iotalert' as const, row }];
    await ledger.commit(shard, entry({ inserts, groups: new Map([[key, groupOf(id)]]) }), first.version);
    const late = await ledger.read(shard, [key]);
    const { etag } = (await records.get('msdyn_iotalert', id))!;
    const close = { groupKey: key, change: (group: Group) => setWindowOpen(group, id, false) };
    const closed = await other.revise('msdyn_iotalert', { ...row, statecode: 3 }, etag, close);
    await records.remove('msdyn_iotalert', id, closed.kind === 'replaced' ? closed.etag : '');
    const duplicate = entry({
      inserts: [{ entity: 'msdyn_iotalert', row: alertRow(alertId(), { _msdyn_parentalert_value: id }) }],
      merges: [{ entity: 'msdyn_iotalert', id, row: { ccs_duplicatecount: 1 } }],
      groups: new Map([[key, groupOf(id)]]),
    });
    expect(await ledger.commit(shard, duplicate, late.version)).toEqual({ kind: 'lost-race' });
    expect(await other.revise('msdyn_iotalert', row, etag, close)).toEqual({ kind: 'changed' });
    expect((await ledger.read(shard, [key])).groups.get(key)!.windows[0]!.open).toBe(false);
  });

  test('links the alerts that waited for a device, once', async () => {
    const { ledger, records } = subject;
    const [deviceId, device] = [`late device '${made}'`, alertId()];
    const ids = [alertId(), alertId()];
    const { version } = await ledger.read(shard, [key]);
    const waiting = entry({
      inserts: ids.map((id) => ({
        entity: 'msdyn_iotalert' as const,
        row: alertRow(id, { msdyn_deviceid: deviceId, ccs_groupkey: key }),
      })),
      groups: new Map([[key, { ...emptyGroup(), waiting: [{ deviceId, since: 1_700_000_000_000 }] }]]),
      waiting: [{ deviceId, groupKey: key, since: 1_700_000_000_000 }],
    });
    await ledger.commit(shard, waiting, version);
    const notes = await collect(ledger.waiting(deviceId));
    expect(notes).toEqual([{ deviceId, groupKey: key, since: 1_700_000_000_000, shard }]);
    expect(await ledger.link(notes[0]!, { _msdyn_device_value: device })).toBe(2);
    for (const id of ids) {
      expect((await records.get('msdyn_iotalert', id))?.row).toMatchObject({ _msdyn_device_value: device });
    }
    expect(await collect(ledger.waiting(deviceId))).toEqual([]);
    expect((await ledger.read(shard, [key])).groups.get(key)!.waiting).toEqual([]);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
