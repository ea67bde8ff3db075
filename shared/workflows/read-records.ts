import { ServiceError } from '../domain/errors';
import { sortKey } from '../domain/ids';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import { byOrder, isAmong, isWithin } from '../domain/record-query';
import type { Order, Position, RecordQuery } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';
import { withComputed } from './computed-columns';
import type { ReadDeps } from './computed-columns';

/** Records that one request looks at before it answers with what it has and a link to go on. */
export const mostRowsExamined = 10_000;

/** Whole records asked of the store at once when they are only counted: more would be held for nothing. */
const longestCounting = 2_000;

export interface Found {
  records: Stored[];
  /** Present when there may be more. */
  next?: Position;
  /** How many records match in all; `atLeast` when more rows would have to be looked at than one request may. */
  count?: { value: number; atLeast: boolean };
}

/** The record, or `not-found`. */
export async function readRecord(records: RecordStore, key: RecordKey): Promise<Stored> {
  const found = await findRecord(records, key);
  if (!found) throw new ServiceError('not-found', `${describeKey(key)} does not exist.`);
  return found;
}

/** The record, if there is one. */
export async function findRecord(records: RecordStore, key: RecordKey): Promise<Stored | undefined> {
  return key.by === 'id' ? records.get(key.entity, key.id) : records.getByAlternateKey(key.entity, key.value);
}

/**
 * Records that match a query, newest first or as ordered. Newest first, rows are read only until the page is full. A count
 * and an order of the caller's own need every match, so those look at `mostRowsExamined` rows at most: beyond that a
 * count is a lower bound, and an order is refused with `limit-exceeded`, except by creation time, newest first, which is
 * (but for ids that clients chose) the order that rows are kept in. Columns that are computed on read are computed where the
 * query looks at them, not to be shown.
 */
export async function listRecords(deps: ReadDeps, query: RecordQuery): Promise<Found> {
  const { records } = deps;
  if (query.computed) return listComputed(deps, query, query.computed);
  if (query.order.length === 0 && !query.count) return readPage(records, query);
  // An order needs the rows themselves, a count only those of this page.
  const keep = query.order.length > 0 ? undefined : firstAfter(query);
  const all = await scan(records, query, { wanted: mostRowsExamined, ...(keep && { keep }) });
  const count = query.count && { count: { value: all.matched, atLeast: !all.complete } };
  if (all.complete) return { ...cutPage(all.found, query), ...count };
  if (query.order.length > 0 && (!isNewestFirst(query.order) || query.after?.kind === 'rank')) {
    throw new ServiceError(
      'limit-exceeded',
      `$orderby needs the whole result, and that is more than one request may look at (${mostRowsExamined} records). ` +
        'Narrow it with $filter, or leave $orderby out: records come newest first.',
    );
  }
  return { ...(await readPage(records, query)), ...count };
}

/** What a query by computed columns finds: they are computed of all records that the rest of it leaves. */
async function listComputed(deps: ReadDeps, query: RecordQuery, wanted: readonly string[]): Promise<Found> {
  const { matches, ...rest } = query;
  const all = await scan(deps.records, rest, { wanted: mostRowsExamined });
  if (!all.complete) {
    throw new ServiceError(
      'limit-exceeded',
      `${wanted.join(', ')}: computed on read, for at most ${mostRowsExamined} records a request. ` +
        'Narrow the $filter by other columns.',
    );
  }
  const whole = await withComputed(query.entity, all.found, wanted, deps);
  const found = whole.filter(({ row }) => matches?.holds(row) ?? true);
  return { ...cutPage(found, query), ...(query.count && { count: { value: found.length, atLeast: false } }) };
}

/** A page in the order that rows are kept in. */
async function readPage(records: RecordStore, query: RecordQuery): Promise<Found> {
  const { limit, paged, after } = query;
  const { found, complete, last } = await scan(records, query, {
    wanted: paged ? limit + 1 : limit,
    ...(after?.kind === 'record' && { from: after.id }),
  });
  const page = found.slice(0, limit);
  if (paged && found.length > limit)
    return { records: page, next: { kind: 'record', id: idOf(query.entity, page.at(-1)!) } };
  const isFull = !paged && page.length === limit;
  return { records: page, ...(!complete && !isFull && last && { next: { kind: 'record', id: last } }) };
}

/** A page of a whole result. */
function cutPage(found: readonly Stored[], { entity: name, order, after, limit, paged }: RecordQuery): Found {
  const compare = byOrder(name, order);
  const sorted = found.toSorted((a, b) => compare(a.row, b.row));
  const rank = after?.kind === 'rank' ? after.rank : 0;
  const rest =
    after?.kind === 'record'
      ? sorted.filter((record) => sortKey(idOf(name, record)) > sortKey(after.id))
      : sorted.slice(rank);
  const page = rest.slice(0, limit);
  if (!paged || rest.length <= limit) return { records: page };
  const byRank = order.length > 0 && after?.kind !== 'record';
  return {
    records: page,
    next: byRank ? { kind: 'rank', rank: rank + limit } : { kind: 'record', id: idOf(name, page.at(-1)!) },
  };
}

/** Tells for one record after the other, in the order of rows, whether it may be on the page or tells of a next one. */
function firstAfter({ entity: name, after, limit }: RecordQuery): (record: Stored) => boolean {
  let kept = 0;
  return (record) => {
    if (kept > limit || (after?.kind === 'record' && sortKey(idOf(name, record)) <= sortKey(after.id))) return false;
    kept += 1;
    return true;
  };
}

interface Scanned {
  /** The records that match, or of them those that `keep` asks for. */
  found: Stored[];
  matched: number;
  /** Whether no more match. */
  complete: boolean;
  /** Id of the row looked at last. */
  last?: string;
}

/** Reads rows after `from` until `wanted` of them match, none are left, or `mostRowsExamined` were looked at. */
async function scan(
  store: RecordStore,
  query: RecordQuery,
  { wanted, from, keep }: { wanted: number; from?: string; keep?: (record: Stored) => boolean },
): Promise<Scanned> {
  const single = await findSingle(store, query, from);
  if (single) return { found: single, matched: single.length, complete: true };
  const found: Stored[] = [];
  let matched = 0;
  let examined = 0;
  let last = from;
  while (matched < wanted && examined < mostRowsExamined) {
    const { equals, among, between, matches, properties } = query;
    const page = await store.list(query.entity, {
      equals,
      ...(among && { among }),
      ...(between && { between }),
      ...(matches && { matches }),
      ...(properties && { properties }),
      limit: Math.min(wanted - matched, keep && !properties ? longestCounting : mostRowsExamined),
      examine: mostRowsExamined - examined,
      ...(last !== undefined && { after: last }),
    });
    matched += page.records.length;
    for (const record of page.records) if (keep?.(record) ?? true) found.push(record);
    if (page.next === undefined) return { found, matched, complete: true };
    examined += Math.max(page.examined ?? page.records.length, 1);
    last = page.next;
  }
  return { found, matched, complete: false, ...(last !== undefined && { last }) };
}

/** The only record that a condition on a key can mean, as a list; undefined when no key is asked for. */
async function findSingle(
  store: RecordStore,
  query: RecordQuery,
  from: string | undefined,
): Promise<Stored[] | undefined> {
  const { key, alternateKey } = entity(query.entity);
  const id = query.equals[key];
  const value = alternateKey === undefined ? undefined : query.equals[alternateKey];
  if (typeof id !== 'string' && typeof value !== 'string') return undefined;
  const record = await findRecord(
    store,
    typeof id === 'string'
      ? { entity: query.entity, by: 'id', id }
      : { entity: query.entity, by: 'alternate-key', value: String(value) },
  );
  if (!record || (from !== undefined && sortKey(idOf(query.entity, record)) <= sortKey(from))) return [];
  const fits = Object.entries(query.equals).every(([property, wanted]) => (record.row[property] ?? null) === wanted);
  const lies = Object.entries(query.between ?? {}).every(([property, span]) => isWithin(span, record.row[property]));
  return fits && lies && isAmong(query.among, record.row) && (query.matches?.holds(record.row) ?? true) ? [record] : [];
}

function isNewestFirst(order: readonly Order[]): boolean {
  return order.length === 1 && order[0]!.property === 'createdon' && order[0]!.descending;
}

function idOf(name: EntityName, { row }: Stored): string {
  return String(row[entity(name).key]);
}
