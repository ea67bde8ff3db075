import type { Coverage } from '../domain/coverage';
import type { Group } from '../domain/debounce';
import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';

/** A partition of an IoT Hub's event stream. */
export interface Source {
  hub: string;
  partition: string;
}

/** What one shard remembers: the groups asked for, and how far the source has been dealt with. */
export interface ShardState {
  groups: ReadonlyMap<string, Group>;
  coverage: Coverage;
  /** Opaque; `commit` takes it back and so notices every change made in between. */
  version: ShardVersion;
}

export type ShardVersion = { readonly shardVersion: unique symbol };

/** Rows to write together: all of them, or none. At most 100. */
export interface Entry {
  inserts: readonly { entity: EntityName; row: Row }[];
  /** Columns to set on records that exist; with an `etag`, on the record that still has it. */
  merges: readonly { entity: EntityName; id: string; row: Row; etag?: string }[];
  groups: ReadonlyMap<string, Group>;
  /** Alerts whose device is not known yet. `since` is the time (ms) inside the first such alert's id. */
  waiting: readonly Waiting[];
  coverage?: Coverage;
}

export interface Waiting {
  deviceId: string;
  groupKey: string;
  since: number;
}

/**
 * Alerts, what they opened, and the state of their groups, by shard. Everything of one group is in one shard, and one
 * commit is one storage transaction.
 */
export interface AlertLedger {
  /** What is remembered may be out of date, which `commit` finds out; `fresh` reads it again, to decide without writing. */
  read(shard: number, groupKeys: readonly string[], source?: Source, how?: 'fresh'): Promise<ShardState>;
  /**
   * Nothing is written when a group, the coverage or a record with an `etag` changed since it was read, a row to insert
   * exists, or a record to change does not.
   */
  commit(
    shard: number,
    entry: Entry,
    version: ShardVersion,
    source?: Source,
  ): Promise<{ kind: 'committed' } | { kind: 'lost-race' }>;
  /**
   * Keeps an id that a client chose (one that `placeInId` knows nothing of) for an alert of this shard, so that the alert is
   * found by it. `taken` when it is kept for another shard. Safe to repeat; nothing says that the alert exists.
   */
  reserve(alertId: string, shard: number): Promise<{ kind: 'reserved' } | { kind: 'taken' }>;
  /**
   * Replaces a record that still has this ETag, together with its group as `regroup` makes it. `changed` when the
   * record has another ETag by now.
   */
  revise(
    entity: EntityName,
    row: Row,
    etag: string,
    regroup: { groupKey: string; change: (group: Group) => Group } | undefined,
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' }>;
  /** Notes of alerts that wait for a device: of one device, or of all. */
  waiting(deviceId?: string): AsyncIterable<Waiting & { shard: number }>;
  /**
   * Gives the waiting alerts of a device in one group their device. Returns how many were linked; safe to repeat.
   */
  link(note: Waiting & { shard: number }, columns: Row): Promise<number>;
}
