import type { TableClient } from '@azure/data-tables';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { Stored } from '../../ports/record-store';
import { fromStorageETag, toStorageETag } from './etag';
import { findPlace } from './reserved-ids';
import { fromEntity, toEntity } from './row';
import { hasStatus } from './storage-errors';

/** The rows of one table's records, each read and written by itself; `options` bounds each request. */
export function recordRows(client: TableClient, name: EntityName, options: () => { abortSignal: AbortSignal }) {
  const placeOfRow = async (row: Row) => findPlace(client, name, keyOf(name, row), options);
  return {
    get: async (id: string): Promise<Stored | undefined> => {
      const { partitionKey, rowKey } = await findPlace(client, name, id, options);
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
        const { etag } = await client.createEntity(toEntity(name, row, await placeOfRow(row)), options());
        return fromStorageETag(etag!);
      } catch (error) {
        if (hasStatus(error, 409)) return undefined;
        throw error;
      }
    },
    replace: async (row: Row, etag: string): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' }> => {
      const stored = toEntity(name, row, await placeOfRow(row));
      try {
        const done = await client.updateEntity(stored, 'Replace', { ...options(), etag: toStorageETag(etag) });
        return { kind: 'replaced', etag: fromStorageETag(done.etag!) };
      } catch (error) {
        if (hasStatus(error, 404) || hasStatus(error, 412)) return { kind: 'changed' };
        throw error;
      }
    },
    /** Without an ETag, whatever the record is by now. */
    remove: async (id: string, etag = '*'): Promise<{ kind: 'removed' } | { kind: 'changed' }> => {
      const { partitionKey, rowKey } = await findPlace(client, name, id, options);
      const wanted = etag === '*' ? etag : toStorageETag(etag);
      try {
        await client.deleteEntity(partitionKey, rowKey, { ...options(), etag: wanted });
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
