import type { TableClient } from '@azure/data-tables';
import { partitions } from './placement';

/** A row as the storage client returns it. */
export type StoredRow = Record<string, unknown> & { partitionKey?: string; rowKey?: string; etag: string };

/** What is asked of each shard. */
export interface ShardQuery {
  filter: string;
  /** The properties to return; all when absent. */
  select: string[] | undefined;
  /** Rows a page. */
  pageSize: number;
}

/** One shard's rows in order of row key, fetched a page at a time and only when they are needed. */
function shardReader(
  client: TableClient,
  partition: string,
  { filter, select, pageSize }: ShardQuery,
  options: () => { abortSignal: AbortSignal },
) {
  const queryOptions = { filter: `PartitionKey eq '${partition}' and ${filter}`, ...(select && { select }) };
  const pages = client.listEntities({ ...options(), queryOptions }).byPage({ maxPageSize: pageSize });
  let rows: StoredRow[] = [];
  let at = 0;
  let ended = false;
  return {
    isHungry: () => at === rows.length && !ended,
    /** Fetches until there is a row to look at. Azure may send empty pages on the way. */
    feed: async () => {
      while (at === rows.length && !ended) {
        const { value, done } = await pages.next();
        ended = done === true || value.continuationToken === undefined;
        rows = done === true ? [] : value;
        at = 0;
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
