import type { TableClient } from '@azure/data-tables';
import { partitions } from './placement';
import { largestPage, tablePages } from './table-pages';
import type { StoredRow } from './table-pages';

/** What is asked of each shard. */
export interface ShardQuery {
  /** One for each range of keys, in their order; a later one is asked for when those before are used up. */
  filters: string[];
  /** The properties to return; all when absent. */
  select: string[] | undefined;
  pageSizes: readonly number[];
}

/** Rows a page when most of them are wanted. */
const usualPage = 500;

/**
 * How large a shard's pages should be so that `limit` records are found. One row more than asked for tells whether there is a
 * next page. Where we look ourselves (`isSearch`) few rows may pass: then each page is larger than the one before.
 */
export function pageSizes(limit: number, isSearch: boolean): readonly number[] {
  const first = limit < usualPage ? limit + 1 : limit > usualPage * partitions.length ? largestPage : usualPage;
  return isSearch ? [first, Math.min(4 * first, largestPage), largestPage] : [first];
}

/** One shard's rows in order of row key, fetched a page at a time and only when they are needed. */
export function shardReader(
  client: TableClient,
  partition: string,
  { filters, ...wanted }: ShardQuery,
): ShardReader<StoredRow> {
  const ranges = filters.map((filter) =>
    tablePages(client, { ...wanted, filter: `PartitionKey eq '${partition}' and ${filter}` }),
  );
  let rows: StoredRow[] = [];
  let at = 0;
  return {
    isHungry: () => at === rows.length && ranges.length > 0,
    /** Fetches until there is a row to look at. */
    feed: async () => {
      while (at === rows.length && ranges.length > 0) {
        const page = await ranges[0]!();
        if (page) [rows, at] = [page, 0];
        else ranges.shift();
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
      const hungry = kind.filter((reader) => reader.isHungry());
      if (hungry.length > 0) await Promise.all(hungry.map((reader) => reader.feed()));
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
