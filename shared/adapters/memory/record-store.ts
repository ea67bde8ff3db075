import { sortKey } from '../../domain/ids';
import { isAmong, isWithin } from '../../domain/record-query';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { RecordStore, Stored } from '../../ports/record-store';

/** Records in this process's memory: for tests and trials. */
export function memoryRecordStore(): RecordStore {
  const tables = new Map<EntityName, Map<string, Stored>>();
  let version = 0;

  const rowsOf = (name: EntityName): Map<string, Stored> => {
    const known = tables.get(name);
    if (known) return known;
    tables.set(name, new Map());
    const { builtIn = [], key } = entity(name);
    for (const row of builtIn) put(name, String(row[key]), row);
    return tables.get(name)!;
  };

  const stamps = new Map<EntityName, number>();
  const stamp = (name: EntityName) => stamps.set(name, (stamps.get(name) ?? 0) + 1);

  const put = (name: EntityName, id: string, row: Row) => {
    stamp(name);
    const etag = `W/"${(version += 1)}"`;
    const kept = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
    rowsOf(name).set(id, { row: Object.fromEntries(kept), etag });
    return etag;
  };

  const withValue = (name: EntityName, value: unknown) => {
    const { alternateKey } = entity(name);
    if (alternateKey === undefined || typeof value !== 'string') return undefined;
    return [...rowsOf(name).values()].find(({ row }) => row[alternateKey] === value);
  };

  /** The alternate key when another record has the same value. */
  const taken = (name: EntityName, id: string, row: Row) => {
    const { alternateKey, key } = entity(name);
    const other = alternateKey === undefined ? undefined : withValue(name, row[alternateKey]);
    return other && other.row[key] !== id ? alternateKey : undefined;
  };

  return {
    get: async (name, id) => rowsOf(name).get(id),

    getMany: async (name, ids) => ids.map((id) => rowsOf(name).get(id)),

    getByAlternateKey: async (name, value) => withValue(name, value),

    insert: async (name, row) => {
      const { key } = entity(name);
      const id = String(row[key]);
      const property = rowsOf(name).has(id) ? key : taken(name, id, row);
      return property === undefined ? { kind: 'inserted', etag: put(name, id, row) } : { kind: 'exists', property };
    },

    replace: async (name, row, etag) => {
      const id = String(row[entity(name).key]);
      if (rowsOf(name).get(id)?.etag !== etag) return { kind: 'changed' };
      const property = taken(name, id, row);
      return property === undefined ? { kind: 'replaced', etag: put(name, id, row) } : { kind: 'exists', property };
    },

    writeTogether: async (writes) => {
      const fails = writes.some(({ entity: name, row, etag }) => {
        const id = String(row[entity(name).key]);
        return rowsOf(name).get(id)?.etag !== etag || taken(name, id, row) !== undefined;
      });
      if (fails) return { kind: 'changed' };
      const etags = writes.map(({ entity: name, row }) => put(name, String(row[entity(name).key]), row));
      return { kind: 'written', etags };
    },

    remove: async (name, id, etag) => {
      if (rowsOf(name).get(id)?.etag !== etag) return { kind: 'changed' };
      rowsOf(name).delete(id);
      stamp(name);
      return { kind: 'removed' };
    },

    stamp: async (name) => String(stamps.get(name) ?? 0),

    list: async (name, { equals = {}, among, between = {}, matches, properties, after, limit, examine = Infinity }) => {
      const conditions = Object.entries(equals);
      const spans = Object.entries(between);
      const start = after === undefined ? '' : sortKey(after);
      const found = [...rowsOf(name).entries()]
        .map(([id, stored]) => ({ id, stored, at: sortKey(id) }))
        .filter(
          ({ at, stored: { row } }) =>
            at > start &&
            conditions.every(([key, value]) => (row[key] ?? null) === value) &&
            isAmong(among, row) &&
            spans.every(([key, span]) => isWithin(span, row[key])),
        )
        .toSorted((a, b) => (a.at < b.at ? -1 : 1));
      const page: typeof found = [];
      let examined = 0;
      for (const each of found) {
        const passes = matches?.holds(each.stored.row) ?? true;
        if (examined === examine || (passes && page.length === limit)) break;
        examined += 1;
        if (passes) page.push(each);
      }
      const last = examined < found.length ? (found[examined - 1]?.id ?? after) : undefined;
      return {
        records: page.map(({ stored }) => (properties ? only([entity(name).key, ...properties], stored) : stored)),
        ...(last !== undefined && { next: last, examined }),
      };
    },
  };
}

function only(properties: readonly string[], { row, etag }: Stored): Stored {
  return { row: Object.fromEntries(Object.entries(row).filter(([key]) => properties.includes(key))), etag };
}
