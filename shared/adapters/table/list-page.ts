import type { TableClient } from '@azure/data-tables';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { ListRequest, Page, Stored } from '../../ports/record-store';
import { askedOf } from './asked-of-storage';
import type { Asked } from './asked-of-storage';
import { countedBy, counted, countingGroup } from './derived-counts';
import { etagOf, recordETag, storageETagOf } from './etag';
import { logReader } from './log-reader';
import type { PackedRow } from './log-reader';
import { packedQueries } from './packed-queries';
import { partition, partitions, rangesOf, rowKeyOf } from './placement';
import type { KeyRange } from './placement';
import { fromEntity, storedNames } from './row';
import { mergeReaders, pageSizes, shardReader } from './shard-merge';
import type { ShardQuery, ShardReader } from './shard-merge';
import type { StoredRow } from './table-pages';
import type { ShardLogs } from './shard-log';

/** Rows that one call looks at. */
const mostRowsExamined = 10_000;

interface Setting {
  logs: ShardLogs;
}

/**
 * One page of a table's records, newest first, merged from its shards. Storage looks for what it can; rows that do not pass
 * the rest are passed over as they come, before anything is added up for them.
 */
export async function listPage(
  client: TableClient,
  name: EntityName,
  request: ListRequest,
  setting: Setting,
): Promise<Page> {
  const { limit } = request;
  const asked = askedOf(name, request);
  const records: Stored[] = [];
  const readers = await readersFor(client, name, request, { ...setting, ...asked });
  const walk: Walk = {
    examined: 0,
    most: Math.min(request.examine ?? Infinity, mostRowsExamined),
    last: request.after,
  };
  const seen = new Set<string>();
  let next = request.after;
  const passing = passedOver(name, readers, asked, walk);
  for await (const chunk of chunksOf(passing, Math.min(limit + 1, longestChunk))) {
    for (const stored of await complete(name, chunk, setting.logs, seen)) {
      if (!asked.late.every((holds) => holds(stored.row))) continue;
      const { examined } = walk;
      if (records.length === limit) return { records, examined, ...(next !== undefined && { next }) };
      records.push(stored);
      next = String(stored.row[entity(name).key]);
    }
  }
  return walk.isCut ? { records, next: walk.last!, examined: walk.examined } : { records };
}

/** How far the rows were looked at. */
interface Walk {
  examined: number;
  most: number;
  last: string | undefined;
  /** Whether there are rows left. */
  isCut?: true;
}

type Found = StoredRow | PackedRow;

/** What is kept, and the record in it. */
interface Candidate {
  row: Row;
  stored: Found;
}

/** The records that pass what can be told of them as they are kept. */
async function* passedOver(
  name: EntityName,
  found: AsyncIterable<Found>,
  { rest, all }: Asked,
  walk: Walk,
): AsyncGenerator<Candidate> {
  for await (const stored of found) {
    if (walk.examined >= walk.most) {
      walk.isCut = true;
      return;
    }
    const isPacked = 'record' in stored;
    const row = isPacked ? (stored as PackedRow).record() : fromEntity(name, stored);
    walk.examined += 1;
    walk.last = String(row[entity(name).key]);
    if ((isPacked ? all : rest).every((holds) => holds(row))) yield { row, stored };
  }
}

/** Records that are completed at the same time. */
const longestChunk = 100;

async function* chunksOf<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const row of rows) {
    if (chunk.push(row) < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** The readers of all shards: of rows, and for alerts of the logs that may hold some. */
async function readersFor(
  client: TableClient,
  name: EntityName,
  request: ListRequest,
  { logs, pushed, rest }: Setting & Asked,
): Promise<AsyncGenerator<Found>> {
  const keys = keyRanges(name, request);
  const select = namesNeeded(name, request);
  const rows = pushed.flatMap((conditions) => {
    const filters = keys.map(({ from, to, isAfter }) =>
      [`RowKey ${isAfter ? 'gt' : 'ge'} '${from}' and RowKey lt '${to}'`, ...conditions].join(' and '),
    );
    const query: ShardQuery = { filters, select, pageSizes: pageSizes(request.limit, rest.length > 0) };
    return partitions.map((each): ShardReader<Found> => shardReader(client, each, query));
  });
  if (name !== 'msdyn_iotalert') return mergeReaders(rows, []);
  const packed = await packedQueries(client, request, { logs });
  const inLogs = [...packed].map(([shard, part]): ShardReader<Found> =>
    logReader(client, partition(shard), { ...part, keys }),
  );
  return mergeReaders(rows, inLogs);
}

/** Records with what they count by now; each shard is asked for news once a page (`seen`). */
async function complete(
  name: EntityName,
  chunk: readonly Candidate[],
  logs: ShardLogs,
  seen: Set<string>,
): Promise<Stored[]> {
  const found = chunk.map(({ row, stored }): Stored => {
    return { row, etag: 'record' in stored ? (stored as PackedRow).etag : etagOf(stored) };
  });
  if (name !== 'msdyn_iotalert') return found;
  const inShards = new Map<string, number[]>();
  for (const [i, { stored }] of chunk.entries()) {
    const shard = stored.partitionKey!;
    if (!('record' in stored)) inShards.set(shard, [...(inShards.get(shard) ?? []), i]);
  }
  const work = [...inShards].map(async ([partitionKey, places]) => {
    const rows = places.map((i) => found[i]!.row);
    const isNew = !seen.has(partitionKey) && rows.some((row) => countingGroup(row) !== undefined);
    if (isNew) seen.add(partitionKey);
    const whole = await counted(logs(partitions.indexOf(partitionKey)), rows, isNew ? 'fresh' : undefined);
    for (const [n, i] of places.entries()) {
      found[i] = { row: whole[n]!, etag: recordETag(whole[n]!, storageETagOf(chunk[i]!.stored)) };
    }
  });
  await Promise.all(work);
  return found;
}

/** Which keys to look at: those after the last page's, of records that may have been created in the span asked for. */
function keyRanges(name: EntityName, { after, between }: ListRequest): (KeyRange & { isAfter: boolean })[] {
  const seen = after === undefined ? '' : rowKeyOf(name, after);
  return rangesOf(name, between?.['createdon'])
    .filter(({ to }) => seen < to)
    .map(({ from, to }) => ({ from: seen < from ? from : seen, to, isAfter: seen >= from }));
}

/** The stored properties to ask for; all when nothing says which are needed. */
function namesNeeded(
  name: EntityName,
  { properties, equals = {}, among, between = {}, matches }: ListRequest,
): string[] | undefined {
  if (!properties) return undefined;
  // What an alert counts is part of its ETag.
  const counts = name === 'msdyn_iotalert' ? countedBy : [];
  const looked = [
    ...Object.keys(equals),
    ...(among ? [among.property] : []),
    ...Object.keys(between),
    ...(matches?.looksAt ?? []),
  ];
  const needed = [entity(name).key, ...counts, ...properties, ...looked];
  return ['PartitionKey', 'RowKey', 'Timestamp', ...storedNames(name, [...new Set(needed)])];
}
