import { createHash } from 'node:crypto';

/**
 * How many partitions each table is spread over. More shards carry more writes at once (Azure gives 2,000 rows a second
 * to each), fewer make a batch fewer transactions.
 */
export const shardCount = 8;

const maxTime = 2 ** 48 - 1;

/**
 * An id that leads to its row: a UUID of version 8 that holds 48 bits of time (milliseconds since 1970), 12 bits of
 * shard and 62 bits of a hash of `seed`. The same arguments give the same id, so a repeated write meets its own row.
 */
export function makeId({ time, shard, seed }: { time: number; shard: number; seed: string }): string {
  const hash = createHash('sha256').update(seed).digest();
  const millis = clampTime(time).toString(16).padStart(12, '0');
  const variant = ((hash[0]! & 0x3f) | 0x80).toString(16);
  const rest = hash.toString('hex', 1, 8);
  return [
    millis.slice(0, 8),
    millis.slice(8),
    `8${shard.toString(16).padStart(3, '0')}`,
    `${variant}${rest.slice(0, 2)}`,
    rest.slice(2),
  ].join('-');
}

/** The time and shard inside an id made by `makeId`; undefined for an id that somebody else chose. */
export function placeInId(id: string): { time: number; shard: number } | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return undefined;
  const shard = Number.parseInt(id.slice(15, 18), 16);
  return shard < shardCount ? { time: Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), shard } : undefined;
}

/** The shard of a text such as a device id: the same text always lands in the same shard. */
export function shardOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % shardCount;
}

/** The shard in which a record with this id stands, whoever chose the id. (Alerts stand in the shard of their group.) */
export function shardOfId(id: string): number {
  return placeInId(id)?.shard ?? shardOf(id);
}

/** Twelve hex digits that sort the newest time first. */
export function newestFirst(time: number): string {
  return (maxTime - clampTime(time)).toString(16).padStart(12, '0');
}

/**
 * Where a record stands among those of its table: texts that sort the newest first. Ids that clients chose hold no time
 * and come last.
 */
export function sortKey(id: string): string {
  return `${newestFirst(placeInId(id)?.time ?? 0)}-${id}`;
}

/** A short number a person can read out on the phone, e.g. `7F3K-Q2M9`; the same id always has the same number. */
export function readableNumber(id: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // without I, L, O and U, which are misheard or misread
  const hash = createHash('sha256').update(id).digest();
  const letters = Array.from({ length: 8 }, (_, i) => alphabet[hash[i]! & 31]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}

function clampTime(time: number): number {
  return Math.min(Math.max(Math.trunc(time), 0), maxTime);
}
