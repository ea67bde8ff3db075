import { placeInId, shardOf } from '../domain/ids';
import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import type { AlertWrites } from '../ports/alert-writes';
import { draftRecords } from './draft-records';
import type { Draft } from './draft-records';
import type { RecordChange } from './followers';
import { inUse } from './record-changes';
import type { WriteDeps } from './record-changes';

/** Changes that are thought through together before any of them is written. */
export interface UnitOfWork {
  /** What stories write with: they see their own changes, and nobody else does. */
  deps: WriteDeps;
  /** Every record that is to change, the one that was changed last at the end. */
  drafts(): Draft[];
  /** What its writing sets off: each record once, as it was and as it is to become. */
  changes(): RecordChange[];
}

/**
 * Opens a unit of work over the store. Stories that run in it are decided on what the store holds, each after the others'
 * changes, and so refused for every reason there is but one: that a record changes until the unit is written.
 */
export function unitOfWork(real: WriteDeps): UnitOfWork {
  const { records, drafts, putAlert } = draftRecords(real.records);
  const set = new Map<string, Row>();
  const time = real.now();
  let opened: ReturnType<AlertWrites['open']> | undefined;

  const alerts: AlertWrites = {
    open: () => {
      const { prepare } = (opened ??= real.alerts.open(records));
      return {
        prepare,
        settle: async (prepared) =>
          Promise.all(
            prepared.map(async (alert) => {
              const id = String(alert.row.msdyn_iotalertid);
              const isTaken = placeInId(id) === undefined && (await records.get('msdyn_iotalert', id));
              if (isTaken) throw inUse('msdyn_iotalert', 'msdyn_iotalertid', alert.row);
              return { row: alert.row, etag: await putAlert(alert) };
            }),
          ),
      };
    },
    revise: async (name, _old, row, etag) => records.replace(name, row, etag),
  };

  return {
    deps: {
      ...real,
      records,
      alerts,
      now: () => time,
      shard: shardOf(real.unique()),
      followers: {
        announce: async () => undefined,
        follow: async (changes) => {
          for (const change of changes) set.set(placeOf(change), { ...set.get(placeOf(change)), ...change.set });
        },
      },
    },
    drafts,
    changes: () =>
      drafts().flatMap((draft): RecordChange[] => {
        const { entity, id, before, after, alert } = draft;
        // New alerts are settled, and are told of by nobody.
        if (alert) return [];
        const states = { ...(before && { before: before.row }), ...(after && { after: after.row }) };
        return [{ entity, id, ...states, set: set.get(placeOf(draft)) ?? {} }];
      }),
  };
}

const placeOf = ({ entity, id }: { entity: EntityName; id: string }) => `${entity}/${id}`;
