import { createHash } from 'node:crypto';

/**
 * How many partitions each table is spread over, 16 at most. More carry more writes at once (Azure gives 2,000 rows a
 * second to each), fewer make a batch fewer transactions, which is what costs; see decision 20.
 */
export const shardCount = 4;

const maxTime = 2 ** 48 - 1;

/**
 * An id that leads to its row: a UUID of version 8 that holds 48 bits of time (milliseconds since 1970), 4 bits of
 * shard and 62 bits of a hash of `seed`. The same arguments give the same id, so a repeated write meets its own row.
 */
export function makeId({ time, shard, seed }: { time: number; shard: number; seed: string }): string {
  const hash = createHash('sha256').update(seed).digest();
  const millis = hex(clampTime(time), 12);
  const variant = ((hash[0]! & 0x3f) | 0x80).toString(16);
  const rest = hash.toString('hex', 1, 8);
  return [
    millis.slice(0, 8),
    millis.slice(8),
    `8${hex(shard, 3)}`,
    `${variant}${rest.slice(0, 2)}`,
    rest.slice(2),
  ].join('-');
}

/** Where an alert comes from and stands there, as an id can hold it. */
export interface Serial {
  /** 22 bits: `sourceNumber` of a hub partition, or `posted`. */
  source: number;
  /** Its position there (see `coverage.ts`); for posted alerts, position of the log row and index in it. */
  position: number;
}

/** The source of alerts that were created over the Web API. */
export const posted = 0;

const sources = 2 ** 22;
const positions = 2 ** 48;

/** A number for a hub partition. Two may share one: an id of both then differs by its time or position. */
export function sourceNumber(hub: string, partition: string): number {
  return 1 + (createHash('sha256').update(`${hub}/${partition}`).digest().readUInt32BE(0) % (sources - 1));
}

/**
 * The id of an alert that may have no row of its own: a UUID of version 8 like those of `makeId`, that holds where the
 * alert came from in place of a hash, so that the alert can be found by it.
 */
export function serialId({ time, shard }: { time: number; shard: number }, { source, position }: Serial): string {
  // Alerts of one batch and shard have the same beginning, or few.
  let beginning = beginnings[shard];
  if (beginning?.time !== time || beginning.source !== source) {
    beginning = { time, source, text: beginningOf(time, shard, source) };
    beginnings[shard] = beginning;
  }
  return beginning.text + twelveDigits(position % positions);
}

const beginnings: { time: number; source: number; text: string }[] = [];

function beginningOf(time: number, shard: number, source: number): string {
  const millis = hex(clampTime(time), 12);
  // Version and variant take their bits; the source has 8 beside the shard and 14 beside the variant.
  const middle = `8${hex(source >> 14, 2)}${hex(shard, 1)}-${hex(0x8000 | (source & 0x3fff), 4)}`;
  return `${millis.slice(0, 8)}-${millis.slice(8)}-${middle}-`;
}

/** What `serialId` put into an id: the source, and the position but for what lies above 48 bits. */
export function serialIn(id: string): Serial {
  return {
    source: Number.parseInt(id.slice(15, 17), 16) * 2 ** 14 + (Number.parseInt(id.slice(19, 23), 16) & 0x3fff),
    position: Number.parseInt(id.slice(24), 16),
  };
}

/** The time and shard inside an id made here; undefined for an id that somebody else chose. */
export function placeInId(id: string): { time: number; shard: number } | undefined {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return undefined;
  const shard = Number.parseInt(id.slice(17, 18), 16);
  return shard < shardCount ? { time: Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16), shard } : undefined;
}

const shards = new Map<string, number>();
const shardsRemembered = 100_000;

/** The shard of a text such as a device id: the same text always lands in the same shard. */
export function shardOf(text: string): number {
  const known = shards.get(text);
  if (known !== undefined) return known;
  if (shards.size >= shardsRemembered) shards.clear();
  const shard = createHash('sha256').update(text).digest().readUInt32BE(0) % shardCount;
  shards.set(text, shard);
  return shard;
}

/** The shard in which a record with this id stands, whoever chose the id. (Alerts stand in the shard of their group.) */
export function shardOfId(id: string): number {
  return placeInId(id)?.shard ?? shardOf(id);
}

/** Twelve hex digits that sort the newest time first. */
export function newestFirst(time: number): string {
  return hex(maxTime - clampTime(time), 12);
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

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Three hex digits for each of 12 bits: an id is made of every alert, and numbers beyond 32 bits are slow to write. */
const threeDigits = Array.from({ length: 4096 }, (_, value) => hex(value, 3));

/** 48 bits. */
function twelveDigits(value: number): string {
  const high = Math.floor(value / 2 ** 24);
  const low = value % 2 ** 24;
  const first = threeDigits[high >> 12]! + threeDigits[high & 0xfff]!;
  return first + threeDigits[low >> 12]! + threeDigits[low & 0xfff]!;
}

function clampTime(time: number): number {
  return Math.min(Math.max(Math.trunc(time), 0), maxTime);
}
