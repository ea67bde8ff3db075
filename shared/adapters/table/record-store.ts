import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { RecordStore } from '../../ports/record-store';
import { insertIndexed, removeIndexed, replaceIndexed } from './indexed-writes';
import { keyIndex } from './key-index';
import { listPage } from './list-page';
import { readMany } from './read-many';
import { recordRows } from './record-rows';
import type { RecordRows } from './record-rows';
import { shardLogs } from './shard-log';
import type { ShardLogs } from './shard-log';
import { stampOf } from './change-stamps';
import { translate } from './storage-errors';
import type { Tables } from './tables';
import { writeTogether } from './write-together';

/**
 * Records on Table Storage. A read by id is one request, and so is a write; a table with an alternate key needs a few more
 * to keep it unique. `logs` is what is known of the shards of alerts, to be shared with the ledger.
 */
export function tableRecordStore(tables: Tables, { logs = shardLogs(tables) }: { logs?: ShardLogs } = {}): RecordStore {
  const complete = new Map<EntityName, Promise<unknown>>();

  /** Writes the records that every store has, when the table is used first; those that are there stay as they are. */
  const withBuiltIn = async (name: EntityName, records: RecordRows): Promise<void> => {
    const { builtIn } = entity(name);
    if (!builtIn) return;
    const writing = complete.get(name) ?? Promise.all(builtIn.map((row) => records.create(row)));
    complete.set(name, writing);
    // A failure must not be remembered: the next call tries again.
    writing.catch(() => complete.delete(name));
    await writing;
  };

  const open = async (name: EntityName) => {
    const { key, alternateKey, stored } = entity(name);
    const client = await tables.client(stored.table);
    const records = recordRows(client, name, { logs });
    await withBuiltIn(name, records);
    if (alternateKey === undefined) return { client, records };
    return {
      client,
      records,
      indexed: { records, index: keyIndex(client, stored.prefix), key, alternateKey },
    };
  };

  return translated({
    get: async (name, id) => (await open(name)).records.get(id),

    getMany: async (name, ids) => readMany((await open(name)).client, name, ids, { logs }),

    getByAlternateKey: async (name, value) => {
      const { records, indexed } = await open(name);
      const id = await indexed?.index.find(value);
      const found = id === undefined ? undefined : await records.get(id);
      return indexed && found?.row[indexed.alternateKey] === value ? found : undefined;
    },

    insert: async (name, row) => {
      const { records, indexed } = await open(name);
      const value = indexed && row[indexed.alternateKey];
      if (indexed && typeof value === 'string') return insertIndexed(indexed, row, value);
      const etag = await records.create(row);
      return etag === undefined ? { kind: 'exists', property: entity(name).key } : { kind: 'inserted', etag };
    },

    replace: async (name, row, etag) => {
      const { records, indexed } = await open(name);
      return indexed ? replaceIndexed(indexed, row, etag) : records.replace(row, etag);
    },

    remove: async (name, id, etag) => {
      const { records, indexed } = await open(name);
      return indexed ? removeIndexed(indexed, id, etag) : records.remove(id, etag);
    },

    stamp: async (name) => stampOf((await open(name)).client, name),

    writeTogether: async (writes) => writeTogether(tables, writes),

    list: async (name, request) => {
      const { client } = await open(name);
      return listPage(client, name, request, { logs });
    },
  });
}

/** The same store with the storage client's errors turned into ours. */
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
    getMany: guard(store.getMany),
    getByAlternateKey: guard(store.getByAlternateKey),
    insert: guard(store.insert),
    replace: guard(store.replace),
    remove: guard(store.remove),
    writeTogether: guard(store.writeTogether),
    list: guard(store.list),
    stamp: guard(store.stamp),
  };
}
