import type { OpenWork, OpenWorkList } from '../../ports/open-work';
import { find } from './find-row';
import { hasStatus, translate } from './storage-errors';
import type { Tables } from './tables';

const table = 'openwork';

/** Notes as rows of one table: a partition for each kind, which holds what is open and so stays small. */
export function tableOpenWork(tables: Tables): OpenWorkList {
  return {
    note: async (kind, { key, since, about }) => {
      const client = await tables.client(table);
      await client
        .upsertEntity(
          { partitionKey: kind, rowKey: key, since: String(since), ...(about !== undefined && { about }) },
          'Replace',
        )
        .catch(rethrow);
    },

    done: async (kind, { key, since }) => {
      const client = await tables.client(table);
      const row = await find(client, kind, key);
      if (row?.['since'] !== String(since)) return;
      try {
        await client.deleteEntity(kind, key, { etag: row.etag });
      } catch (error) {
        // A later note took its place, or somebody else was done with it first.
        if (!hasStatus(error, 412) && !hasStatus(error, 404)) throw translate(error);
      }
    },

    renew: async (kind, { key, since }, later) => {
      const client = await tables.client(table);
      const row = await find(client, kind, key);
      if (row && row['since'] !== String(since)) return false;
      const next = { partitionKey: kind, rowKey: key, since: String(later) };
      try {
        if (row) await client.updateEntity(next, 'Replace', { etag: row.etag });
        else await client.createEntity(next);
        return true;
      } catch (error) {
        // Changed, gone or made since it was read.
        if ([404, 409, 412].some((status) => hasStatus(error, status))) return false;
        throw translate(error);
      }
    },

    olderThan: async (kind, than, limit) => {
      const client = await tables.client(table);
      const found: OpenWork[] = [];
      try {
        for await (const row of client.listEntities({ queryOptions: { filter: `PartitionKey eq '${kind}'` } })) {
          const since = Number(row['since']);
          const about = typeof row['about'] === 'string' ? { about: row['about'] } : {};
          if (since < than) found.push({ key: String(row.rowKey), since, ...about });
          if (found.length >= limit) break;
        }
      } catch (error) {
        throw translate(error);
      }
      return found;
    },
  };
}

function rethrow(error: unknown): never {
  throw translate(error);
}
