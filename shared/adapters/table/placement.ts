import { idTimes } from '../../domain/id-times';
import { newestFirst, placeInId, shardCount, shardOf, sortKey } from '../../domain/ids';
import type { Span } from '../../domain/record-query';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';

/** Where a row lives. */
export interface Place {
  partitionKey: string;
  rowKey: string;
}

/** The place of a record, read from its id alone: one point read finds it. Ids that clients chose sort as the oldest. */
export function placeOf(name: EntityName, id: string): Place {
  return { partitionKey: partition(placeInId(id)?.shard ?? shardOf(id)), rowKey: rowKeyOf(name, id) };
}

/** The row key of a record; within a table they sort the newest first. */
export function rowKeyOf(name: EntityName, id: string): string {
  return `${entity(name).stored.prefix}-${sortKey(id)}`;
}

/** Partition key of a shard. */
export function partition(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}

/** Every partition of a table. */
export const partitions: readonly string[] = Array.from({ length: shardCount }, (_, shard) => partition(shard));

/**
 * The row keys of a table's records within each partition, from `from` up to, not including, `to`: of all records, or of
 * those that may have been created in a span.
 */
export function rangeOf(name: EntityName, created: Span = {}): { from: string; to: string } {
  const { prefix } = entity(name).stored;
  const times = idTimes(name, created);
  return {
    from: `${prefix}-${times.to === undefined ? '' : newestFirst(times.to)}`,
    to: times.from === undefined ? `${prefix}.` : `${prefix}-${newestFirst(times.from - 1)}`,
  };
}
