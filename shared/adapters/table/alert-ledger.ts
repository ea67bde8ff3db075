import { RestError } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Coverage } from '../../domain/coverage';
import { emptyGroup } from '../../domain/debounce';
import type { Group } from '../../domain/debounce';
import { ServiceError } from '../../domain/errors';
import { entity } from '../../model/entities';
import type { AlertLedger, Entry, ShardVersion, Source } from '../../ports/alert-ledger';
import {
  coverageRowKey,
  decodeCoverage,
  decodeGroup,
  encodeCoverage,
  encodeGroup,
  groupRowKey,
  waitingRowKey,
} from './group-row';
import { partition } from './placement';
import { findPlace, placeIn, reserveId } from './reserved-ids';
import { toEntity } from './row';
import { fromStorageETag, toStorageETag } from './etag';
import { translate } from './storage-errors';
import { rememberRows } from './remembered-rows';
import { find } from './find-row';
import type { Tables } from './tables';
import { linkRows, waitingNotes } from './waiting-alerts';

interface Version {
  groups: Map<string, string | undefined>;
  coverage: string | undefined;
}

const table = entity('msdyn_iotalert').stored.table;

const options = () => ({ abortSignal: AbortSignal.timeout(15_000) });

/**
 * The ledger on Table Storage: one table, one partition a shard, one entity-group transaction a commit. Remembered rows
 * may be stale; the commit's ETags find that out, and the loser reads again.
 */
export function tableAlertLedger(tables: Tables): AlertLedger {
  const groups = rememberRows<Group>();
  const coverages = rememberRows<Coverage>();

  const readGroup = async (client: TableClient, partitionKey: string, groupKey: string) => {
    const rowKey = groupRowKey(groupKey);
    return groups.get(`${partitionKey}/${rowKey}`, async () => {
      const row = await find(client, partitionKey, rowKey);
      return row ? { value: decodeGroup(row), etag: row.etag } : { value: emptyGroup(), etag: undefined };
    });
  };

  const readCoverage = async (client: TableClient, partitionKey: string, source: Source) => {
    const rowKey = coverageRowKey(source);
    return coverages.get(`${partitionKey}/${rowKey}`, async () => {
      const row = await find(client, partitionKey, rowKey);
      return row ? { value: decodeCoverage(row), etag: row.etag } : { value: [], etag: undefined };
    });
  };

  /** Applies a transaction; false when somebody else was faster. The rows' new ETags come back in order. */
  const submit = async (client: TableClient, actions: TransactionAction[]): Promise<string[] | false> => {
    try {
      const { subResponses } = await client.submitTransaction(actions);
      return subResponses.map(({ etag }) => etag ?? '');
    } catch (error) {
      // 404: a record to change was deleted.
      if (error instanceof RestError && [404, 409, 412].includes(error.statusCode ?? 0)) return false;
      throw translate(error);
    }
  };

  return {
    read: async (shard, groupKeys, source, how) => {
      const client = await tables.client(table);
      const partitionKey = partition(shard);
      if (how === 'fresh') for (const key of groupKeys) groups.forget(`${partitionKey}/${groupRowKey(key)}`);
      const [coverage, ...found] = await Promise.all([
        source ? readCoverage(client, partitionKey, source) : undefined,
        ...groupKeys.map((key) => readGroup(client, partitionKey, key)),
      ]);
      const version: Version = {
        groups: new Map(groupKeys.map((key, i) => [key, found[i]!.etag])),
        coverage: coverage?.etag,
      };
      return {
        groups: new Map(groupKeys.map((key, i) => [key, found[i]!.value])),
        coverage: coverage?.value ?? [],
        version: version as unknown as ShardVersion,
      };
    },

    commit: async (shard, entry, shardVersion, source) => {
      const client = await tables.client(table);
      const version = shardVersion as unknown as Version;
      const { actions, written } = actionsOf(entry, shard, version, source);
      const etags = await submit(client, actions);
      if (etags === false) {
        for (const { key } of written) {
          groups.forget(key);
          coverages.forget(key);
        }
        return { kind: 'lost-race' };
      }
      for (const { key, at, group, coverage } of written) {
        if (group) groups.put(key, { value: group, etag: etags[at] });
        if (coverage) coverages.put(key, { value: coverage, etag: etags[at] });
      }
      return { kind: 'committed' };
    },

    reserve: async (alertId, shard) => {
      const client = await tables.client(table);
      const reserved = await reserveId(client, alertId, shard).catch((error: unknown) => {
        throw translate(error);
      });
      return { kind: reserved ? 'reserved' : 'taken' };
    },

    revise: async (name, row, etag, regroup) => {
      const client = await tables.client(table);
      const place = await findPlace(client, name, String(row[entity(name).key]), options);
      const { partitionKey } = place;
      for (let attempt = 0; attempt < 50; attempt += 1) {
        const actions: TransactionAction[] = [
          ['update', toEntity(name, row, place), 'Replace', { etag: toStorageETag(etag) }],
        ];
        if (regroup) {
          const before = await readGroup(client, partitionKey, regroup.groupKey);
          actions.push(groupAction(partitionKey, regroup.groupKey, regroup.change(before.value), before.etag));
        }
        const etags = await submit(client, actions);
        if (regroup) groups.forget(`${partitionKey}/${groupRowKey(regroup.groupKey)}`);
        if (etags) return { kind: 'replaced', etag: fromStorageETag(etags[0]!) };
        const now = await find(client, partitionKey, place.rowKey);
        if (now?.etag !== toStorageETag(etag)) return { kind: 'changed' };
      }
      throw new ServiceError(
        'storage-unavailable',
        'The group of this record changes faster than it can be written. Try again.',
      );
    },

    waiting: async function* (deviceId) {
      try {
        yield* waitingNotes(await tables.client(table), deviceId);
      } catch (error) {
        throw translate(error);
      }
    },

    link: async ({ shard, deviceId, groupKey, since }, columns) => {
      const client = await tables.client(table);
      const partitionKey = partition(shard);
      let linked = 0;
      for (let attempt = 0; attempt < 50; attempt += 1) {
        groups.forget(`${partitionKey}/${groupRowKey(groupKey)}`);
        const before = await readGroup(client, partitionKey, groupKey);
        linked += await linkRows(client, partitionKey, { deviceId, groupKey, since }, columns).catch(
          (error: unknown) => {
            throw translate(error);
          },
        );
        // Only if no alert of the group came in between is the note done with; otherwise look again.
        const group = { ...before.value, waiting: before.value.waiting.filter((id) => id !== deviceId) };
        const done = await submit(client, [
          groupAction(partitionKey, groupKey, group, before.etag),
          ['delete', { partitionKey, rowKey: waitingRowKey(deviceId, groupKey) }],
        ]).finally(() => groups.forget(`${partitionKey}/${groupRowKey(groupKey)}`));
        if (done) return linked;
      }
      throw new ServiceError('storage-unavailable', `Alerts of ${deviceId} arrive faster than they can be linked.`);
    },
  };
}

function actionsOf(entry: Entry, shard: number, version: Version, source: Source | undefined) {
  const partitionKey = partition(shard);
  const actions: TransactionAction[] = [];
  const written: { key: string; at: number; group?: Group; coverage?: Coverage }[] = [];
  for (const { entity: name, row } of entry.inserts) {
    const place = placeIn(shard, name, String(row[entity(name).key]));
    actions.push(['create', toEntity(name, row, place)]);
  }
  for (const { entity: name, id, row, etag } of entry.merges) {
    const changed = toEntity(name, row, placeIn(shard, name, id));
    actions.push(['update', changed, 'Merge', etag === undefined ? {} : { etag: toStorageETag(etag) }]);
  }
  for (const { deviceId, groupKey, since } of entry.waiting) {
    const rowKey = waitingRowKey(deviceId, groupKey);
    actions.push(['upsert', { partitionKey, rowKey, deviceId, groupKey, since: String(since) }, 'Replace']);
  }
  for (const [groupKey, group] of entry.groups) {
    written.push({ key: `${partitionKey}/${groupRowKey(groupKey)}`, at: actions.length, group });
    actions.push(groupAction(partitionKey, groupKey, group, version.groups.get(groupKey)));
  }
  if (entry.coverage && source) {
    const rowKey = coverageRowKey(source);
    const row = { partitionKey, rowKey, ...encodeCoverage(source, entry.coverage) };
    written.push({ key: `${partitionKey}/${rowKey}`, at: actions.length, coverage: entry.coverage });
    actions.push(version.coverage ? ['update', row, 'Replace', { etag: version.coverage }] : ['create', row]);
  }
  return { actions, written };
}

function groupAction(
  partitionKey: string,
  groupKey: string,
  group: Group,
  etag: string | undefined,
): TransactionAction {
  const row = { partitionKey, rowKey: groupRowKey(groupKey), ...encodeGroup(groupKey, group) };
  return etag ? ['update', row, 'Replace', { etag }] : ['create', row];
}
