import type { TableClient, TransactionAction } from '@azure/data-tables';
import { isCovered, itemsPerEvent } from '../../domain/coverage';
import { duplicateRow } from '../../domain/duplicate';
import type { Duplicate } from '../../domain/duplicate';
import { placeInId, posted, serialIn, sourceNumber } from '../../domain/ids';
import type { Row } from '../../model/edm';
import type { EntityName } from '../../model/entities';
import type { Stored } from '../../ports/record-store';
import { toStorageETag } from './etag';
import { decodeLogRow, decodeMarks, logRange, logRowKey, marksNames, positionIn, unpackedIn } from './log-row';
import { partition, rowKeyOf } from './placement';
import { toEntity } from './row';
import { hasStatus } from './storage-errors';

/*
 * Alerts that have no rows of their own: duplicates in the rows of the log. Their ids tell where they came from, and how
 * far every source was dealt with grows along the log; so the row in which an alert arrived is found by halving.
 */

type LogRow = Record<string, unknown> & { etag: string };

/** An alert in the log, and the row that holds it. */
export interface Packed extends Stored {
  logRow: LogRow;
  index: number;
}

/** The record of an alert in the log. What has no value is left out, as in rows. */
export function packedRecord(duplicate: Duplicate): Row {
  const values = Object.entries(duplicateRow(duplicate)).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(values);
}

/** The ETag of an alert as long as it has no row of its own. */
export function packedETag(position: number): string {
  return `W/"L${position}"`;
}

/** Looks for an alert that has no row of its own. Some twenty small reads in a log of a million rows. */
export async function findPacked(client: TableClient, id: string): Promise<Packed | undefined> {
  const place = placeInId(id);
  if (!place) return undefined;
  const { source, position } = serialIn(id);
  const reader = logReader(client, partition(place.shard));
  if (source === posted) {
    const row = await reader.whole(Math.floor(position / itemsPerEvent));
    return row && packedIn(row, id);
  }
  for await (const row of rowsThatCovered(reader, source, position)) {
    const found = packedIn(row, id);
    if (found) return found;
  }
  return undefined;
}

/** Gives an alert a row of its own, as it is; its ETag, or undefined when somebody else did so or it has another one. */
async function unpack(client: TableClient, id: string, etag: string): Promise<string | undefined> {
  for (;;) {
    const found = await findPacked(client, id);
    if (!found || found.etag !== etag) return undefined;
    const { logRow, index, row } = found;
    const { partitionKey, rowKey } = logRow as unknown as { partitionKey: string; rowKey: string };
    const unpacked = JSON.stringify([...unpackedIn(logRow), index]);
    const own = { partitionKey, rowKey: rowKeyOf('msdyn_iotalert', id) };
    const actions: TransactionAction[] = [
      ['update', { partitionKey, rowKey, unpacked }, 'Merge', { etag: logRow.etag }],
      ['create', toEntity('msdyn_iotalert', row, own)],
    ];
    try {
      return (await client.submitTransaction(actions)).subResponses[1]!.etag!.trim();
    } catch (error) {
      // Another alert of the same row was unpacked, or this one: the next look tells.
      if (!hasStatus(error, 409) && !hasStatus(error, 412)) throw error;
    }
  }
}

/**
 * Storage's ETag for a conditional write of a record. An alert without a row of its own gets one first; an ETag that the
 * record does not have any more becomes one that matches nothing.
 */
export async function conditionFor(client: TableClient, name: EntityName, id: string, etag: string): Promise<string> {
  const isPacked = name === 'msdyn_iotalert' && etag.startsWith('W/"L');
  return (isPacked ? await unpack(client, id, etag) : undefined) ?? toStorageETag(etag);
}

function packedIn(logRow: LogRow, id: string): Packed | undefined {
  const entry = decodeLogRow(logRow);
  const index = entry.packed.findIndex(({ arrival }) => arrival.id === id);
  if (index === -1 || unpackedIn(logRow).has(index)) return undefined;
  return { row: packedRecord(entry.packed[index]!), etag: packedETag(entry.position), logRow, index };
}

type LogReader = ReturnType<typeof logReader>;

function logReader(client: TableClient, partitionKey: string) {
  /** The marks of the newest row that is not newer than this one. */
  const marks = async (position: number) => {
    const range = `RowKey ge '${logRowKey(position)}' and RowKey lt '${logRange.to}'`;
    const queryOptions = {
      filter: `PartitionKey eq '${partitionKey}' and ${range}`,
      select: ['RowKey', ...marksNames],
    };
    const page = await client.listEntities({ queryOptions }).byPage({ maxPageSize: 1 }).next();
    const row = page.done === true ? undefined : page.value[0];
    return row && { position: positionIn(String(row.rowKey)), marks: decodeMarks(row) };
  };
  const whole = async (position: number): Promise<LogRow | undefined> => {
    try {
      return await client.getEntity(partitionKey, logRowKey(position));
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  };
  return { marks, whole };
}

/** The rows with which sources of this number had dealt with a position, of which only the lower 48 bits are known. */
async function* rowsThatCovered(reader: LogReader, source: number, low: number): AsyncGenerator<LogRow> {
  const newest = await reader.marks(Number.MAX_SAFE_INTEGER % 2 ** 44);
  const candidates = (newest?.marks ?? []).filter(
    ({ source: { hub, partition: own } }) => sourceNumber(hub, own) === source,
  );
  for (const { source: wanted, coverage } of candidates) {
    const top = coverage.at(-1)?.[1] ?? -1;
    for (let position = low + Math.floor(top / 2 ** 48) * 2 ** 48; position >= 0; position -= 2 ** 48) {
      const covers = (row: Awaited<ReturnType<LogReader['marks']>>) => {
        const mark = row?.marks.find(
          ({ source: { hub, partition: own } }) => hub === wanted.hub && own === wanted.partition,
        );
        return mark !== undefined && isCovered(mark.coverage, position);
      };
      if (!isCovered(coverage, position)) continue;
      let [from, to] = [1, newest!.position];
      while (from < to) {
        const row = await reader.marks(Math.floor((from + to) / 2));
        if (row && covers(row)) to = row.position;
        else from = Math.floor((from + to) / 2) + 1;
      }
      const row = await reader.whole(to);
      if (row) yield row;
    }
  }
}
