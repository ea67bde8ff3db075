import type { TableClient } from '@azure/data-tables';
import type { Row, Scalar } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import { propertiesOf } from '../../model/properties';
import type { ListRequest, Page, RecordStore, Stored } from '../../ports/record-store';
import { fromStorageETag, toStorageETag } from './etag';
import { keyIndex } from './key-index';
import type { Hold, KeyIndex } from './key-index';
import { placeOf, rangeOf, rowKeyOf } from './placement';
import { condition, fromEntity, toEntity } from './row';
import { mergeShards } from './shard-merge';
import { hasStatus, translate } from './storage-errors';
import type { Tables } from './tables';

/** Conditions that a query of Table Storage may hold beside the key range (its limit is 15 in all). */
const mostConditions = 10;

/** Rows that one page of a shard holds (the service allows 1,000), and rows that one call of `list` looks at. */
const mostRowsInPage = 500;
const mostRowsExamined = 10_000;

/**
 * Records on Table Storage. A read by id is one request, a write one, or three when a new value of the alternate key has
 * to be kept unique. `timeout` (milliseconds) bounds each call of the storage client, its retries included.
 */
export function tableRecordStore(tables: Tables, { timeout = 15_000 }: { timeout?: number } = {}): RecordStore {
  const options = () => ({ abortSignal: AbortSignal.timeout(timeout) });

  const open = async (name: EntityName) => {
    const { alternateKey, stored } = entity(name);
    const client = await tables.client(stored.table);
    const index = alternateKey === undefined ? undefined : keyIndex(client, stored.prefix, options);
    const records = recordRows(client, name, options);
    return { records, client, index, alternateKey };
  };

  const store: RecordStore = {
    get: async (name, id) => (await open(name)).records.get(id),

    getByAlternateKey: async (name, value) => {
      const { records, index, alternateKey } = await open(name);
      const id = await index?.find(value);
      const found = id === undefined ? undefined : await records.get(id);
      return found?.row[alternateKey!] === value ? found : undefined;
    },

    insert: async (name, row) => {
      const { records, index, alternateKey } = await open(name);
      const id = String(row[entity(name).key]);
      const value = alternateKey === undefined ? undefined : row[alternateKey];
      const inUse = { kind: 'exists', property: entity(name).key } as const;
      if (!index || typeof value !== 'string') {
        const etag = await records.create(row);
        return etag === undefined ? inUse : { kind: 'inserted', etag };
      }
      const hold = await index.claim(value, id, holds(records, alternateKey!, value));
      if ('takenBy' in hold) return hold.takenBy === id ? inUse : { kind: 'exists', property: alternateKey! };
      const etag = await records.create(row);
      if (etag === undefined) {
        await index.release(hold);
        return inUse;
      }
      if (await index.confirm(hold)) return { kind: 'inserted', etag };
      await records.remove(id);
      return { kind: 'exists', property: alternateKey! };
    },

    replace: async (name, row, etag) => {
      const { records, index, alternateKey } = await open(name);
      return index
        ? replaceIndexed(records, index, { id: String(row[entity(name).key]), alternateKey: alternateKey!, row, etag })
        : records.replace(row, etag);
    },

    list: async (name, request) => {
      const { client } = await open(name);
      return listPage(client, name, request, options);
    },
  };
  return translated(store);
}

/** The rows of one table's records, without the index rows beside them. */
function recordRows(client: TableClient, name: EntityName, options: () => { abortSignal: AbortSignal }) {
  return {
    get: async (id: string): Promise<Stored | undefined> => {
      const { partitionKey, rowKey } = placeOf(name, id);
      try {
        const found = await client.getEntity(partitionKey, rowKey, options());
        return { row: fromEntity(name, found), etag: fromStorageETag(found.etag) };
      } catch (error) {
        if (hasStatus(error, 404)) return undefined;
        throw error;
      }
    },
    /** Undefined when the id is in use. */
    create: async (row: Row): Promise<string | undefined> => {
      try {
        const { etag } = await client.createEntity(toEntity(name, row, placeOf(name, keyOf(name, row))), options());
        return fromStorageETag(etag!);
      } catch (error) {
        if (hasStatus(error, 409)) return undefined;
        throw error;
      }
    },
    replace: async (row: Row, etag: string): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' }> => {
      const stored = toEntity(name, row, placeOf(name, keyOf(name, row)));
      try {
        const done = await client.updateEntity(stored, 'Replace', { ...options(), etag: toStorageETag(etag) });
        return { kind: 'replaced', etag: fromStorageETag(done.etag!) };
      } catch (error) {
        if (hasStatus(error, 404) || hasStatus(error, 412)) return { kind: 'changed' };
        throw error;
      }
    },
    remove: async (id: string): Promise<void> => {
      const { partitionKey, rowKey } = placeOf(name, id);
      try {
        await client.deleteEntity(partitionKey, rowKey, options());
      } catch (error) {
        if (!hasStatus(error, 404)) throw error;
      }
    },
  };
}

type RecordRows = ReturnType<typeof recordRows>;

function keyOf(name: EntityName, row: Row): string {
  return String(row[entity(name).key]);
}

const holds = (records: RecordRows, alternateKey: string, value: string) => async (id: string) =>
  (await records.get(id))?.row[alternateKey] === value;

/** Replaces a record; when its alternate key changes, the new value is claimed first and the old one given back last. */
async function replaceIndexed(
  records: RecordRows,
  index: KeyIndex,
  { id, alternateKey, row, etag }: { id: string; alternateKey: string; row: Row; etag: string },
): ReturnType<RecordStore['replace']> {
  const old = await records.get(id);
  if (old?.etag !== etag) return { kind: 'changed' };
  const before = old.row[alternateKey] ?? null;
  const value = row[alternateKey] ?? null;
  if (before === value) return records.replace(row, etag);

  let hold: Hold | undefined;
  if (typeof value === 'string') {
    const claim = await index.claim(value, id, holds(records, alternateKey, value));
    if ('takenBy' in claim)
      return claim.takenBy === id ? { kind: 'changed' } : { kind: 'exists', property: alternateKey };
    hold = claim;
  }
  const done = await records.replace(row, etag);
  if (done.kind === 'changed') {
    if (hold) await index.release(hold);
    return done;
  }
  if (hold && !(await index.confirm(hold))) {
    await undo(records, id, alternateKey, { value: value as string, before });
    return { kind: 'exists', property: alternateKey };
  }
  if (typeof before === 'string') await index.giveBack(before, id);
  return done;
}

/** Gives a record its old value of the alternate key back, unless somebody changed that in the meantime. */
async function undo(
  records: RecordRows,
  id: string,
  alternateKey: string,
  { value, before }: { value: string; before: Scalar },
): Promise<void> {
  for (;;) {
    const now = await records.get(id);
    if (now?.row[alternateKey] !== value) return;
    const undone = await records.replace({ ...now.row, [alternateKey]: before }, now.etag);
    if (undone.kind === 'replaced') return;
  }
}

async function listPage(
  client: TableClient,
  name: EntityName,
  { equals = {}, after, limit }: ListRequest,
  options: () => { abortSignal: AbortSignal },
): Promise<Page> {
  const { pushed, rest } = split(name, equals);
  const { from, to } = rangeOf(name);
  const start = after === undefined ? `RowKey ge '${from}'` : `RowKey gt '${rowKeyOf(name, after)}'`;
  const query = [start, `RowKey lt '${to}'`, ...pushed].join(' and ');
  // One row more than asked for tells whether there is a next page.
  const pageSize = Math.min(limit + 1, mostRowsInPage);
  const records: Stored[] = [];
  let examined = 0;
  let last = after;
  for await (const stored of mergeShards(client, query, pageSize, options)) {
    if (records.length === limit || examined === mostRowsExamined) return { records, ...(last && { next: last }) };
    examined += 1;
    const row = fromEntity(name, stored);
    last = keyOf(name, row);
    if (rest.every(([property, value]) => (row[property] ?? null) === value)) {
      records.push({ row, etag: fromStorageETag(stored.etag) });
    }
  }
  return { records };
}

/** What storage can look for itself, and what is left for us: properties that are absent have no equal there. */
function split(name: EntityName, equals: Readonly<Record<string, Scalar>>) {
  const properties = propertiesOf(name);
  const pushed: string[] = [];
  const rest: [string, Scalar][] = [];
  for (const [property, value] of Object.entries(equals)) {
    const column = properties.get(property)?.column;
    if (column && value !== null && pushed.length < mostConditions) pushed.push(condition(column, property, value));
    else rest.push([property, value]);
  }
  return { pushed, rest };
}

function translated(store: RecordStore): RecordStore {
  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      try {
        return await call(...args);
      } catch (error) {
        throw translate(error);
      }
    };
  return {
    get: guard(store.get),
    getByAlternateKey: guard(store.getByAlternateKey),
    insert: guard(store.insert),
    replace: guard(store.replace),
    list: guard(store.list),
  };
}
