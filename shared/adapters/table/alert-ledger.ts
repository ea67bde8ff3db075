import type { TableClient, TableEntity, TransactionAction } from '@azure/data-tables';
import { ServiceError } from '../../domain/errors';
import type { Group } from '../../domain/group';
import { entity } from '../../model/entities';
import type { AlertLedger, Entry, ShardVersion } from '../../ports/alert-ledger';
import { appendEntry, rowActions } from './append-entry';
import { recordETag } from './etag';
import { expire } from './expired-alerts';
import { find } from './find-row';
import { waitingRowKey } from './group-row';
import { conditionFor } from './packed-alerts';
import { partition, partitions } from './placement';
import { claimKey, readReceipts } from './receipt-rows';
import { findPlace, reserveId } from './reserved-ids';
import { toEntity } from './row';
import { alertsTable, shardLogs } from './shard-log';
import type { ShardLog, ShardLogs } from './shard-log';
import { hasStatus, translate } from './storage-errors';
import type { Tables } from './tables';
import { linkPacked, linkRows, waitingNotes } from './waiting-alerts';

/** An append is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 100;

/**
 * The ledger on Table Storage: one table, one partition a shard, one entity-group transaction a commit, which appends to
 * the shard's log. What is remembered may be out of date; then the place in the log is taken, and what was written since
 * is taken in.
 */
export function tableAlertLedger(tables: Tables, logs: ShardLogs = shardLogs(tables)): AlertLedger {
  const cursors = new Map<string, string>();
  return {
    read: async (shard, groupKeys, sources = [], how) => {
      const log = logs(shard);
      await log.know(groupKeys, how);
      const { memory } = log;
      return {
        groups: new Map(groupKeys.map((key) => [key, memory.group(key)])),
        coverages: sources.map((source) => memory.coverage(source)),
        next: memory.position() + 1,
        version: memory.position() as unknown as ShardVersion,
      };
    },

    commit: async (shard, entry, shardVersion) => {
      const log = logs(shard);
      const version = shardVersion as unknown as number;
      return log.inTurn(async () => {
        await log.know([...entry.groups.keys()]);
        const client = await tables.client(alertsTable);
        const plain = await rowActions(client, shard, entry);
        for (let attempt = 0; attempt < attempts; attempt += 1) {
          if (isOutdated(log, entry, version)) return { kind: 'lost-race' };
          if (entry.number !== undefined && entry.number !== log.memory.position() + 1) return { kind: 'lost-race' };
          const { kind } = await appendEntry(client, log, shard, entry, plain);
          if (kind === 'appended') return { kind: 'committed' };
          if (kind === 'refused') return { kind: 'lost-race' };
        }
        throw contended();
      });
    },

    claim: async (key, body) => {
      try {
        return { kind: await claimKey(await tables.client(alertsTable), key, body) };
      } catch (error) {
        throw translate(error);
      }
    },

    receipts: async (shard, key) => {
      try {
        return await readReceipts(await tables.client(alertsTable), partition(shard), key);
      } catch (error) {
        throw translate(error);
      }
    },

    reserve: async (alertId, shard) => {
      const client = await tables.client(alertsTable);
      const reserved = await reserveId(client, alertId, shard).catch((error: unknown) => {
        throw translate(error);
      });
      return { kind: reserved ? 'reserved' : 'taken' };
    },

    revise: async (name, row, etag, regroup) => {
      const client = await tables.client(alertsTable);
      const id = String(row[entity(name).key]);
      const place = await findPlace(client, name, id);
      const condition = await conditionFor(client, name, id, etag);
      const action: TransactionAction = ['update', toEntity(name, row, place), 'Replace', { etag: condition }];
      const replaced = (stored: string) => ({ kind: 'replaced', etag: recordETag(row, stored) }) as const;
      if (!regroup) {
        const stored = await replaceRow(client, action);
        return stored === undefined ? { kind: 'changed' } : replaced(stored);
      }
      const shard = partitions.indexOf(place.partitionKey);
      const log = logs(shard);
      return log.inTurn(async () => {
        for (let attempt = 0; attempt < attempts; attempt += 1) {
          await log.know([regroup.groupKey], attempt === 0 ? 'fresh' : undefined);
          const before = log.memory.group(regroup.groupKey);
          if (regroup.holds?.(before) === false) return { kind: 'changed' };
          const entry = { ...nothing, groups: new Map([[regroup.groupKey, regroup.change(before)]]) };
          const result = await appendEntry(client, log, shard, entry, [action]);
          if (result.kind === 'appended') {
            return replaced(result.etags[0] || (await find(client, place.partitionKey, place.rowKey))!.etag);
          }
          const now = await find(client, place.partitionKey, place.rowKey);
          if (now?.etag !== condition) return { kind: 'changed' };
        }
        throw contended();
      });
    },

    waiting: async function* (deviceId) {
      try {
        yield* waitingNotes(await tables.client(alertsTable), deviceId);
      } catch (error) {
        throw translate(error);
      }
    },

    expire: async (shard, { before, now }) => {
      const client = await tables.client(alertsTable);
      const log = logs(shard);
      const removeTogether = async (groups: Map<string, Group>, deletions: TransactionAction[], seen: number) => {
        const entry = { ...nothing, groups };
        if (isOutdated(log, entry, seen)) return false;
        return (await appendEntry(client, log, shard, entry, deletions)).kind === 'appended';
      };
      try {
        return await expire({ client, shard, log, before, now, cursors, removeTogether });
      } catch (error) {
        throw translate(error);
      }
    },

    link: async (note, columns) => {
      const { shard, deviceId, groupKey } = note;
      const client = await tables.client(alertsTable);
      const log = logs(shard);
      const rowKey = waitingRowKey(note);
      const remove: TransactionAction = ['delete', { partitionKey: partition(shard), rowKey }];
      let linked = 0;
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        await log.know([groupKey], 'fresh');
        const version = log.memory.position();
        const before = log.memory.group(groupKey);
        try {
          // It may be gone by now, or reach further back.
          const row = await find(client, partition(shard), rowKey);
          if (!row) return linked;
          const current = { ...note, since: Number(row['since']) };
          linked += await linkPacked(client, partition(shard), current, columns);
          linked += await linkRows(client, partition(shard), current, columns);
        } catch (error) {
          throw translate(error);
        }
        // Only if no alert of the group came in between is the note done with; otherwise look again.
        const group = { ...before, waiting: before.waiting.filter((each) => each.deviceId !== deviceId) };
        const entry = { ...nothing, groups: new Map([[groupKey, group]]) };
        const result = await log.inTurn(async () =>
          isOutdated(log, entry, version) ? undefined : appendEntry(client, log, shard, entry, [remove]),
        );
        if (result?.kind === 'appended') return linked;
      }
      throw new ServiceError('storage-unavailable', `Alerts of ${deviceId} arrive faster than they can be linked.`);
    },
  };
}

const nothing: Entry = { inserts: [], merges: [], packed: [], groups: new Map(), steps: [], ended: [], waiting: [] };

function contended(): ServiceError {
  return new ServiceError('storage-unavailable', 'Alerts are written faster than this change can be. Try again.');
}

function isOutdated({ memory }: ShardLog, { groups, marks = [] }: Entry, version: number): boolean {
  return (
    [...groups.keys()].some((key) => memory.hasChanged(key, version)) ||
    marks.some(({ source }) => memory.hasMoved(source, version))
  );
}

/** The ETag of the row afterwards; undefined when it was not as it must be. */
async function replaceRow(client: TableClient, action: TransactionAction): Promise<string | undefined> {
  const [, row, , condition] = action as [string, TableEntity, 'Replace', { etag: string }];
  try {
    return (await client.updateEntity(row, 'Replace', { ...condition })).etag!;
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return undefined;
    throw translate(error);
  }
}
