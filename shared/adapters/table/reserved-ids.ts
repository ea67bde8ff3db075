import type { TableClient } from '@azure/data-tables';
import { placeInId } from '../../domain/ids';
import type { EntityName } from '../../model/entities';
import { partition, placeOf, rowKeyOf } from './placement';
import type { Place } from './placement';
import { hasStatus } from './storage-errors';

/*
 * An alert stands in the shard of its group. Ids that we make name it; for an id that a client chose, a row in the id's own
 * place (X-) does. It is written before the alert and never changes, so that it may be remembered.
 */

const remembered = new WeakMap<TableClient, Map<string, string>>();
const idsRemembered = 10_000;

/** Keeps the id for this shard; false when it is kept for another. */
export async function reserveId(client: TableClient, id: string, shard: number): Promise<boolean> {
  const { partitionKey } = placeOf('msdyn_iotalert', id);
  const wanted = partition(shard);
  try {
    await client.createEntity({ partitionKey, rowKey: `X-${id}`, alertPartition: wanted });
    return true;
  } catch (error) {
    if (!hasStatus(error, 409)) throw error;
    return (await reservedPartition(client, id)) === wanted;
  }
}

/** The place of a record by its id: the one its id leads to, or for an alert whose id a client chose, the reserved one. */
export async function findPlace(client: TableClient, name: EntityName, id: string): Promise<Place> {
  const own = placeOf(name, id);
  if (name !== 'msdyn_iotalert' || placeInId(id)) return own;
  return { ...own, partitionKey: (await reservedPartition(client, id)) ?? own.partitionKey };
}

/** The place of a row in a shard that is known. */
export function placeIn(shard: number, name: EntityName, id: string): Place {
  return { partitionKey: partition(shard), rowKey: rowKeyOf(name, id) };
}

async function reservedPartition(client: TableClient, id: string): Promise<string | undefined> {
  const known = remembered.get(client) ?? new Map<string, string>();
  remembered.set(client, known);
  const found = known.get(id) ?? (await readPartition(client, id));
  if (found === undefined) return undefined;
  known.set(id, found);
  if (known.size > idsRemembered) known.delete(known.keys().next().value!);
  return found;
}

async function readPartition(client: TableClient, id: string): Promise<string | undefined> {
  try {
    const row = await client.getEntity(placeOf('msdyn_iotalert', id).partitionKey, `X-${id}`);
    return String(row['alertPartition']);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}
