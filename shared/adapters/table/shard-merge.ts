import type { TableClient } from '@azure/data-tables';
import { partitions } from './placement';

/** A row as the storage client returns it. */
export type StoredRow = Record<string, unknown> & { partitionKey?: string; rowKey?: string; etag: string };

/** What is asked of each shard. */
export interface ShardQuery {
  /** One for each range of keys, in their order; a later one is asked for when those before are used up. */
  filters: string[];
  /** The properties to return; all when absent. */
  select: string[] | undefined;
  /** Rows a page. */
  pageSize: number;
}

/** One shard's rows in order of row key, fetched a page at a time and only when they are needed. */
function shardReader(
  client: TableClient,
  partition: string,
  { filters, select, pageSize }: ShardQuery,
  options: () => { abortSignal: AbortSignal },
) {
  const open = (filter: string) => {
    const queryOptions = { filter: `PartitionKey eq '${partition}' and ${filter}`, ...(select && { select }) };
    return client.listEntities({ ...options(), queryOptions }).byPage({ maxPageSize: pageSize });
  };
  const later = [...filters];
  let pages: ReturnType<typeof open> | undefined;
  let rows: StoredRow[] = [];
  let at = 0;
  let ended = filters.length === 0;
  return {
    isHungry: () => at === rows.length && !ended,
    /** Fetches until there is a row to look at. Azure may send empty pages on the way. */
    feed: async () => {
      while (at === rows.length && !ended) {
        pages ??= open(later.shift()!);
        const { value, done } = await pages.next();
        rows = done === true ? [] : value;
        at = 0;
        if (done !== true && value.continuationToken !== undefined) continue;
        pages = undefined;
        ended = later.length === 0;
      }
    },
    head: () => rows[at],
    take: () => rows[at++]!,
  };
}

/**
 * The rows of all shards that meet a condition, as one sequence ordered by row key. Each shard is asked for a page when
 * its last one is used up, those that need one at the same time in parallel.
 */
export async function* mergeShards(
  client: TableClient,
  query: ShardQuery,
  options: () => { abortSignal: AbortSignal },
): AsyncGenerator<StoredRow> {
  const shards = partitions.map((partition) => shardReader(client, partition, query, options));
  for (;;) {
    await Promise.all(shards.filter((shard) => shard.isHungry()).map((shard) => shard.feed()));
    let first: (typeof shards)[number] | undefined;
    for (const shard of shards) {
      const key = shard.head()?.rowKey;
      if (key !== undefined && (first === undefined || key < first.head()!.rowKey!)) first = shard;
    }
    if (!first) return;
    yield first.take();
  }
}
