import { iso } from '../../domain/alert-rows';
import { emptyGroup, settled } from '../../domain/group';
import type { Coverage } from '../../domain/coverage';
import type { Group, Window } from '../../domain/group';
import { duplicateRow } from '../../domain/duplicate';
import type { Duplicate } from '../../domain/duplicate';
import { placeInId, shardOf } from '../../domain/ids';
import { isExpired } from '../../domain/retention';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import type { AlertLedger, Receipt, ShardVersion, Source, Waiting } from '../../ports/alert-ledger';
import type { RecordStore, Stored } from '../../ports/record-store';

interface Kept<T> {
  value: T;
  version: number;
}

type Versions = Map<string, number>;

/** The ledger in this process's memory, for tests and trials. Its records are those of the given store. */
export function memoryAlertLedger(records: RecordStore): AlertLedger {
  const groups = new Map<string, Kept<Group>>();
  const coverages = new Map<string, Kept<Coverage>>();
  const reservations = new Map<string, number>();
  const notes = new Map<string, Waiting & { shard: number }>();
  const claims = new Map<string, string>();
  const receipts = new Map<number, Receipt[]>();
  /** Commits of each shard. */
  const numbers = new Map<number, number>();
  let clock = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time: what a transaction is to a table. */
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };

  const put = <T>(map: Map<string, Kept<T>>, key: string, value: T) => map.set(key, { value, version: (clock += 1) });
  const groupAt = (shard: number, groupKey: string) => `${shard}/${groupKey}`;
  const coverageAt = (shard: number, { hub, partition }: Source) => `${shard}/${hub}/${partition}`;

  const numberOf = (shard: number) => numbers.get(shard) ?? 0;
  const receiptsIn = (shard: number) => receipts.get(shard) ?? [];

  const isCurrent = (versions: Versions) =>
    [...versions].every(([key, version]) => ((groups.get(key) ?? coverages.get(key))?.version ?? 0) === version);

  const merge = async (name: EntityName, id: string, row: Row) => {
    const stored = await records.get(name, id);
    if (stored) await records.replace(name, { ...stored.row, ...row }, stored.etag);
  };

  /** Writes what a group counts into its primary alerts, where it is read from here. */
  const count = async (windows: readonly Window[]) => {
    for (const { parent, duplicates, latest } of windows) {
      const row = (await records.get('msdyn_iotalert', parent))?.row;
      if (!row || (row['ccs_duplicatecount'] ?? 0) === duplicates) continue;
      await merge('msdyn_iotalert', parent, { ccs_duplicatecount: duplicates, ccs_lastalerttime: iso(latest) });
    }
  };

  return {
    read: async (shard, groupKeys, sources = []) => {
      const found = groupKeys.map((key) => [key, groups.get(groupAt(shard, key))] as const);
      const marks = sources.map(
        (source) => [coverageAt(shard, source), coverages.get(coverageAt(shard, source))] as const,
      );
      const versions: Versions = new Map(found.map(([key, kept]) => [groupAt(shard, key), kept?.version ?? 0]));
      for (const [key, kept] of marks) versions.set(key, kept?.version ?? 0);
      return {
        groups: new Map(found.map(([key, kept]) => [key, kept?.value ?? emptyGroup()])),
        coverages: marks.map(([, kept]) => kept?.value ?? []),
        next: numberOf(shard) + 1,
        version: versions as unknown as ShardVersion,
      };
    },

    commit: (shard, entry, version) =>
      alone(async () => {
        const read = version as unknown as Versions;
        const guarded = [...entry.groups.keys()].map((key) => groupAt(shard, key));
        for (const { source } of entry.marks ?? []) guarded.push(coverageAt(shard, source));
        const held = receiptsIn(shard);
        const isTold = (receipt: Receipt) =>
          held.some(({ key, targets }) => key === receipt.key && targets[0]![0] === receipt.targets[0]![0]);
        if (entry.number !== undefined && entry.number !== numberOf(shard) + 1) return { kind: 'lost-race' };
        if (entry.receipts?.some(isTold)) return { kind: 'lost-race' };
        const inserts = [...entry.inserts, ...entry.packed.map(asInsert)];
        const ids = inserts.map(({ entity: name, row }) => records.get(name, String(row[entity(name).key])));
        const exists = (await Promise.all(ids)).some((stored) => stored !== undefined);
        const merged = entry.merges.map(async ({ entity: name, id, etag }) => {
          const stored = await records.get(name, id);
          return stored !== undefined && (etag === undefined || etag === stored.etag);
        });
        if ((await Promise.all(merged)).includes(false)) return { kind: 'lost-race' };
        if (exists || !isCurrent(new Map(guarded.map((key) => [key, read.get(key) ?? 0]))))
          return { kind: 'lost-race' };
        for (const { entity: name, row } of inserts) await records.insert(name, row);
        for (const { entity: name, id, row } of entry.merges) await merge(name, id, row);
        for (const [key, group] of entry.groups) {
          put(groups, groupAt(shard, key), settled(group));
          await count(group.windows);
        }
        await count(entry.ended);
        for (const note of entry.waiting) notes.set(`${note.deviceId}/${note.groupKey}`, { ...note, shard });
        for (const { source, coverage } of entry.marks ?? []) put(coverages, coverageAt(shard, source), coverage);
        receipts.set(shard, [...held, ...(entry.receipts ?? [])]);
        numbers.set(shard, numberOf(shard) + 1);
        return { kind: 'committed' };
      }),

    claim: async (key, body) => {
      const kept = claims.get(key);
      if (kept === undefined) claims.set(key, body);
      return { kind: kept === undefined ? 'first' : kept === body ? 'again' : 'other' };
    },

    receipts: async (shard, key) => receiptsIn(shard).filter((receipt) => receipt.key === key),

    reserve: async (alertId, shard) => {
      const kept = reservations.get(alertId) ?? shard;
      reservations.set(alertId, kept);
      return { kind: kept === shard ? 'reserved' : 'taken' };
    },

    revise: (name, row, etag, regroup) =>
      alone(async () => {
        const shard = placeInId(String(row[entity(name).key]))?.shard ?? shardOf(regroup?.groupKey ?? '');
        const key = groupAt(shard, regroup?.groupKey ?? '');
        const group = groups.get(key)?.value ?? emptyGroup();
        if (regroup?.holds?.(group) === false) return { kind: 'changed' };
        const replaced = await records.replace(name, row, etag);
        if (replaced.kind !== 'replaced') return { kind: 'changed' };
        if (regroup) put(groups, key, regroup.change(group));
        return replaced;
      }),

    waiting: async function* (deviceId) {
      for (const note of notes.values()) if (deviceId === undefined || note.deviceId === deviceId) yield note;
    },

    expire: (shard, { before }) =>
      alone(async () => {
        let removed = 0;
        const { records: alerts } = await records.list('msdyn_iotalert', { limit: 100_000 });
        const remove = async ({ row, etag }: Stored) => {
          removed +=
            (await records.remove('msdyn_iotalert', String(row['msdyn_iotalertid']), etag)).kind === 'removed' ? 1 : 0;
        };
        for (const alert of alerts) {
          const { msdyn_iotalertid: id, ccs_groupkey: groupKey, _msdyn_parentalert_value: parent } = alert.row;
          const key = groupAt(shard, String(groupKey));
          const group = groupKey ? groups.get(key)?.value : emptyGroup();
          if (!group || parent || !isExpired(alert.row, groupKey ? group : undefined, before)) continue;
          for (const other of alerts) if (other.row['_msdyn_parentalert_value'] === id) await remove(other);
          await remove(alert);
          if (groupKey) put(groups, key, { ...group, windows: group.windows.filter((window) => window.parent !== id) });
        }
        return { removed, more: false };
      }),

    link: ({ shard, deviceId, groupKey }, columns) =>
      alone(async () => {
        const equals = { msdyn_deviceid: deviceId, ccs_groupkey: groupKey };
        const { records: alerts } = await records.list('msdyn_iotalert', { equals, limit: 100_000 });
        const unlinked = alerts.filter(({ row }) => !row['_msdyn_device_value']);
        for (const { row } of unlinked) await merge('msdyn_iotalert', String(row['msdyn_iotalertid']), columns);
        const key = groupAt(shard, groupKey);
        const group = groups.get(key)?.value ?? emptyGroup();
        put(groups, key, { ...group, waiting: group.waiting.filter((each) => each.deviceId !== deviceId) });
        notes.delete(`${deviceId}/${groupKey}`);
        return unlinked.length;
      }),
  };
}

function asInsert(duplicate: Duplicate): { entity: EntityName; row: Row } {
  return { entity: 'msdyn_iotalert', row: duplicateRow(duplicate) };
}
