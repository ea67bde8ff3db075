import type { TableClient } from '@azure/data-tables';
import { isWithin } from '../../domain/record-query';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import { propertiesOf } from '../../model/properties';
import type { ListRequest, Page, Stored } from '../../ports/record-store';
import { etagOf } from './etag';
import { rangesOf, rowKeyOf } from './placement';
import { condition, fromEntity, spanCondition, storedNames } from './row';
import { mergeShards } from './shard-merge';
import type { ShardQuery } from './shard-merge';

/** Comparisons that a query of Table Storage may hold beside the key range (its limit is 15 in all). */
const mostComparisons = 10;

/** Rows that one page of a shard holds (the service allows 1,000), and rows that one call looks at. */
const mostRowsInPage = 500;
const mostRowsExamined = 10_000;

/** One page of a table's records, newest first, merged from its shards. */
export async function listPage(
  client: TableClient,
  name: EntityName,
  request: ListRequest,
  options: () => { abortSignal: AbortSignal },
): Promise<Page> {
  const { after, limit } = request;
  const { pushed, rest } = split(conditionsOf(name, request));
  const query: ShardQuery = {
    filters: keyRanges(name, request).map((range) => [range, ...pushed].join(' and ')),
    select: namesNeeded(name, request),
    // One row more than asked for tells whether there is a next page.
    pageSize: Math.min(limit + 1, mostRowsInPage),
  };
  const records: Stored[] = [];
  let examined = 0;
  let last = after;
  for await (const stored of mergeShards(client, query, options)) {
    if (records.length === limit || examined === mostRowsExamined) return { records, ...(last && { next: last }) };
    examined += 1;
    const row = fromEntity(name, stored);
    last = String(row[entity(name).key]);
    if (rest.every(({ holds }) => holds(row))) records.push({ row, etag: etagOf(stored) });
  }
  return { records };
}

/** Which keys to look at: those after the last page's, of records that may have been created in the span asked for. */
function keyRanges(name: EntityName, { after, between }: ListRequest): string[] {
  const seen = after === undefined ? '' : rowKeyOf(name, after);
  return rangesOf(name, between?.['createdon'])
    .filter(({ to }) => seen < to)
    .map(({ from, to }) => `${seen < from ? `RowKey ge '${from}'` : `RowKey gt '${seen}'`} and RowKey lt '${to}'`);
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
      const comparisons = column && value !== null ? [condition(column, property, value)] : [];
      return { comparisons, count: comparisons.length, holds: (row) => (row[property] ?? null) === value };
    }),
    ...Object.entries(between).map(([property, span]): Condition => {
      const comparisons = spanCondition(property, span);
      return { comparisons, count: comparisons.length, holds: (row) => isWithin(span, row[property]) };
    }),
  ];
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
  const looked = [...Object.keys(equals), ...(among ? [among.property] : []), ...Object.keys(between)];
  const needed = [entity(name).key, ...properties, ...looked];
  return ['PartitionKey', 'RowKey', 'Timestamp', ...storedNames(name, [...new Set(needed)])];
}
