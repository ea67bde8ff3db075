import type { TableClient, TransactionAction } from '@azure/data-tables';
import { iso } from '../../domain/alert-rows';
import type { Group } from '../../domain/group';
import { entity } from '../../model/entities';
import type { Entry } from '../../ports/alert-ledger';
import { pagesColumn } from './derived-counts';
import { find } from './find-row';
import { bytesOfGroup, encodeGroup, groupRowKey, waitingRowKey } from './group-row';
import type { LogEntry } from './log-row';
import { conditionFor } from './packed-alerts';
import { partition } from './placement';
import { receiptRow } from './receipt-rows';
import { placeIn } from './reserved-ids';
import { toEntity } from './row';
import type { ShardLog } from './shard-log';

/** Groups that one commit writes back when the log is far ahead of their rows. */
const savedAtOnce = 40;
const bytesSavedAtOnce = 700_000;
const mostRows = 99;

/** The rows of an entry beside those of the log and the groups. */
export async function rowActions(client: TableClient, shard: number, entry: Entry): Promise<TransactionAction[]> {
  const partitionKey = partition(shard);
  const actions: TransactionAction[] = [];
  for (const { entity: name, row } of entry.inserts) {
    actions.push(['create', toEntity(name, row, placeIn(shard, name, String(row[entity(name).key])))]);
  }
  for (const { entity: name, id, row, etag } of entry.merges) {
    const changed = toEntity(name, row, placeIn(shard, name, id));
    const condition = etag === undefined ? {} : { etag: await conditionFor(client, name, id, etag) };
    actions.push(['update', changed, 'Merge', condition]);
  }
  actions.push(...(await Promise.all(entry.waiting.map(async (note) => noteAction(client, partitionKey, note)))));
  for (const receipt of entry.receipts ?? []) actions.push(['create', receiptRow(partitionKey, receipt)]);
  return actions;
}

/** Writes a note that reaches no less far back than the one that may be there. */
async function noteAction(
  client: TableClient,
  partitionKey: string,
  { unsure, ...note }: Entry['waiting'][number],
): Promise<TransactionAction> {
  const rowKey = waitingRowKey(note);
  const before = unsure ? await find(client, partitionKey, rowKey) : undefined;
  const since = Math.min(note.since, Number(before?.['since'] ?? Infinity));
  return ['upsert', { partitionKey, rowKey, ...note, since: String(since) }, 'Replace'];
}

/** Appends an entry with its rows, those of groups that only their rows tell of, and of some that are due. */
export async function appendEntry(
  client: TableClient,
  log: ShardLog,
  shard: number,
  entry: Entry,
  plain: readonly TransactionAction[],
): ReturnType<ShardLog['append']> {
  const { memory } = log;
  const position = memory.position() + 1;
  const told = groupsTold(entry);
  const replaced = [...entry.groups.keys()].filter((key) => !told.has(key));
  const ended = await endedWindows(client, shard, entry, position);
  const due = await dueGroups(log, mostRows - plain.length - replaced.length - ended.length, replaced);
  const saved = [...new Set([...replaced, ...due])];
  const groupRows: TransactionAction[] = [];
  for (const key of saved) {
    const group = entry.groups.get(key) ?? memory.group(key);
    const keys = { partitionKey: partition(shard), rowKey: groupRowKey(key) };
    if (!isEmpty(group)) groupRows.push(['upsert', { ...keys, ...encodeGroup(key, group, position) }, 'Replace']);
    else if (await find(client, keys.partitionKey, keys.rowKey)) groupRows.push(['delete', keys]);
  }
  const logEntry: LogEntry = {
    position,
    writer: log.sign(),
    floor: memory.floorAfter(position, saved, entry.groups.keys()),
    marks: memory.marksWith(entry.marks ?? []),
    packed: entry.packed,
    steps: entry.steps,
    replaced,
    saved,
  };
  return log.append(logEntry, [...plain, ...ended, ...groupRows], entry.groups);
}

/** The groups of which the log entry itself tells what became of them. */
function groupsTold({ steps, packed }: Entry): Set<string> {
  const told = new Set<string>();
  for (const { groupKey } of steps) told.add(groupKey);
  for (const { arrival } of packed) told.add(arrival.groupKey);
  return told;
}

function isEmpty({ windows, tickets, waiting }: Group): boolean {
  return windows.length + tickets.length + waiting.length === 0;
}

/** Groups to write back with this entry, so that a new process has little of the log to read. */
async function dueGroups(log: ShardLog, room: number, others: readonly string[]): Promise<string[]> {
  if (!log.isFarAhead()) return [];
  const due: string[] = [];
  let bytes = 0;
  const oldest = log.memory
    .oldestUnsaved(Math.max(0, Math.min(savedAtOnce, room)))
    .filter((key) => !others.includes(key));
  await log.know(oldest);
  for (const key of oldest) {
    bytes += bytesOfGroup(log.memory.group(key));
    if (due.length > 0 && bytes > bytesSavedAtOnce) break;
    due.push(key);
  }
  return due;
}

/** What windows have counted that their groups forget with this entry, into the rows of their primary alerts. */
async function endedWindows(
  client: TableClient,
  shard: number,
  entry: Entry,
  position: number,
): Promise<TransactionAction[]> {
  const actions: TransactionAction[] = [];
  for (const { parent, duplicates, latest, pages } of entry.ended) {
    const place = placeIn(shard, 'msdyn_iotalert', parent);
    // It may be deleted by now.
    if (!(await find(client, place.partitionKey, place.rowKey))) continue;
    const last = entry.packed.some(({ under }) => under === parent) ? position : pages?.[1];
    const columns = { ccs_duplicatecount: duplicates, ccs_lastalerttime: iso(latest) };
    const row = { ...toEntity('msdyn_iotalert', columns, place), ...pagesColumn([pages?.[0] ?? last, last]) };
    actions.push(['update', row, 'Merge', {}]);
  }
  return actions;
}
