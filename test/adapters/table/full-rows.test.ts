import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { tableAlertLedger } from '../../../shared/adapters/table/alert-ledger';
import { bytesOfGroup, decodeGroup, encodeGroup } from '../../../shared/adapters/table/group-row';
import { openTables } from '../../../shared/adapters/table/tables';
import type { Coverage } from '../../../shared/domain/coverage';
import { draftOf, identitiesIn, identitiesKept } from '../../../shared/domain/group';
import type { Group, Window } from '../../../shared/domain/group';
import { Identities } from '../../../shared/domain/identities';
import { makeId } from '../../../shared/domain/ids';
import { ticketsKept } from '../../../shared/domain/steps';
import { textHash } from '../../../shared/domain/text-hash';
import type { Entry } from '../../../shared/ports/alert-ledger';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const shard = 1;
const now = 1_700_000_000_000;
const many = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const idOf = (seed: string) => makeId({ time: now, shard, seed });
const nothing: Entry = { inserts: [], merges: [], packed: [], groups: new Map(), steps: [], ended: [], waiting: [] };
const identities = (from: number, count: number) => many(count, (i) => textHash(String(from + i)));

/** The most that is remembered of a group: windows, tickets, devices that are waited for, identities. */
function fullest(): Group {
  const window = (i: number): Window => ({
    parent: idOf(`parent ${i}`),
    first: now + i,
    earliest: now - 86_400_000 - i,
    latest: now + 86_400_000 + i,
    open: i % 2 === 0,
    duplicates: 1_000_000_000 + i,
    seen: new Identities(i === 95 ? identities(0, identitiesKept) : []),
    pages: [1_000_000_000, 2_000_000_000],
  });
  return {
    windows: many(96, window),
    tickets: many(ticketsKept, (i) => ({ kind: 'workorder', id: idOf(`ticket ${i}`), account: idOf(`account ${i}`) })),
    waiting: many(100, (i) => ({ deviceId: String(i).padStart(128, 'device-'), since: 1_700_000_000_000 })),
  };
}

/** As many gaps as are kept, in sequence numbers as large as they get. */
const holes: Coverage = many(64, (i) => [2 ** 52 + i * 2 ** 40, 2 ** 52 + i * 2 ** 40 + 2 ** 39]);

test('the fullest group and the most gaps in 32 partitions are written, and read again by another process', async () => {
  const ledger = tableAlertLedger(openTables({ connectionString: azurite.connectionString }));
  const marks = many(32, (i) => ({
    source: { hub: 'a-hub-with-quite-a-long-name-as-they-have', partition: String(i) },
    coverage: holes,
  }));
  const { version } = await ledger.read(shard, ['full']);
  const entry = { ...nothing, groups: new Map([['full', fullest()]]), marks };
  expect(await ledger.commit(shard, entry, version)).toEqual({ kind: 'committed' });

  const other = tableAlertLedger(openTables({ connectionString: azurite.connectionString }));
  const state = await other.read(
    shard,
    ['full'],
    marks.map(({ source }) => source),
    'fresh',
  );
  expect(state.groups.get('full')).toEqual(fullest());
  expect(state.coverages).toEqual(marks.map(() => holes));
});

/** That group, and what one more batch brings to it. */
function overfull(): Group {
  const draft = draftOf(fullest());
  draft.windows[95]!.fresh = identities(identitiesKept, 2_000);
  return draft;
}

test('a batch more than a group can remember is written, and the newest events are known afterwards', async () => {
  const ledger = tableAlertLedger(openTables({ connectionString: azurite.connectionString }));
  const { version } = await ledger.read(shard, ['more']);
  const entry = { ...nothing, groups: new Map([['more', overfull()]]) };
  expect(await ledger.commit(shard, entry, version)).toEqual({ kind: 'committed' });
  const other = tableAlertLedger(openTables({ connectionString: azurite.connectionString }));
  const known = (await other.read(shard, ['more'], [], 'fresh')).groups.get('more')!;
  expect(identitiesIn(known)[95]).toEqual(identities(2_000, identitiesKept));
});

test('no property of such a row is longer than the 64 KiB that the storage takes', () => {
  const row = encodeGroup('full', overfull(), 7);
  const sizes = Object.values(row).map((value) => (typeof value === 'string' ? 2 * value.length : byteLength(value)));
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
  const { group, position } = decodeGroup(row);
  expect(position).toBe(7);
  expect(group.tickets).toEqual(fullest().tickets);
  const counts = ({ windows }: Group) => windows.map(({ duplicates }) => duplicates);
  expect(counts(group)).toEqual(counts(fullest()));
  expect([...group.windows[95]!.seen]).toEqual(identities(2_000, identitiesKept));
});

const byteLength = (value: unknown) => (value as Buffer).length;

test('a group is estimated at no less than its row weighs, and at no more than a quarter above', () => {
  const written = JSON.stringify(encodeGroup('full', fullest(), 7), (_, value: { type?: string; data?: number[] }) =>
    value?.type === 'Buffer' ? Buffer.from(value.data!).toString('base64') : value,
  ).length;
  expect(bytesOfGroup(fullest())).toBeGreaterThan(0.9 * written);
  expect(bytesOfGroup(fullest())).toBeLessThan(1.25 * written);
});
