import type { TableEntity } from '@azure/data-tables';
import type { Mark } from '../../ports/alert-ledger';
import type { Duplicate } from '../../domain/duplicate';
import { askedBy } from './asked-by';
import { textIn, textNames, textProperties } from './long-text';
import { decodeBatch } from './decode-batch';
import { encodeBatch } from './encode-batch';
import type { PackedBatch } from './packed-batch';

/*
 * The log of a shard: one row (L-) for each commit, numbered without gaps and created by its writer. Who finds the next
 * number taken has lost a race, so the rows are one history that everybody reads the same. The newest sort first.
 */

/** One commit. */
export interface LogEntry extends PackedBatch {
  position: number;
  /** Nobody else's, so that a writer whose answer was lost recognises its own row. */
  writer: string;
  /** Up to and including this position, every change of a group is in its row. */
  floor: number;
  /** How far every source is dealt with in this shard. */
  marks: readonly Mark[];
}

const lastPosition = 2 ** 44 - 1;

export const logRange = { from: 'L-', to: 'L.' };

/** Row keys sort the newest position first. */
export function logRowKey(position: number): string {
  return `L-${(lastPosition - position).toString(16).padStart(11, '0')}`;
}

export function positionIn(rowKey: string): number {
  return lastPosition - Number.parseInt(rowKey.slice(2), 16);
}

/** The properties that hold the marks: one, but for sources with many gaps. */
export const marksNames = textNames('marks');

/** A property holds 64 KiB. */
const chunk = 60_000;

/** `newest`: the latest time that an id in the log holds up to the row before. */
export async function encodeLogRow(partitionKey: string, entry: LogEntry, newest: string): Promise<TableEntity> {
  const encoded = await encodeBatch(entry);
  const { position, writer, floor, marks, packed } = entry;
  const [first, last] = spanOf(packed);
  return {
    partitionKey,
    rowKey: logRowKey(position),
    writer,
    floor: String(floor),
    ...textProperties('marks', marksText(marks)),
    oldest: first,
    newest: last,
    newestBefore: newest,
    ...askedBy(encoded.askedBy),
    ...chunksOf(encoded.bytes),
  };
}

const kept = [
  'partitionKey',
  'rowKey',
  'writer',
  'floor',
  'oldest',
  'newest',
  'newestBefore',
  'unpacked',
  ...marksNames,
];

/** The row with other duplicates in place of those that it holds. */
export async function rewrittenLogRow(
  stored: Readonly<Record<string, unknown>>,
  batch: PackedBatch,
): Promise<TableEntity> {
  const encoded = await encodeBatch(batch);
  const row = Object.fromEntries(kept.flatMap((name) => (stored[name] === undefined ? [] : [[name, stored[name]]])));
  const keys = row as { partitionKey: string; rowKey: string };
  return { ...keys, ...askedBy(encoded.askedBy), ...chunksOf(encoded.bytes) };
}

export function decodeLogRow(stored: Readonly<Record<string, unknown>>): LogEntry {
  return {
    position: positionIn(String(stored['rowKey'])),
    writer: String(stored['writer']),
    floor: Number(stored['floor']),
    marks: decodeMarks(stored),
    ...decodeBatch(batchIn(stored)),
  };
}

function marksText(marks: readonly Mark[]): string {
  return JSON.stringify(marks.map(({ source: { hub, partition }, coverage }) => [hub, partition, coverage]));
}

export function decodeMarks(stored: Readonly<Record<string, unknown>>): Mark[] {
  const marks = JSON.parse(textIn('marks', stored)) as [string, string, Mark['coverage']][];
  return marks.map(([hub, partition, coverage]) => ({ source: { hub, partition }, coverage }));
}

/** Which of the row's duplicates have got rows of their own since. */
export function unpackedIn(stored: Readonly<Record<string, unknown>>): Set<number> {
  const text = stored['unpacked'] as string | undefined;
  return new Set(text === undefined ? [] : (JSON.parse(text) as number[]));
}

/** The latest time that an id in the log holds up to this row. */
export function newestUpTo(stored: Readonly<Record<string, unknown>>): string {
  const [before, own] = [String(stored['newestBefore']), String(stored['newest'])];
  return own > before ? own : before;
}

/** A time as rows hold it: texts that sort like times. None is before all others. */
export function timeText(time: number): string {
  return Math.max(0, time).toString(16).padStart(12, '0');
}

/** The times in the ids of a commit's duplicates; both ends are empty when there are none. */
function spanOf(packed: readonly Duplicate[]): [oldest: string, newest: string] {
  if (packed.length === 0) return ['', ''];
  // Ids begin with their time, so that they sort like it; most have the same beginning as the one before.
  let first = packed[0]!.arrival.id.slice(0, endOfTime);
  let last = first;
  let previous = first;
  for (const { arrival } of packed) {
    if (arrival.id.startsWith(previous)) continue;
    previous = arrival.id.slice(0, endOfTime);
    if (previous < first) first = previous;
    if (previous > last) last = previous;
  }
  return [first.replace('-', ''), last.replace('-', '')];
}

/** Eight and four hex digits with a dash in between. */
const endOfTime = 13;

function chunksOf(bytes: Uint8Array): Record<string, Uint8Array> {
  const chunks: Record<string, Uint8Array> = {};
  for (let from = 0; from < bytes.length; from += chunk) {
    chunks[`batch${from / chunk || ''}`] = bytes.subarray(from, from + chunk);
  }
  return chunks;
}

function batchIn(stored: Readonly<Record<string, unknown>>): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let i = 0; stored[`batch${i || ''}`] !== undefined; i += 1) chunks.push(stored[`batch${i || ''}`] as Uint8Array);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}
