import { randomUUID } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Group } from '../../domain/group';
import { TooMuchAtOnce } from '../../ports/alert-ledger';
import { ServiceError } from '../../domain/errors';
import { entity } from '../../model/entities';
import { decodeGroup, groupRange, groupRowKey } from './group-row';
import { find } from './find-row';
import { decodeLogRow, decodeMarks, encodeLogRow, newestUpTo, positionIn } from './log-row';
import type { LogEntry } from './log-row';
import { inRange, partition } from './placement';
import { pageOfLog, readLog, writerOf } from './read-log';
import { shardMemory } from './shard-memory';
import type { ShardMemory } from './shard-memory';
import { hasStatus, translate } from './storage-errors';
import type { Tables } from './tables';
import { transact } from './transaction';

/** What an append came to: `behind` when others have written in between, `refused` when a row is not as it must be. */
type Appended = { kind: 'appended'; etags: (string | undefined)[] } | { kind: 'behind' } | { kind: 'refused' };

/** The log of one shard, and what this process knows of the shard by it. */
export interface ShardLog {
  memory: ShardMemory;
  /** Remembers these groups; with `fresh`, as they are after everything that is written by now. */
  know(groupKeys: readonly string[], how?: 'fresh'): Promise<void>;
  /** One at a time in this process: appending, and deciding what to append. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Writes the next entry and these rows in one transaction; `after` are the groups that it changes, as they are then. */
  append(entry: LogEntry, actions: readonly TransactionAction[], after: ReadonlyMap<string, Group>): Promise<Appended>;
  /** Whether so much of the log is not in the rows of the groups that some of it should be. */
  isFarAhead(): boolean;
  /** What an entry of this process is signed with. */
  sign(): string;
}

export type ShardLogs = (shard: number) => ShardLog;

/** What the log may be ahead of the rows of the groups: what a new process has to read. */
const usualTail = { entries: 2_000, alerts: 64_000 };

/** The logs of all shards; each is opened once. */
export function shardLogs(tables: Tables, longestTail = usualTail): ShardLogs {
  const logs = new Map<number, ShardLog>();
  const writer = randomUUID();
  let signed = 0;
  const sign = () => `${writer}/${(signed += 1)}`;
  return (shard) => {
    const log = logs.get(shard) ?? openLog(() => tables.client(alertsTable), partition(shard), sign, longestTail);
    logs.set(shard, log);
    return log;
  };
}

/** Where alerts, what they opened, groups and the log are. */
export const alertsTable = entity('msdyn_iotalert').stored.table;

/** Rows of groups that are read ahead; more groups are read one by one, as they are needed. */
const pageOfGroups = 500;
const groupsReadAhead = 4_000;
const readsAtOnce = 32;

/** Reading on is in vain only when somebody has written such a group since, so this bound is met by faults, not by load. */
const mostTries = 200;

function openLog(
  open: () => Promise<TableClient>,
  partitionKey: string,
  sign: () => string,
  longestTail: typeof usualTail,
): ShardLog {
  const memory = shardMemory();
  const writers = new Map<number, string>();
  let started = false;
  let newestSoFar = '';
  let last: Promise<unknown> = Promise.resolve();

  /** Takes in what was written since, or, the first time, what the rows of the groups do not hold. */
  const catchUp = async () => {
    const client = await open();
    const entries = await readLog(client, partitionKey, started ? memory.position() : undefined);
    const newest = entries[0];
    if (newest && (!started || Number(newest['floor']) > memory.position())) {
      memory.restart(Number(newest['floor']), decodeMarks(newest));
    }
    for (const row of entries.toReversed()) {
      if (positionIn(String(row['rowKey'])) !== memory.position() + 1) continue;
      const entry = decodeLogRow(row);
      memory.replay(entry);
      writers.set(entry.position, entry.writer);
      if (writers.size > pageOfLog) writers.delete(writers.keys().next().value!);
    }
    if (newest) newestSoFar = later(newestSoFar, newestUpTo(newest));
    if (!started) await readAhead(client);
    started = true;
  };

  const readAhead = async (client: TableClient) => {
    let read = 0;
    const pages = client.listEntities({ queryOptions: { filter: inRange(partitionKey, groupRange) } });
    for await (const page of pages.byPage({ maxPageSize: pageOfGroups })) {
      for (const row of page) memory.load(String(row['groupKey']), decodeGroup(row));
      read += page.length;
      if (read >= groupsReadAhead || memory.isFull()) return;
    }
    memory.setComplete();
  };

  let starting: Promise<void> | undefined;
  const start = async () => {
    if (started) return;
    starting ??= catchUp().finally(() => (starting = undefined));
    await starting;
  };

  const load = async (groupKeys: readonly string[]) => {
    const missing = memory.missing(new Set(groupKeys));
    if (missing.length === 0) return;
    const client = await open();
    const worker = async () => {
      for (let key = missing.pop(); key !== undefined; key = missing.pop()) {
        const row = await find(client, partitionKey, groupRowKey(key));
        memory.load(key, row && decodeGroup(row));
      }
    };
    await Promise.all(Array.from({ length: readsAtOnce }, worker));
  };

  const translated = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translate(error);
    }
  };

  return {
    memory,
    sign,

    isFarAhead: () => {
      const { entries, alerts } = memory.tail();
      return entries > longestTail.entries || alerts > longestTail.alerts;
    },

    know: (groupKeys, how) =>
      translated(async () => {
        if (!started) await start();
        else if (how === 'fresh') await catchUp();
        await load(groupKeys);
        // A row may be newer than what was read of the log: nobody can decide on what is of two moments.
        for (let tries = 0; memory.isBehindRows(); tries += 1) {
          if (tries === mostTries)
            throw new ServiceError(
              'storage-unavailable',
              `Partition ${partitionKey} is written faster than its log can be read. Try again.`,
            );
          await catchUp();
          await load(groupKeys);
        }
      }),

    inTurn: (work) => {
      const result = last.then(work);
      last = result.catch(() => undefined);
      return result;
    },

    append: async (entry, actions, after) =>
      translated(async () => {
        const client = await open();
        const row = await encodeLogRow(partitionKey, entry, newestSoFar);
        const etags = await submit(client, [['create', row], ...actions]);
        if (etags) {
          memory.commit(entry, after);
          newestSoFar = later(newestSoFar, newestUpTo(row));
          return { kind: 'appended', etags: etags.slice(1) };
        }
        await catchUp();
        if (memory.position() < entry.position) return { kind: 'refused' };
        // The client repeats what it got no answer to, so the row in the way may be our own.
        const writer = writers.get(entry.position) ?? (await writerOf(client, partitionKey, entry.position));
        if (writer === entry.writer) return { kind: 'appended', etags: actions.map(() => undefined) };
        return { kind: 'behind' };
      }),
  };
}

const later = (a: string, b: string) => (a > b ? a : b);

/** Writes everything or nothing; undefined when a row is in the way or is not as it must be. */
async function submit(client: TableClient, actions: readonly TransactionAction[]): Promise<string[] | undefined> {
  try {
    return await transact(client, actions);
  } catch (error) {
    if ([404, 409, 412].some((status) => hasStatus(error, status))) return undefined;
    if ([400, 413].some((status) => hasStatus(error, status))) {
      throw new TooMuchAtOnce(`${actions.length} rows in one transaction: ${(error as Error).message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
