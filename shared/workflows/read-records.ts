import { ServiceError } from '../domain/errors';
import { sortKey } from '../domain/ids';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import { byOrder } from '../domain/record-query';
import type { Order, Position, RecordQuery } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';

/** Records that one request looks at before it answers with what it has and a link to go on. */
const mostRowsExamined = 10_000;

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
 * (but for ids that clients chose) the order that rows are kept in.
 */
export async function listRecords(records: RecordStore, query: RecordQuery): Promise<Found> {
  if (query.order.length === 0 && !query.count) return readPage(records, query);
  const all = await scan(records, query, { wanted: mostRowsExamined });
  const count = query.count && { count: { value: all.found.length, atLeast: !all.complete } };
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

/** A page in the order that rows are kept in. */
async function readPage(records: RecordStore, query: RecordQuery): Promise<Found> {
  const { limit, paged, after } = query;
  const { found, complete, last } = await scan(records, query, {
    wanted: paged ? limit + 1 : limit,
    ...(after?.kind === 'record' && { from: after.id }),
  });
  const page = found.slice(0, limit);
  if (found.length > limit) return { records: page, next: { kind: 'record', id: idOf(query.entity, page.at(-1)!) } };
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

/**
 * Reads rows after `from` until `wanted` of them match, none are left (`complete`), or `mostRowsExamined` were looked at;
 * `last` is the row looked at last.
 */
async function scan(
  store: RecordStore,
  query: RecordQuery,
  { wanted, from }: { wanted: number; from?: string },
): Promise<{ found: Stored[]; complete: boolean; last?: string }> {
  const single = await findSingle(store, query, from);
  if (single) return { found: single, complete: true };
  const found: Stored[] = [];
  let examined = 0;
  let last = from;
  while (found.length < wanted && examined < mostRowsExamined) {
    // Our own part of a filter may let few rows pass: then larger helpings save round trips.
    const helping = query.matches ? Math.max(wanted, 500) : wanted - found.length;
    const page = await store.list(query.entity, {
      equals: query.equals,
      limit: Math.min(helping, mostRowsExamined - examined),
      ...(last !== undefined && { after: last }),
    });
    found.push(...page.records.filter(({ row }) => query.matches?.(row) ?? true));
    if (page.next === undefined) return { found: found.slice(0, wanted), complete: found.length <= wanted };
    examined += Math.max(page.records.length, 1);
    last = page.next;
  }
  return { found: found.slice(0, wanted), complete: false, ...(last !== undefined && { last }) };
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
  return fits && (query.matches?.(record.row) ?? true) ? [record] : [];
}

function isNewestFirst(order: readonly Order[]): boolean {
  return order.length === 1 && order[0]!.property === 'createdon' && order[0]!.descending;
}

function idOf(name: EntityName, { row }: Stored): string {
  return String(row[entity(name).key]);
}
