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

/** Row keys from `from` up to, not including, `to`. */
export interface KeyRange {
  from: string;
  to: string;
}

/** The condition that a row is in a partition and a range. */
export function inRange(partitionKey: string, { from, to }: KeyRange): string {
  return `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
}

/**
 * The row keys of a table's records within each partition, in order: of all records, or of those that may have been
 * created in a span. Ids that clients chose hold no time, so their keys are a range of their own, the last.
 */
export function rangesOf(name: EntityName, created: Span = {}): KeyRange[] {
  const { prefix } = entity(name).stored;
  const { from, to } = idTimes(name, created);
  const first = `${prefix}-${to === undefined ? '' : newestFirst(to)}`;
  const end = `${prefix}.`;
  if (from === undefined) return [{ from: first, to: end }];
  return [
    { from: first, to: `${prefix}-${newestFirst(Math.max(from, 1) - 1)}` },
    { from: `${prefix}-${newestFirst(0)}`, to: end },
  ];
}
