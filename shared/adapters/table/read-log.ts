import type { TableClient } from '@azure/data-tables';
import { find } from './find-row';
import { logRange, logRowKey, positionIn } from './log-row';
import { inRange } from './placement';

/** Rows that one page holds. */
export const pageOfLog = 200;

/** The log after `position`, or without one, after what the groups' rows hold; the newest entry first. */
export async function readLog(client: TableClient, partitionKey: string, position: number | undefined) {
  const rows: Record<string, unknown>[] = [];
  const range = { from: logRange.from, to: position === undefined ? logRange.to : logRowKey(position) };
  const pages = client.listEntities({ queryOptions: { filter: inRange(partitionKey, range) } });
  for await (const page of pages.byPage({ maxPageSize: pageOfLog })) {
    for (const row of page) {
      rows.push(row);
      // The floor itself is of no use; the newest row is, because it tells the marks.
      if (positionIn(String(row.rowKey)) <= Number(rows[0]!['floor'])) return rows;
    }
  }
  return rows;
}

/** Who wrote an entry, also when it lies so far back that it was not taken in. */
export async function writerOf(
  client: TableClient,
  partitionKey: string,
  position: number,
): Promise<string | undefined> {
  const row = await find(client, partitionKey, logRowKey(position));
  return row && String(row['writer']);
}
