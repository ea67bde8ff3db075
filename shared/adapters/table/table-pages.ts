import type { TableClient } from '@azure/data-tables';

/** A row as the storage client returns it. */
export type StoredRow = Record<string, unknown> & { partitionKey?: string; rowKey?: string; etag: string };

/** What is asked of a table. */
export interface PagesWanted {
  filter: string;
  /** The properties to return; all when absent. */
  select?: string[] | undefined;
  /** Rows of the first page, of the second, and so on; the last one is for all that follow. */
  pageSizes: readonly number[];
}

/** Rows that the service puts into one page at most. */
export const largestPage = 1_000;

/**
 * Rows of a table, a page a call, and undefined when there are no more. Pages may be empty on the way. Time (`options`) is
 * measured for each page, not for all of them together.
 */
export function tablePages(
  client: TableClient,
  { filter, select, pageSizes }: PagesWanted,
  options: () => { abortSignal: AbortSignal },
): () => Promise<StoredRow[] | undefined> {
  const queryOptions = { filter, ...(select && { select }) };
  let asked = 0;
  let continuationToken: string | undefined;
  let ended = false;
  return async () => {
    if (ended) return undefined;
    const maxPageSize = pageSizes[Math.min(asked, pageSizes.length - 1)]!;
    asked += 1;
    const settings = { maxPageSize, ...(continuationToken !== undefined && { continuationToken }) };
    const { value, done } = await client
      .listEntities({ ...options(), queryOptions })
      .byPage(settings)
      .next();
    continuationToken = done === true ? undefined : value.continuationToken;
    ended = continuationToken === undefined;
    return done === true ? undefined : (value as StoredRow[]);
  };
}
