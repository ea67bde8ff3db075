import type { TransactionAction } from '@azure/data-tables';
import { entity } from '../../model/entities';
import type { RecordStore, Write } from '../../ports/record-store';
import { recordETag } from './etag';
import { stampActions } from './change-stamps';
import { conditionFor } from './packed-alerts';
import type { Place } from './placement';
import { findPlace } from './reserved-ids';
import { toEntity, toMerge } from './row';
import { hasStatus } from './storage-errors';
import type { Tables } from './tables';
import { transact } from './transaction';

/** What one entity-group transaction holds; the service allows 100 rows and 4 MiB, and one row tells of the change. */
const mostRows = 99;
const mostCharacters = 600_000;

/**
 * Writes records in one entity-group transaction, when they lie in one partition of one table. Where a table has an alternate
 * key, they do not if that key changes: its index rows lie in partitions of their own.
 */
export async function writeTogether(
  tables: Tables,
  writes: readonly Write[],
): ReturnType<RecordStore['writeTogether']> {
  const places = await Promise.all(
    writes.map(async ({ entity: name, row }) => {
      const client = await tables.client(entity(name).stored.table);
      return findPlace(client, name, String(row[entity(name).key]));
    }),
  );
  const conditions = await Promise.all(
    writes.map(async ({ entity: name, row, etag }) => {
      const client = await tables.client(entity(name).stored.table);
      return etag === undefined ? '' : conditionFor(client, name, String(row[entity(name).key]), etag);
    }),
  );
  const rows = writes.map((write, index) => {
    const place = places[index]!;
    return { name: write.entity, place, action: actionOf(write, place, conditions[index]!), keepsKey: keepsKey(write) };
  });
  const first = rows[0];
  const fits =
    first !== undefined &&
    rows.length <= mostRows &&
    JSON.stringify(rows).length <= mostCharacters &&
    rows.every(
      ({ name, place, keepsKey: keeps }) =>
        keeps &&
        entity(name).stored.table === entity(first.name).stored.table &&
        place.partitionKey === first.place.partitionKey,
    );
  if (!fits) return { kind: 'apart' };
  const client = await tables.client(entity(first.name).stored.table);
  try {
    const actions = rows.map(({ action }) => action);
    const stamps = new Map(
      rows.flatMap(({ name }) => stampActions(name, first.place.partitionKey)).map((stamp) => [stamp[1].rowKey, stamp]),
    );
    const etags = await transact(client, [...actions, ...stamps.values()]);
    return { kind: 'written', etags: writes.map(({ row }, i) => recordETag(row, etags[i]!)) };
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 409) || hasStatus(error, 412)) return { kind: 'changed' };
    throw error;
  }
}

/** Where it is known how the record was, only what changed is sent: it is less, and Azurite merges faster than it replaces. */
function actionOf({ entity: name, row, etag, before }: Write, place: Place, ifMatch: string): TransactionAction {
  if (etag === undefined) return ['create', toEntity(name, row, place)];
  const merge = before && toMerge(name, before, row, place);
  const condition = { etag: ifMatch };
  return merge ? ['update', merge, 'Merge', condition] : ['update', toEntity(name, row, place), 'Replace', condition];
}

/** Whether the index of the table's alternate key stays as it is. The condition on the ETag vouches for `before`. */
function keepsKey({ entity: name, row, etag, before }: Write): boolean {
  const { alternateKey } = entity(name);
  if (alternateKey === undefined) return true;
  return etag !== undefined && before !== undefined && (before[alternateKey] ?? null) === (row[alternateKey] ?? null);
}
