import type { TableClient } from '@azure/data-tables';
import type { Scalar } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import { propertiesOf } from '../../model/properties';
import type { ListRequest, Page, Stored } from '../../ports/record-store';
import { fromStorageETag } from './etag';
import { rangeOf, rowKeyOf } from './placement';
import { condition, fromEntity } from './row';
import { mergeShards } from './shard-merge';

/** Conditions that a query of Table Storage may hold beside the key range (its limit is 15 in all). */
const mostConditions = 10;

/** Rows that one page of a shard holds (the service allows 1,000), and rows that one call looks at. */
const mostRowsInPage = 500;
const mostRowsExamined = 10_000;

/** One page of a table's records, newest first, merged from its shards. */
export async function listPage(
  client: TableClient,
  name: EntityName,
  { equals = {}, after, limit }: ListRequest,
  options: () => { abortSignal: AbortSignal },
): Promise<Page> {
  const { pushed, rest } = split(name, equals);
  const { from, to } = rangeOf(name);
  const start = after === undefined ? `RowKey ge '${from}'` : `RowKey gt '${rowKeyOf(name, after)}'`;
  const query = [start, `RowKey lt '${to}'`, ...pushed].join(' and ');
  // One row more than asked for tells whether there is a next page.
  const pageSize = Math.min(limit + 1, mostRowsInPage);
  const records: Stored[] = [];
  let examined = 0;
  let last = after;
  for await (const stored of mergeShards(client, query, pageSize, options)) {
    if (records.length === limit || examined === mostRowsExamined) return { records, ...(last && { next: last }) };
    examined += 1;
    const row = fromEntity(name, stored);
    last = String(row[entity(name).key]);
    if (rest.every(([property, value]) => (row[property] ?? null) === value)) {
      records.push({ row, etag: fromStorageETag(stored.etag) });
    }
  }
  return { records };
}

/** What storage can look for itself, and what is left for us: properties that are absent have no equal there. */
function split(name: EntityName, equals: Readonly<Record<string, Scalar>>) {
  const properties = propertiesOf(name);
  const pushed: string[] = [];
  const rest: [string, Scalar][] = [];
  for (const [property, value] of Object.entries(equals)) {
    const column = properties.get(property)?.column;
    if (column && value !== null && pushed.length < mostConditions) pushed.push(condition(column, property, value));
    else rest.push([property, value]);
  }
  return { pushed, rest };
}
