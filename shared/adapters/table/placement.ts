import { newestFirst, placeInId, shardCount, shardOf } from '../../domain/ids';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';

/** Where a row lives. */
export interface Place {
  partitionKey: string;
  rowKey: string;
}

/** The place of a record, read from its id alone: one point read finds it. Ids that clients chose sort as the oldest. */
export function placeOf(name: EntityName, id: string): Place {
  const { prefix } = entity(name).stored;
  const own = placeInId(id);
  return own
    ? { partitionKey: partition(own.shard), rowKey: `${prefix}-${newestFirst(own.time)}-${id}` }
    : { partitionKey: partition(shardOf(id)), rowKey: `${prefix}-${newestFirst(0)}-${id}` };
}

/** Partition key of a shard. */
export function partition(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}

/** Every partition of a table. */
export const partitions: readonly string[] = Array.from({ length: shardCount }, (_, shard) => partition(shard));

/** The row keys of a table's records within each partition: from `from` up to, not including, `to`. */
export function rangeOf(name: EntityName): { from: string; to: string } {
  const { prefix } = entity(name).stored;
  return { from: `${prefix}-`, to: `${prefix}.` };
}
