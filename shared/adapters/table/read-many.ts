import type { TableClient } from '@azure/data-tables';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { Stored } from '../../ports/record-store';
import { etagOf } from './etag';
import { recordRows } from './record-rows';
import { findPlace } from './reserved-ids';
import { fromEntity } from './row';
import type { ShardLogs } from './shard-log';

/** Up to so many records are simply read one by one, at most `atOnce` at the same time. */
const few = 20;
const atOnce = 16;

/** Rows of a page, and how many of them must be wanted for the next page to be cheaper than single reads. */
const pageSize = 1_000;
const worthwhile = pageSize / 20;

/**
 * Many records by their ids. Within each shard the rows from the first to the last wanted one are read page by page, which
 * is one request for up to a thousand; where the wanted ones turn out to lie far apart, the rest is read one by one.
 */
export async function readMany(
  client: TableClient,
  name: EntityName,
  ids: readonly string[],
  setting: { logs: ShardLogs },
): Promise<(Stored | undefined)[]> {
  const found = new Map<string, Stored>();
  let single = [...ids];
  // Alerts may have no rows of their own.
  if (ids.length > few && name !== 'msdyn_iotalert') {
    const shards = await byShard(client, name, ids);
    const rests = await Promise.all(
      [...shards].map(async ([shard, wanted]) => readAlong(client, name, shard, wanted, found)),
    );
    single = rests.flat();
  }
  const { get } = recordRows(client, name, setting);
  for (let from = 0; from < single.length; from += atOnce) {
    await Promise.all(
      single.slice(from, from + atOnce).map(async (id) => {
        const stored = await get(id);
        if (stored) found.set(id, stored);
      }),
    );
  }
  return ids.map((id) => found.get(id));
}

interface Wanted {
  id: string;
  rowKey: string;
}

async function byShard(client: TableClient, name: EntityName, ids: readonly string[]) {
  const shards = new Map<string, Wanted[]>();
  const places = await Promise.all(ids.map(async (id) => ({ id, ...(await findPlace(client, name, id)) })));
  for (const { id, partitionKey, rowKey } of places) {
    const known = shards.get(partitionKey);
    if (known) known.push({ id, rowKey });
    else shards.set(partitionKey, [{ id, rowKey }]);
  }
  for (const wanted of shards.values()) wanted.sort((a, b) => (a.rowKey < b.rowKey ? -1 : 1));
  return shards;
}

/** Puts what it finds into `found`; answers the ids that are better read one by one. */
async function readAlong(
  client: TableClient,
  name: EntityName,
  shard: string,
  wanted: readonly Wanted[],
  found: Map<string, Stored>,
): Promise<string[]> {
  const [first, last] = [wanted[0]!, wanted.at(-1)!];
  const range = `RowKey ge '${first.rowKey}' and RowKey le '${last.rowKey}'`;
  const queryOptions = { filter: `PartitionKey eq '${shard}' and ${range}` };
  const ids = new Set(wanted.map(({ id }) => id));
  let passed = '';
  for await (const page of client.listEntities({ queryOptions }).byPage({ maxPageSize: pageSize })) {
    let hits = 0;
    for (const stored of page) {
      const row = fromEntity(name, stored);
      const id = String(row[entity(name).key]);
      passed = String(stored.rowKey);
      if (!ids.has(id)) continue;
      hits += 1;
      found.set(id, { row, etag: etagOf(stored) });
    }
    if (hits < Math.min(worthwhile, page.length) && page.length > few) {
      return wanted.filter(({ rowKey }) => rowKey > passed).map(({ id }) => id);
    }
  }
  return [];
}
