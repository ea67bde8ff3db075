import { hubDeviceStatus } from '../model/choices';
import type { Device, EntityRecord } from '../model/entities';
import { cutTo } from './clean-text';
import type { DeviceTwin } from './device-twin';
import { makeId, shardOf } from './ids';
import { keptProperties } from './reported-properties';
import { createdBy } from './stamps';

export type DataHistory = EntityRecord<'msdyn_iotdevicedatahistory'>;

/** Who asked for a device's data, and when. */
export interface Pull {
  /** The same for all devices of one request, and for every repetition of it. */
  request: string;
  /** Milliseconds since 1970. */
  requested: number;
}

/** The row that one request writes for one device; its id follows from both. */
export function historyOf(device: Device, twin: DeviceTwin | undefined, pull: Pull, now: number): DataHistory {
  const { msdyn_iotdeviceid: id, msdyn_deviceid: deviceId = '' } = device;
  const seed = `data ${pull.request} ${id}`;
  const time = new Date(now).toISOString();
  const common: DataHistory = {
    msdyn_iotdevicedatahistoryid: makeId({ time: pull.requested, shard: shardOf(seed), seed }),
    msdyn_name: cutTo(`${new Date(pull.requested).toISOString().slice(0, 19).replace('T', ' ')} ${deviceId}`, 100),
    _msdyn_device_value: id ?? null,
    msdyn_iothubdeviceid: deviceId,
    statecode: 0,
    statuscode: 1,
    ...createdBy(time),
  };
  if (!twin) return { ...common, msdyn_status: hubDeviceStatus['Not Found'], msdyn_connectionstate: false };
  return {
    ...common,
    msdyn_status: hubDeviceStatus[twin.enabled ? 'Enabled' : 'Disabled'],
    msdyn_statusreason: twin.statusReason ? cutTo(twin.statusReason, 128) : null,
    msdyn_connectionstate: twin.connected,
    msdyn_connectionstateupdatedtime: connectionTime(device, twin, now),
    msdyn_lastactivitytime: timeText(twin.lastActivity),
    msdyn_devicereportedproperties: keptProperties(twin.reported).text,
  };
}

/**
 * Columns of a device, from its twin. `asked` is the device as it was before the twin was read: reports that came as events
 * since then stay when they are newer than the twin.
 */
export function dataColumns(asked: Device, device: Device, twin: DeviceTwin | undefined, now: number): Device {
  if (!twin) {
    return {
      msdyn_connectionstate: false,
      ccs_datamessage: 'The IoT Hub has no device of this Device ID. Register it (msdyn_RegisterIoTDevice).',
    };
  }
  const kept = keptProperties(twin.reported);
  const overtaken =
    device.ccs_reportedversion !== asked.ccs_reportedversion &&
    (device.ccs_reportedversion ?? 0) > twin.reportedVersion;
  const reported = {
    msdyn_devicereportedproperties: kept.text,
    ccs_reportedversion: twin.reportedVersion,
    ccs_datamessage: kept.message ?? null,
  };
  return {
    ...(!overtaken && reported),
    msdyn_connectionstate: twin.connected,
    ccs_connectionstateupdatedon: connectionTime(device, twin, now),
    msdyn_lastactivitytime: laterOf(device.msdyn_lastactivitytime, timeText(twin.lastActivity)),
  };
}

/** What is said on a device whose data could not be pulled; the next report has all of them read. */
export function notPulled(why: string): Device {
  return {
    ccs_reportedversion: null,
    ccs_datamessage: `${why} Pull the device's data again (msdyn_PullDataForIoTDevice).`,
  };
}

/** When the connection changed: as the hub says, as we know, or else when it was seen. */
function connectionTime(device: Device, { connected, connectionChanged }: DeviceTwin, now: number): string | null {
  if (connectionChanged !== null) return timeText(connectionChanged);
  const isKnown = (device.msdyn_connectionstate ?? false) === connected;
  return isKnown ? (device.ccs_connectionstateupdatedon ?? null) : new Date(now).toISOString();
}

/** The later one of two times. */
export function laterOf(a: string | null | undefined, b: string | null): string | null {
  if (!a || !b) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
