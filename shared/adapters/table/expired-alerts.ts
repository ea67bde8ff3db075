import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Group } from '../../domain/group';
import { newestFirst } from '../../domain/ids';
import { isExpired } from '../../domain/retention';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import { countingGroup, withCounts } from './derived-counts';
import { find } from './find-row';
import { decodeLogRow, logRange, logRowKey, positionIn, timeText, unpackedIn } from './log-row';
import { inRange, partition } from './placement';
import type { KeyRange } from './placement';
import { receiptRange } from './receipt-rows';
import { placeIn } from './reserved-ids';
import { fromEntity } from './row';
import type { ShardLog } from './shard-log';
import { hasStatus } from './storage-errors';

/** Rows that one call looks at. */
const rowsAtOnce = 200;
const removedTogether = 40;

/** A retry with the same Idempotency-Key is known for so long (ms). */
const receiptsKept = 7 * 24 * 3_600_000;

/**
 * Removes primary alerts with the windows that their groups have; the ledger's way to append. False when a group has
 * changed since the position `seen` of the log, or a row since it was read.
 */
type RemoveTogether = (groups: Map<string, Group>, deletions: TransactionAction[], seen: number) => Promise<boolean>;

export interface Expiry {
  client: TableClient;
  shard: number;
  log: ShardLog;
  before: number;
  now: number;
  /** Where the last call ended, by what it looked through. */
  cursors: Map<string, string>;
  removeTogether: RemoveTogether;
}

/** Looks through some of the oldest rows of a shard, those of the log first; what is looked at again is only looked at. */
export async function expire(expiry: Expiry): Promise<{ removed: number; more: boolean }> {
  await removeReceipts(expiry);
  if (expiry.before <= 0) return { removed: 0, more: false };
  await expiry.log.know([], 'fresh');
  const judge = judgeOf(expiry);
  const inLog = await expireLog(expiry, judge);
  const rows = await expireRows(expiry, judge);
  return { removed: inLog.removed + rows.removed, more: inLog.more || rows.more };
}

type Judge = (id: string) => Promise<boolean>;

/** Tells whether a primary alert has expired, or is gone. */
function judgeOf({ client, shard, log, before }: Expiry): Judge {
  const verdicts = new Map<string, Promise<boolean>>();
  const look = async (id: string) => {
    const { partitionKey, rowKey } = placeIn(shard, 'msdyn_iotalert', id);
    const stored = await find(client, partitionKey, rowKey);
    if (!stored) return true;
    const { row, group } = await whole(log, fromEntity('msdyn_iotalert', stored));
    return isExpired(row, group, before);
  };
  return (id) => {
    const verdict = verdicts.get(id) ?? look(id);
    verdicts.set(id, verdict);
    return verdict;
  };
}

async function whole(log: ShardLog, row: Row): Promise<{ row: Row; group: Group | undefined }> {
  const key = countingGroup(row);
  if (key === undefined) return { row, group: undefined };
  await log.know([key]);
  const group = log.memory.group(key);
  return { row: withCounts(row, group), group };
}

/** Rows of the log whose alerts have all expired. Those that a new process would read stay. */
async function expireLog({ client, shard, log, before, cursors }: Expiry, judge: Judge) {
  const { memory } = log;
  const last = Math.min(memory.floorAfter(memory.position(), [], []), memory.position() - 1);
  const range = { from: logRowKey(last), to: logRange.to };
  const { rows, more } = await nextRows(client, { shard, range, and: `newest lt '${timeText(before)}'`, cursors });
  let removed = 0;
  for (const row of rows) {
    if (positionIn(String(row['rowKey'])) > last) continue;
    const unpacked = unpackedIn(row);
    const packed = decodeLogRow(row).packed.filter((_, index) => !unpacked.has(index));
    const parents = [...new Set(packed.map(({ under }) => under))];
    const verdicts = await Promise.all(parents.map(judge));
    if (verdicts.includes(false)) continue;
    if (await removeRow(client, row)) removed += packed.length;
  }
  return { removed, more };
}

/** Rows of alerts: duplicates of primary alerts that have expired, and these, with their windows. */
async function expireRows({ client, shard, log, before, cursors, removeTogether }: Expiry, judge: Judge) {
  const { prefix } = entity('msdyn_iotalert').stored;
  const range = { from: `${prefix}-${newestFirst(before)}`, to: `${prefix}.` };
  const { rows, more } = await nextRows(client, { shard, range, cursors });
  let removed = 0;
  const primaries: Primary[] = [];
  for (const stored of rows) {
    const row = fromEntity('msdyn_iotalert', stored);
    const parent = row['_msdyn_parentalert_value'];
    if (!parent) primaries.push({ row, rowKey: String(stored['rowKey']), etag: String(stored['etag']) });
    else if ((await judge(String(parent))) && Date.parse(String(row['createdon'])) < before) {
      if (await removeRow(client, stored)) removed += 1;
    }
  }
  for (let at = 0; at < primaries.length; at += removedTogether) {
    const chunk = primaries.slice(at, at + removedTogether);
    removed += await log.inTurn(async () => removePrimaries(chunk, { shard, log, before, removeTogether }));
  }
  return { removed, more };
}

interface Primary {
  row: Row;
  rowKey: string;
  etag: string;
}

async function removePrimaries(
  chunk: readonly Primary[],
  { shard, log, before, removeTogether }: Pick<Expiry, 'shard' | 'log' | 'before' | 'removeTogether'>,
): Promise<number> {
  const seen = log.memory.position();
  const groups = new Map<string, Group>();
  const deletions: TransactionAction[] = [];
  for (const { row, rowKey, etag } of chunk) {
    const found = await whole(log, row);
    if (!isExpired(found.row, found.group, before)) continue;
    deletions.push(['delete', { partitionKey: partition(shard), rowKey, etag }]);
    const key = countingGroup(row);
    if (key === undefined || !found.group) continue;
    const group = groups.get(key) ?? found.group;
    const windows = group.windows.filter((window) => window.parent !== row['msdyn_iotalertid']);
    if (windows.length < group.windows.length) groups.set(key, { ...group, windows });
  }
  return deletions.length > 0 && (await removeTogether(groups, deletions, seen)) ? deletions.length : 0;
}

async function removeReceipts({ client, shard, now }: Expiry): Promise<void> {
  const old = new Date(now - receiptsKept).toISOString();
  const filter = `${inRange(partition(shard), receiptRange)} and Timestamp lt datetime'${old}'`;
  const pages = client.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: rowsAtOnce });
  const page = await pages.next();
  for (const row of page.done === true ? [] : page.value) await removeRow(client, row);
}

/** The rows after those of the last call; at the end it begins anew. */
async function nextRows(
  client: TableClient,
  query: { shard: number; range: KeyRange; and?: string; cursors: Map<string, string> },
): Promise<{ rows: Record<string, unknown>[]; more: boolean }> {
  const { shard, range, and, cursors } = query;
  const name = `${shard}/${range.to}`;
  const cursor = cursors.get(name);
  const from = cursor !== undefined && cursor > range.from ? cursor : range.from;
  const filter = [inRange(partition(shard), { from, to: range.to }), ...(and ? [and] : [])].join(' and ');
  const pages = client.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: rowsAtOnce });
  const page = await pages.next();
  const rows: Record<string, unknown>[] = page.done === true ? [] : page.value;
  const more = page.done !== true && page.value.continuationToken !== undefined;
  if (more) cursors.set(name, `${(rows.at(-1)?.['rowKey'] as string | undefined) ?? from}~`);
  else cursors.delete(name);
  return { rows, more };
}

/** Whether the row was still as it was read. */
async function removeRow(client: TableClient, row: Record<string, unknown>): Promise<boolean> {
  try {
    await client.deleteEntity(String(row['partitionKey']), String(row['rowKey']), { etag: String(row['etag']) });
    return true;
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return false;
    throw error;
  }
}
