import type { TableClient } from '@azure/data-tables';
import { mayHold } from './asked-by';
import { hasStatus } from './storage-errors';
import { largestPage, tablePages } from './table-pages';
import type { PagesWanted, StoredRow } from './table-pages';

/** A row of the log: whole, or, when it holds nothing that is asked for, what it tells of those before it. */
export interface LogPiece {
  stored: Readonly<Record<string, unknown>>;
  isWhole: boolean;
}

/** Rows that are read whole at the same time. */
const atOnce = 8;

/**
 * Of so many rows that need not be read, one is read all the same: its alerts count among those that a list has looked at, so
 * that a list which finds little ends somewhere in a log of any length.
 */
const milestone = 100;

/** Rows of a log, the newest first, some a call, and undefined when there are no more. */
export function logPages(
  client: TableClient,
  partitionKey: string,
  { hashes, ...wanted }: PagesWanted & { hashes: ReadonlySet<number> | undefined },
): () => Promise<LogPiece[] | undefined> {
  if (!hashes) {
    const next = tablePages(client, wanted);
    return async () => (await next())?.map((stored) => ({ stored, isWhole: true }));
  }
  const select = ['PartitionKey', 'RowKey', 'newestBefore', 'askedBy'];
  const next = tablePages(client, { ...wanted, select, pageSizes: [largestPage / 4, largestPage] });
  let passed = 0;
  const isDue = (stored: StoredRow) => mayHold(stored, hashes) || (passed += 1) % milestone === 0;
  const pieceOf = async (stored: StoredRow, isWanted: boolean): Promise<LogPiece> => {
    if (!isWanted) return { stored, isWhole: false };
    try {
      return { stored: await client.getEntity(partitionKey, stored.rowKey!), isWhole: true };
    } catch (error) {
      // It has expired since.
      if (hasStatus(error, 404)) return { stored, isWhole: false };
      throw error;
    }
  };
  let left: StoredRow[] = [];
  return async () => {
    if (left.length === 0) {
      const page = await next();
      if (!page) return undefined;
      left = page;
    }
    const pieces: Promise<LogPiece>[] = [];
    for (let due = 0; due < atOnce && left.length > 0;) {
      const stored = left.shift()!;
      const isWanted = isDue(stored);
      due += Number(isWanted);
      pieces.push(pieceOf(stored, isWanted));
    }
    return Promise.all(pieces);
  };
}
