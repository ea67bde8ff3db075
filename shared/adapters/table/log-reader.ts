import type { TableClient } from '@azure/data-tables';
import { placeInId } from '../../domain/ids';
import type { Row } from '../../model/edm';
import type { Duplicate } from '../../domain/duplicate';
import { logPages } from './log-pages';
import type { LogPiece } from './log-pages';
import { decodeLogRow, logRange, timeText, unpackedIn } from './log-row';
import { packedETag, packedRecord } from './packed-alerts';
import { inRange, rowKeyOf } from './placement';
import type { KeyRange } from './placement';
import type { ShardReader } from './shard-merge';

/** An alert of the log, in its place among the rows of alerts. */
export interface PackedRow {
  rowKey: string;
  partitionKey: string;
  etag: string;
  record(): Row;
}

/** Which alerts of a shard's log to read. */
export interface LogQuery {
  /** Rows of the log to look at. */
  range: KeyRange;
  /** Row keys of alerts, in order. */
  keys: readonly KeyRange[];
  /** Only what comes after this row key. */
  after: string;
  /** Times (ms) that the ids may hold. */
  from: number;
  to: number;
  /** Log rows of the first page, of the second, and so on. */
  pageSizes: readonly number[];
  /** What rows must hold by `askedBy`, when that tells something. */
  hashes: ReadonlySet<number> | undefined;
}

/** All of the log. */
export const wholeLog: KeyRange = logRange;

/**
 * The alerts of a shard that have no rows of their own, in order of the row keys that they would have. The log is in the
 * order of writing, which is nearly but not quite that of the times in the ids; so each of its rows says how new its
 * alerts and those before it are at most, and alerts are held back until nothing that is left can come before them.
 */
export function logReader(
  client: TableClient,
  partitionKey: string,
  { range, keys, after, from, to, pageSizes, hashes }: LogQuery,
): ShardReader<PackedRow> {
  const filter = `${inRange(partitionKey, range)} and newest ge '${timeText(from)}' and oldest le '${timeText(to)}' and oldest gt ''`;
  const nextPage = logPages(client, partitionKey, { filter, pageSizes, hashes });
  const isWanted = (key: string) => key > after && keys.some((each) => key >= each.from && key < each.to);
  /** Held back, the first last. */
  let held: PackedRow[] = [];
  let rows: LogPiece[] = [];
  let newestLeft = '~';
  let at = 0;
  let ended = false;

  const unpack = ({ stored, isWhole }: LogPiece) => {
    newestLeft = String(stored['newestBefore']);
    if (!isWhole) return;
    const { position, packed } = decodeLogRow(stored);
    const unpacked = unpackedIn(stored);
    const found = packed.flatMap((duplicate, index): PackedRow[] => {
      const rowKey = rowKeyOf('msdyn_iotalert', duplicate.arrival.id);
      return !unpacked.has(index) && isWanted(rowKey) ? [asRow(duplicate, rowKey, partitionKey, position)] : [];
    });
    held = [...held, ...found].toSorted((a, b) => (a.rowKey < b.rowKey ? 1 : -1));
  };

  /** Whether the first alert held comes before all that are still to be read. */
  const isSure = () => {
    const first = held.at(-1);
    if (!first) return false;
    return (ended && at >= rows.length) || timeText(timeIn(first.rowKey)) > newestLeft;
  };

  return {
    isHungry: () => !isSure() && !(ended && at >= rows.length),
    feed: async () => {
      while (!isSure()) {
        if (at < rows.length) unpack(rows[at++]!);
        else if (ended) return;
        else {
          const page = await nextPage();
          rows = page ?? [];
          at = 0;
          ended = page === undefined;
        }
      }
    },
    head: () => held.at(-1),
    take: () => held.pop()!,
  };
}

function asRow(duplicate: Duplicate, rowKey: string, partitionKey: string, position: number): PackedRow {
  return { rowKey, partitionKey, etag: packedETag(position), record: () => packedRecord(duplicate) };
}

/** The time in a row key of an alert. */
function timeIn(rowKey: string): number {
  return placeInId(rowKey.slice(-36))?.time ?? 0;
}
