import type { Arrival } from '../domain/fold';
import { groupKeyOf } from '../domain/group-key';
import { makeId, shardOf } from '../domain/ids';
import type { IncomingAlert } from '../domain/incoming';
import type { Row } from '../model/edm';
import type { Alert, Device } from '../model/entities';
import { shardUnder } from './adopt-alert';
import type { DeviceView } from './device-directory';
import type { KnownDevice } from './known-device';
import type { IngestDeps } from './ingest-events';

/** An alert that was posted, and the shard its group is in. */
export type Shelved = Arrival & { shard: number };

/** The alert as it would have arrived from a hub, with the device it is about. */
export async function arrivalOf(
  alert: Alert,
  devices: DeviceView,
  deps: IngestDeps,
  unique: string,
  parent: Alert | undefined,
): Promise<{ arrival: Shelved; known: KnownDevice | undefined }> {
  const created = Date.parse(alert.createdon!);
  const linked = alert._msdyn_device_value
    ? ((await deps.records.get('msdyn_iotdevice', alert._msdyn_device_value))?.row as Device | undefined)
    : undefined;
  const deviceId = alert.msdyn_deviceid ?? linked?.msdyn_deviceid ?? '';
  const known = deviceId ? (await devices.find([deviceId], 'fresh')).get(deviceId) : undefined;
  const sources = { alert: { ...alert, msdyn_deviceid: deviceId }, device: known?.device, category: known?.category };
  const groupKey = deviceId ? groupKeyOf(deps.groupBy, sources, deviceId) : null;
  const chosen = alert.msdyn_iotalertid;
  const shard = parent ? shardUnder(parent) : shardOf(groupKey ?? chosen ?? unique);
  const arrival = {
    id: chosen ?? makeId({ time: created, shard, seed: unique }),
    alert: incomingOf(alert, deviceId, created),
    identity: null,
    groupKey,
    position: null,
    columns: deviceId ? { ...given(alert), msdyn_deviceid: deviceId } : given(alert),
    shard,
  };
  return { arrival, known };
}

/** What an alert that is not settled takes over from its device. */
export function linksTo(known: KnownDevice | undefined): Alert {
  if (!known) return {};
  const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId, _ccs_customerasset_value: asset } = known.device;
  return {
    ...(id && { _msdyn_device_value: id }),
    ...(deviceId && { msdyn_deviceid: deviceId }),
    ...(asset && { _msdyn_customerasset_value: asset }),
  };
}

/** As it would have arrived from a hub; without its token, which makes two alerts one event, because whoever posts two wants two. */
export function incomingOf(alert: Alert, deviceId: string, created: number): IncomingAlert {
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

/** The columns that have a value. */
export function given(alert: Alert): Row {
  return Object.fromEntries(Object.entries(alert).filter(([, value]) => value !== null && value !== undefined));
}
