import type { TableClient } from '@azure/data-tables';
import { isWithin } from '../../domain/record-query';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import { propertiesOf } from '../../model/properties';
import type { ListRequest, Page, Stored } from '../../ports/record-store';
import { countedBy, countedProperties, counted, countingGroup } from './derived-counts';
import { etagOf, recordETag, storageETagOf } from './etag';
import { logReader } from './log-reader';
import type { PackedRow } from './log-reader';
import { packedQueries } from './packed-queries';
import { partition, partitions, rangesOf, rowKeyOf } from './placement';
import type { KeyRange } from './placement';
import { condition, fromEntity, spanCondition, storedNames } from './row';
import { mergeReaders, shardReader } from './shard-merge';
import type { ShardQuery, ShardReader, StoredRow } from './shard-merge';
import type { ShardLogs } from './shard-log';

/** Comparisons that a query of Table Storage may hold beside the key range (its limit is 15 in all). */
const mostComparisons = 10;

/** Rows that one page of a shard holds (the service allows 1,000), and rows that one call looks at. */
const mostRowsInPage = 500;
const mostRowsExamined = 10_000;

interface Setting {
  logs: ShardLogs;
  options: () => { abortSignal: AbortSignal };
}

/** One page of a table's records, newest first, merged from its shards. */
export async function listPage(
  client: TableClient,
  name: EntityName,
  request: ListRequest,
  setting: Setting,
): Promise<Page> {
  const { after, limit } = request;
  const conditions = conditionsOf(name, request);
  const { pushed, rest } = split(conditions);
  const records: Stored[] = [];
  let examined = 0;
  let last = after;
  const readers = await readersFor(client, name, request, { ...setting, pushed });
  const seen = new Set<string>();
  for await (const chunk of chunksOf(readers, Math.min(limit + 1, longestChunk))) {
    for (const { row, etag, isPacked } of await complete(name, chunk, setting.logs, seen)) {
      if (records.length === limit || examined === mostRowsExamined) return { records, ...(last && { next: last }) };
      examined += 1;
      last = String(row[entity(name).key]);
      if ((isPacked ? conditions : rest).every(({ holds }) => holds(row))) records.push({ row, etag });
    }
  }
  return { records };
}

type Found = StoredRow | PackedRow;

/** Records that are completed at the same time. */
const longestChunk = 100;

async function* chunksOf(rows: AsyncIterable<Found>, size: number): AsyncGenerator<Found[]> {
  let chunk: Found[] = [];
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
  { logs, options, pushed }: Setting & { pushed: string[] },
): Promise<AsyncGenerator<Found>> {
  const keys = keyRanges(name, request);
  const query: ShardQuery = {
    filters: keys.map(({ from, to, isAfter }) =>
      [`RowKey ${isAfter ? 'gt' : 'ge'} '${from}' and RowKey lt '${to}'`, ...pushed].join(' and '),
    ),
    select: namesNeeded(name, request),
    // One row more than asked for tells whether there is a next page.
    pageSize: Math.min(request.limit + 1, mostRowsInPage),
  };
  const rows = partitions.map((each): ShardReader<Found> => shardReader(client, each, query, options));
  if (name !== 'msdyn_iotalert') return mergeReaders(rows, []);
  const packed = await packedQueries(client, request, { logs, options });
  const inLogs = [...packed].map(([shard, part]): ShardReader<Found> =>
    logReader(client, partition(shard), { ...part, keys }, options),
  );
  return mergeReaders(rows, inLogs);
}

/** Records with what they count by now; each shard is asked for news once a page (`seen`). */
async function complete(
  name: EntityName,
  chunk: readonly Found[],
  logs: ShardLogs,
  seen: Set<string>,
): Promise<(Stored & { isPacked: boolean })[]> {
  const found = chunk.map((stored) =>
    'record' in stored
      ? { ...(stored as PackedRow).record(), isPacked: true }
      : { row: fromEntity(name, stored), etag: etagOf(stored), isPacked: false },
  );
  if (name !== 'msdyn_iotalert') return found;
  const inShards = new Map<string, number[]>();
  for (const [i, { partitionKey }] of chunk.entries()) {
    if (!found[i]!.isPacked) inShards.set(partitionKey!, [...(inShards.get(partitionKey!) ?? []), i]);
  }
  const work = [...inShards].map(async ([partitionKey, places]) => {
    const rows = places.map((i) => found[i]!.row);
    const isNew = !seen.has(partitionKey) && rows.some((row) => countingGroup(row) !== undefined);
    if (isNew) seen.add(partitionKey);
    const whole = await counted(logs(partitions.indexOf(partitionKey)), rows, isNew ? 'fresh' : undefined);
    for (const [n, i] of places.entries()) {
      found[i] = { row: whole[n]!, etag: recordETag(whole[n]!, storageETagOf(chunk[i] as StoredRow)), isPacked: false };
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

interface Condition {
  /** In storage's own words; none when storage cannot look for it. */
  comparisons: string[];
  /** How many comparisons these words hold. */
  count: number;
  holds(row: Row): boolean;
}

function conditionsOf(name: EntityName, { equals = {}, among, between = {} }: ListRequest): Condition[] {
  return [
    ...(among ? [amongCondition(name, among)] : []),
    ...Object.entries(equals).map(([property, value]): Condition => {
      const column = propertiesOf(name).get(property)?.column;
      // A property that is absent in storage has no equal there.
      const isStored = column && value !== null && !isCounted(name, property);
      const comparisons = isStored ? [condition(column, property, value)] : [];
      return { comparisons, count: comparisons.length, holds: (row) => (row[property] ?? null) === value };
    }),
    ...Object.entries(between).map(([property, span]): Condition => {
      const comparisons = isCounted(name, property) ? [] : spanCondition(property, span);
      return { comparisons, count: comparisons.length, holds: (row) => isWithin(span, row[property]) };
    }),
  ];
}

/** What an alert counts is not in its row. */
function isCounted(name: EntityName, property: string): boolean {
  return name === 'msdyn_iotalert' && countedProperties.includes(property);
}

function amongCondition(name: EntityName, { property, values }: NonNullable<ListRequest['among']>): Condition {
  const column = propertiesOf(name).get(property)?.column;
  const parts = column ? values.map((value) => condition(column, property, value)) : [];
  return {
    comparisons: parts.length === 0 ? [] : [`(${parts.join(' or ')})`],
    count: parts.length,
    holds: (row) => values.includes(row[property] ?? null),
  };
}

/** What storage can look for itself, as far as a query may hold it, and what is left for us. */
function split(conditions: readonly Condition[]): { pushed: string[]; rest: Condition[] } {
  const pushed: string[] = [];
  const rest: Condition[] = [];
  let count = 0;
  for (const each of conditions) {
    const fits = each.count > 0 && count + each.count <= mostComparisons;
    if (fits) {
      pushed.push(...each.comparisons);
      count += each.count;
    } else rest.push(each);
  }
  return { pushed, rest };
}

/** The stored properties to ask for; all when nothing says which are needed. */
function namesNeeded(
  name: EntityName,
  { properties, equals = {}, among, between = {} }: ListRequest,
): string[] | undefined {
  if (!properties) return undefined;
  // What an alert counts is part of its ETag.
  const counts = name === 'msdyn_iotalert' ? countedBy : [];
  const looked = [...Object.keys(equals), ...(among ? [among.property] : []), ...Object.keys(between)];
  const needed = [entity(name).key, ...counts, ...properties, ...looked];
  return ['PartitionKey', 'RowKey', 'Timestamp', ...storedNames(name, [...new Set(needed)])];
}
