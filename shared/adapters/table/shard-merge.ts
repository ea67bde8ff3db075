import type { TableClient } from '@azure/data-tables';

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
export function shardReader(
  client: TableClient,
  partition: string,
  { filters, select, pageSize }: ShardQuery,
  options: () => { abortSignal: AbortSignal },
): ShardReader<StoredRow> {
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

/** Rows of one shard, or alerts in its log, in order of row key. */
export interface ShardReader<T extends { rowKey?: string }> {
  isHungry(): boolean;
  feed(): Promise<void>;
  head(): T | undefined;
  take(): T;
}

/**
 * What several readers read, as one sequence ordered by row key; of two with the same key, the one of the earlier reader.
 * Each fetches a page when its last one is used up, those that need one at the same time in parallel, but those of the
 * log before those of rows: an alert that gets a row in between is seen twice, and not missed.
 */
export async function* mergeReaders<T extends { rowKey?: string }>(
  rows: readonly ShardReader<T>[],
  logs: readonly ShardReader<T>[],
): AsyncGenerator<T> {
  const readers = [...rows, ...logs];
  for (;;) {
    for (const kind of [logs, rows]) {
      await Promise.all(kind.filter((reader) => reader.isHungry()).map((reader) => reader.feed()));
    }
    let first: ShardReader<T> | undefined;
    for (const reader of readers) {
      const key = reader.head()?.rowKey;
      if (key !== undefined && (first === undefined || key < first.head()!.rowKey!)) first = reader;
    }
    const next = first?.take();
    if (next === undefined) return;
    for (const reader of logs) if (reader.head()?.rowKey === next.rowKey) reader.take();
    yield next;
  }
}
