import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { Stored } from '../../ports/record-store';
import { stampActions } from './change-stamps';
import { counted } from './derived-counts';
import { recordETag } from './etag';
import { conditionFor, findPacked } from './packed-alerts';
import { partitions } from './placement';
import type { Place } from './placement';
import { findPlace } from './reserved-ids';
import { fromEntity, toEntity } from './row';
import type { ShardLogs } from './shard-log';
import { hasStatus } from './storage-errors';
import { transact } from './transaction';

/** The rows of one table's records, each read and written by itself. */
export function recordRows(client: TableClient, name: EntityName, { logs }: { logs: ShardLogs }) {
  const placeOfRow = async (row: Row) => findPlace(client, name, keyOf(name, row));

  const readRow = async ({ partitionKey, rowKey }: Place): Promise<Stored | undefined> => {
    try {
      const found = await client.getEntity(partitionKey, rowKey);
      const row = fromEntity(name, found);
      if (name !== 'msdyn_iotalert') return { row, etag: recordETag(row, found.etag) };
      const [whole] = await counted(logs(partitions.indexOf(partitionKey)), [row], 'fresh');
      return { row: whole!, etag: recordETag(whole!, found.etag) };
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  };

  /** Writes a row, and with it the stamp of a watched table. Answers the row's ETag. */
  const write = async (action: TransactionAction): Promise<string> => {
    const [, row] = action;
    const stamps = stampActions(name, row.partitionKey);
    const [etag] = await transact(client, [action, ...stamps]);
    return etag!;
  };

  return {
    get: async (id: string): Promise<Stored | undefined> => {
      const place = await findPlace(client, name, id);
      const own = await readRow(place);
      if (own || name !== 'msdyn_iotalert') return own;
      // It may have got a row of its own in between.
      return (await findPacked(client, id)) ?? readRow(place);
    },
    /** Undefined when the id is in use. */
    create: async (row: Row): Promise<string | undefined> => {
      try {
        return recordETag(row, await write(['create', toEntity(name, row, await placeOfRow(row))]));
      } catch (error) {
        if (hasStatus(error, 409)) return undefined;
        throw error;
      }
    },
    replace: async (row: Row, etag: string): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' }> => {
      const stored = toEntity(name, row, await placeOfRow(row));
      const condition = await conditionFor(client, name, keyOf(name, row), etag);
      try {
        return {
          kind: 'replaced',
          etag: recordETag(row, await write(['update', stored, 'Replace', { etag: condition }])),
        };
      } catch (error) {
        if (hasStatus(error, 404) || hasStatus(error, 412)) return { kind: 'changed' };
        throw error;
      }
    },
    /** Without an ETag, whatever the record is by now. */
    remove: async (id: string, etag = '*'): Promise<{ kind: 'removed' } | { kind: 'changed' }> => {
      const { partitionKey, rowKey } = await findPlace(client, name, id);
      const wanted = etag === '*' ? etag : await conditionFor(client, name, id, etag);
      try {
        await write(['delete', { partitionKey, rowKey, etag: wanted }]);
        return { kind: 'removed' };
      } catch (error) {
        if (hasStatus(error, 404) || hasStatus(error, 412)) return { kind: 'changed' };
        throw error;
      }
    },
  };
}

export type RecordRows = ReturnType<typeof recordRows>;

function keyOf(name: EntityName, row: Row): string {
  return String(row[entity(name).key]);
}
