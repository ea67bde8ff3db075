import { ServiceError } from '../domain/errors';
import type { Arrival } from '../domain/fold';
import { groupKeyOf } from '../domain/group-key';
import { makeId, shardOf } from '../domain/ids';
import type { IncomingAlert } from '../domain/incoming';
import { regroupFor } from '../domain/regroup';
import type { Row } from '../model/edm';
import { alertState } from '../model/choices';
import type { Alert, Device } from '../model/entities';
import type { AlertWrites } from '../ports/alert-writes';
import type { DeviceView } from './device-directory';
import type { IngestDeps } from './ingest-events';
import type { OneAtATime } from './one-at-a-time';
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
    create: async (row) => {
      const alert: Alert = row;
      if (alert.msdyn_iotalertid) {
        throw new ServiceError('unsupported', 'The id of an alert is made by the service; leave msdyn_iotalertid out.');
      }
      const devices = deps.devices.open();
      const arrival = await arrivalOf(alert, devices, deps, unique());
      if (alert._msdyn_parentalert_value || alert.statecode !== alertState.Active) {
        // The caller has decided already where the alert belongs.
        const whole = { ...row, msdyn_iotalertid: arrival.id };
        const result = await deps.records.insert('msdyn_iotalert', whole);
        return result.kind === 'inserted' ? { ...result, row: whole } : result;
      }
      const arrivals = [parentOnCreate ? arrival : { ...arrival, alone: true as const }];
      await oneAtATime(arrival.groupKey ?? arrival.id, async () => settleAlerts({ arrivals }, devices, deps));
      const stored = await deps.records.get('msdyn_iotalert', arrival.id);
      if (!stored)
        throw new ServiceError('storage-unavailable', 'The alert was written but cannot be read back. Try again.');
      return { kind: 'inserted', ...stored };
    },

    revise: async (name, old, row, etag) => deps.ledger.revise(name, row, etag, regroupFor(name, old, row)),
  };
}

async function arrivalOf(
  alert: Alert,
  devices: DeviceView,
  deps: IngestDeps,
  unique: string,
): Promise<Arrival & { shard: number }> {
  const created = Date.parse(alert.createdon!);
  const linked = alert._msdyn_device_value
    ? ((await deps.records.get('msdyn_iotdevice', alert._msdyn_device_value))?.row as Device | undefined)
    : undefined;
  const deviceId = alert.msdyn_deviceid ?? linked?.msdyn_deviceid ?? '';
  const known = deviceId ? (await devices.find([deviceId], 'fresh')).get(deviceId) : undefined;
  const sources = { alert: { ...alert, msdyn_deviceid: deviceId }, device: known?.device, category: known?.category };
  const groupKey = deviceId ? groupKeyOf(deps.groupBy, sources, deviceId) : null;
  const shard = shardOf(groupKey ?? unique);
  return {
    id: makeId({ time: created, shard, seed: unique }),
    alert: incomingOf(alert, deviceId, created),
    groupKey,
    position: null,
    columns: deviceId ? { ...given(alert), msdyn_deviceid: deviceId } : given(alert),
    shard,
  };
}

/** Whoever posts twice wants two alerts: the token is kept as a column, but does not make two posts one event. */
function incomingOf(alert: Alert, deviceId: string, created: number): IncomingAlert {
  return {
    kind: 'alert',
    deviceId,
    time: alert.msdyn_alerttime ? Date.parse(alert.msdyn_alerttime) : created,
    type: alert.msdyn_alerttype!,
    description: alert.msdyn_description!,
    data: alert.msdyn_alertdata ?? '',
    token: null,
    readingType: alert.ccs_readingtype ?? null,
    reading: alert.ccs_reading ?? null,
    threshold: alert.ccs_threshold ?? null,
    ruleOutput: alert.ccs_ruleoutput ?? null,
    messageId: null,
  };
}

function given(alert: Alert): Row {
  return Object.fromEntries(Object.entries(alert).filter(([, value]) => value !== null && value !== undefined));
}
