import type { Coverage } from '../domain/coverage';
import type { Group, Window } from '../domain/group';
import type { Duplicate } from '../domain/duplicate';
import type { Regroup } from '../domain/regroup';
import type { Step } from '../domain/steps';
import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';

/** A partition of an IoT Hub's event stream. */
export interface Source {
  hub: string;
  partition: string;
}

/** How far a source has been dealt with in a shard. */
export interface Mark {
  source: Source;
  coverage: Coverage;
}

/** What one shard remembers: the groups and the sources asked for. Groups must be copied or drafted to be changed. */
export interface ShardState {
  groups: ReadonlyMap<string, Group>;
  /** In the order they were asked for. */
  coverages: readonly Coverage[];
  /** The number that the next commit gets, if nobody is faster. */
  next: number;
  /** Opaque; `commit` takes it back and so notices every change made in between. */
  version: ShardVersion;
}

export type ShardVersion = { readonly shardVersion: unique symbol };

/** What to write together: all of it, or nothing. At most 97 rows. */
export interface Entry {
  inserts: readonly { entity: EntityName; row: Row }[];
  /** Columns to set on records that exist; with an `etag`, on the record that still has it. */
  merges: readonly { entity: EntityName; id: string; row: Row; etag?: string }[];
  /** Duplicates that are kept without rows of their own; records like all others to whoever reads them. */
  packed: readonly Duplicate[];
  /** Groups as they are to be. Drafts (`draftOf`) must not be used any more once they are committed. */
  groups: ReadonlyMap<string, Group>;
  /** How groups came from what they were, where `packed` does not tell. Groups without any are kept as they stand. */
  steps: readonly Step[];
  /** Windows that the groups have forgotten; their primary alerts keep what they count, if they still exist. */
  ended: readonly Window[];
  /**
   * Devices that are not known yet, each group and device once. `unsure` when a note may be there that reaches further back,
   * which is to stay.
   */
  waiting: readonly (Waiting & { unsure?: boolean })[];
  marks?: readonly Mark[];
  /** What callers are told when they ask for the same again; lost when there is one for a target already. */
  receipts?: readonly Receipt[];
  /** The number that the commit must get, because ids were made of it. */
  number?: number;
}

/** What became of parts of a request that carries a key of its sender's. */
export interface Receipt {
  key: string;
  /** Hash of the request's body. */
  body: string;
  /** The alerts that were asked for, by their index in the request, and their ids. */
  targets: readonly (readonly [index: number, id: string])[];
}

/** The storage does not take so much in one transaction; less of it may be tried. */
export class TooMuchAtOnce extends Error {}

/** A note that alerts of a group wait for a device: one for each of both. */
export interface Waiting {
  deviceId: string;
  groupKey: string;
  /** No alert that the note is about has an earlier time (ms) in its id; 0 for those whose ids clients chose. */
  since: number;
}

/**
 * Alerts, what they opened, and the state of their groups, by shard. Everything of one group is in one shard, and one
 * commit is one storage transaction. The duplicates that a primary alert counts, and the time of the last, are read from
 * its group: nobody has to write them into its record.
 */
export interface AlertLedger {
  /** What is remembered may be out of date, which `commit` finds out; `fresh` reads it again, to decide without writing. */
  read(shard: number, groupKeys: readonly string[], sources?: readonly Source[], how?: 'fresh'): Promise<ShardState>;
  /**
   * Nothing is written when a group, a source or a record with an `etag` changed since it was read, a row to insert
   * exists, or a record to change does not. Throws `TooMuchAtOnce` when the storage takes no such transaction.
   */
  commit(shard: number, entry: Entry, version: ShardVersion): Promise<{ kind: 'committed' } | { kind: 'lost-race' }>;
  /**
   * Keeps the name of a request for a hash of its body, before anything of it is written: `first` for whoever comes first,
   * `again` when the name is kept for this body, `other` when it is kept for another one.
   */
  claim(key: string, body: string): Promise<{ kind: 'first' | 'again' | 'other' }>;
  /** What is known of a request in this shard. */
  receipts(shard: number, key: string): Promise<Receipt[]>;
  /**
   * Keeps an id that a client chose (one that `placeInId` knows nothing of) for an alert of this shard, so that the alert is
   * found by it. `taken` when it is kept for another shard. Safe to repeat; nothing says that the alert exists.
   */
  reserve(alertId: string, shard: number): Promise<{ kind: 'reserved' } | { kind: 'taken' }>;
  /**
   * Replaces a record that still has this ETag, together with its group as `regroup` makes it. `changed` when the
   * record has another ETag by now, or `regroup` finds the group otherwise than it needs it.
   */
  revise(
    entity: EntityName,
    row: Row,
    etag: string,
    regroup: Regroup | undefined,
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' }>;
  /** Notes of alerts that wait for a device: of one device, or of all. */
  waiting(deviceId?: string): AsyncIterable<Waiting & { shard: number }>;
  /**
   * Gives the waiting alerts of a device in one group their device. Returns how many were linked; safe to repeat.
   */
  link(note: Waiting & { shard: number }, columns: Row): Promise<number>;
  /**
   * Removes some of the alerts of a shard that were there before a time (ms) and have nothing open, with their duplicates
   * and windows, and receipts that nobody asks for any more. `more` when there is more to look through.
   */
  expire(shard: number, time: { before: number; now: number }): Promise<{ removed: number; more: boolean }>;
}
