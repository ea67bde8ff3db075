import { ServiceError } from '../domain/errors';
import { placeInId, shardOf } from '../domain/ids';
import { asCounted, regroupFor } from '../domain/regroup';
import { alertState } from '../model/choices';
import type { Alert } from '../model/entities';
import type { AlertBatch, AlertWrites, PreparedAlert } from '../ports/alert-writes';
import type { RecordStore, Stored } from '../ports/record-store';
import { adoptAlert, claimId, parentMeant } from './adopt-alert';
import { deviceDirectory } from './device-directory';
import type { IngestDeps } from './ingest-events';
import type { OneAtATime } from './one-at-a-time';
import { arrivalOf, given, linksTo } from './posted-alert';
import type { Shelved } from './posted-alert';
import { postAlerts } from './post-alerts';
import { inUse } from './record-changes';
import { settleAlerts } from './settle-alerts';

/**
 * Alerts that people and programs write over HTTP: settled by the same decisions as those of the hub, and kept in step
 * with their groups when they, or what they opened, are closed.
 */
export function groupedAlertWrites(
  deps: IngestDeps,
  unique: () => string,
  { parentOnCreate, oneAtATime }: { parentOnCreate: boolean; oneAtATime: OneAtATime },
): AlertWrites {
  return {
    open: (records) => openBatch(deps, { records: records ?? deps.records, unique, parentOnCreate, oneAtATime }),
    ...(parentOnCreate && { post: async (rows, request) => postAlerts(rows, request, deps, unique) }),
    revise: async (name, old, row, etag, how) => {
      const regroup = regroupFor(name, old, row);
      return deps.ledger.revise(name, row, etag, how && regroup ? asCounted(regroup, old) : regroup);
    },
  };
}

interface Setting {
  /** Where devices are looked for. */
  records: RecordStore;
  unique: () => string;
  parentOnCreate: boolean;
  oneAtATime: OneAtATime;
}

function openBatch(deps: IngestDeps, { records, unique, parentOnCreate, oneAtATime }: Setting): AlertBatch {
  const directory =
    records === deps.records
      ? deps.devices
      : deviceDirectory(records, { maxAge: 0, groupBy: deps.groupBy, now: deps.now });
  const devices = directory.open();
  return {
    prepare: async (row) => {
      const alert: Alert = row;
      if (alert.msdyn_iotalertid && placeInId(alert.msdyn_iotalertid)) {
        throw new ServiceError(
          'invalid-value',
          'An id of this form (version 8) is made by the service: choose another, or leave msdyn_iotalertid out.',
        );
      }
      const parent = await parentMeant(alert, records);
      const { arrival, known } = await arrivalOf(alert, devices, { ...deps, records }, unique(), parent?.row);
      const whole = { ...row, ...linksTo(known), ...given(alert), msdyn_iotalertid: arrival.id };
      // With a parent or a state of its own, the caller has decided already where the alert belongs.
      if (parent) {
        return {
          row: { ...whole, _msdyn_parentalert_value: parent.row['msdyn_iotalertid'], ccs_duplicatecount: 0 },
        };
      }
      if (alert.statecode !== alertState.Active) {
        return { row: { ...whole, ccs_groupkey: arrival.groupKey, ccs_duplicatecount: 0 } };
      }
      return { row: whole, settling: parentOnCreate ? arrival : { ...arrival, alone: true } };
    },

    settle: async (alerts) => {
      const arrivals = alerts.flatMap(({ settling }) => (settling ? [settling as Shelved] : []));
      // Devices that were written since the alerts were prepared count, too.
      const settle = async () => {
        for (const alert of alerts) await claim(alert, deps);
        try {
          await settleAlerts({ arrivals }, deps.devices.open(), deps);
        } catch (error) {
          // An id may have come into use since: nobody can win against that.
          for (const alert of alerts) await claim(alert, deps);
          throw error;
        }
      };
      const groups = new Set(arrivals.map(({ groupKey, id }) => groupKey ?? id));
      await (groups.size === 1 ? oneAtATime([...groups][0]!, settle) : settle());
      return Promise.all(alerts.map(async (alert) => writtenAs(alert, deps, oneAtATime)));
    },
  };
}

/** Keeps an id that the creator chose for the alert, or says that it is in use. Others are ours already. */
async function claim({ row, settling }: PreparedAlert, { ledger, records }: IngestDeps): Promise<void> {
  const { msdyn_iotalertid: id, ccs_groupkey: groupKey, _msdyn_parentalert_value: parent }: Alert = row;
  if (placeInId(id!) || parent) return;
  const shard = settling ? (settling as Shelved).shard : shardOf(groupKey ?? id!);
  await claimId(id!, shard, { ledger, records });
}

/** The record that an alert became. One that was not settled is written here. */
async function writtenAs({ row, settling }: PreparedAlert, deps: IngestDeps, oneAtATime: OneAtATime): Promise<Stored> {
  const { records } = deps;
  if (!settling) {
    const parent = row._msdyn_parentalert_value;
    if (parent) return oneAtATime(String(parent), async () => adoptAlert(row, deps));
    const result = await records.insert('msdyn_iotalert', row);
    if (result.kind === 'exists') throw inUse('msdyn_iotalert', result.property, row);
    return { row, etag: result.etag };
  }
  const stored = await records.get('msdyn_iotalert', String(row.msdyn_iotalertid));
  if (stored) return stored;
  throw new ServiceError('storage-unavailable', 'The alert was written but cannot be read back. Try again.');
}
