import { createHash } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { shardOf } from '../../domain/ids';
import { partition } from './placement';
import type { Place } from './placement';
import { hasStatus } from './storage-errors';

/** A claim on a value of an alternate key, and the ETag of the row that holds it. */
export interface Hold {
  place: Place;
  id: string;
  etag: string;
}

/** Of the 512 characters of a row key. */
const longestKey = 400;

/** How often to fight for a value with others that fight for it; each lost round means that somebody else won one. */
const rounds = 40;

/**
 * The rows that keep an alternate key unique: one a value, in the same table as the records, naming the record that has
 * it. A record and its index row may lie in different partitions, so they cannot be written together. Therefore: claim
 * the value, write the record, confirm the claim. The confirmation rewrites the index row, so it fails for whoever was
 * overtaken in between, and makes everybody fail who looked before the record was there. A crash on the way leaves a row
 * that names a record without the value; the next who wants the value takes that row over.
 */
export function keyIndex(client: TableClient, prefix: string) {
  const placeOfValue = (value: string): Place => ({
    partitionKey: partition(shardOf(value)),
    rowKey: `K${prefix}-${safeKey(value)}`,
  });

  const read = async (place: Place): Promise<Hold | undefined> => {
    try {
      const row = await client.getEntity<{ id: string }>(place.partitionKey, place.rowKey);
      return { place, id: row.id, etag: row.etag };
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  };

  /** Points the row to `id`, if it is still as it was seen; undefined when somebody else changed it. */
  const write = async (place: Place, id: string, seen: Hold | undefined): Promise<Hold | undefined> => {
    const row = { ...place, id };
    try {
      const { etag } = seen
        ? await client.updateEntity(row, 'Replace', { etag: seen.etag })
        : await client.createEntity(row);
      return { place, id, etag: etag! };
    } catch (error) {
      if (hasStatus(error, 404) || hasStatus(error, 409) || hasStatus(error, 412)) return undefined;
      throw error;
    }
  };

  const release = async ({ place, etag }: Hold): Promise<void> => {
    try {
      await client.deleteEntity(place.partitionKey, place.rowKey, { etag });
    } catch (error) {
      if (!hasStatus(error, 404) && !hasStatus(error, 412)) throw error;
    }
  };

  return {
    /** Id of the record that a value leads to; whether that record still has the value is for the caller to see. */
    find: async (value: string): Promise<string | undefined> => (await read(placeOfValue(value)))?.id,

    /** Claims a value for a record. `hasValue` tells whether the record with that id exists and has the value. */
    claim: async (
      value: string,
      id: string,
      hasValue: (id: string) => Promise<boolean>,
    ): Promise<Hold | { takenBy: string }> => {
      const place = placeOfValue(value);
      let holder = id;
      for (let round = 0; round < rounds; round += 1) {
        const seen = round === 0 ? undefined : await read(place);
        if (seen && (await hasValue(seen.id))) return { takenBy: seen.id };
        const hold = await write(place, id, seen);
        if (hold) return hold;
        holder = seen?.id ?? holder;
      }
      return { takenBy: holder };
    },

    /** Whether the claim outlived the writing of the record. */
    confirm: async (hold: Hold): Promise<boolean> => (await write(hold.place, hold.id, hold)) !== undefined,

    release,

    /** The hold of a record on a value that it has. */
    heldBy: async (value: string, id: string): Promise<Hold | undefined> => {
      const hold = await read(placeOfValue(value));
      return hold?.id === id ? hold : undefined;
    },
  };
}

export type KeyIndex = ReturnType<typeof keyIndex>;

/**
 * Letters, digits and a few marks as they are; everything else, what row keys forbid included, as `~` and hex bytes. What
 * would be too long for a row key is replaced by its hash; `~~` begins no other key.
 */
function safeKey(value: string): string {
  const safe = value.replace(/[^A-Za-z0-9.:_=@;$!()*-]/gu, (char) =>
    [...Buffer.from(char)].map((byte) => `~${byte.toString(16).padStart(2, '0')}`).join(''),
  );
  return safe.length <= longestKey ? safe : `~~${createHash('sha256').update(value).digest('hex')}`;
}
