import { plainState, plainStatus, registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';
import { makeId, shardOf } from './ids';
import { deviceIdProblem } from './record-rules';
import { oursIn, synced } from './twin-sync';
import type { DeviceTwin } from './device-twin';
import type { JsonObject } from './json-values';
import { createdBy } from './stamps';

/** What an identity says that was found in the hub. */
type Found = Omit<DeviceTwin, 'etag'> & { deviceId: string };

/** Why an identity cannot have a record here. */
export function whyNotImported({ deviceId }: Pick<Found, 'deviceId'>): string | undefined {
  const problem = deviceIdProblem(deviceId);
  return problem && `'${deviceId.slice(0, 128)}': its Device ID cannot be used here, it ${problem}.`;
}

/** What of an identity does not fit into the columns of a record. */
export function leftOut({ deviceId, tags, desired, reported }: Found): string[] {
  const sizes = { tags, 'desired properties': desired, 'reported properties': reported };
  return Object.entries(sizes)
    .filter(([, content]) => JSON.stringify(content).length > longest)
    .map(([what]) => `'${deviceId}': its ${what} are longer than ${longest} characters and were left out.`);
}

const longest = 8_000;

/** The record of an identity that has none. */
export function newDevice(found: Found, now: number): Device {
  const { deviceId } = found;
  const time = new Date(now).toISOString();
  return {
    msdyn_iotdeviceid: makeId({ time: now, shard: shardOf(deviceId), seed: `imported ${deviceId}` }),
    msdyn_name: deviceId,
    msdyn_deviceid: deviceId,
    statecode: plainState.Active,
    statuscode: plainStatus.Active,
    ...createdBy(time),
    ...broughtUpToDate({}, found, now),
  };
}

/**
 * Columns of a device that the hub knows better. Tags and settings are ours to change, so that they are taken where there
 * are none. A registration that is on its way says itself what became of it.
 */
export function broughtUpToDate(device: Device, found: Found, now: number): Device {
  const isRegistering = device.msdyn_registrationstatus === registrationStatus['In Progress'];
  const next: Device = {
    ...reportOf(device, found),
    ...partsOf(device, found, now),
    msdyn_connectionstate: found.connected,
    ...(found.lastActivity !== null && { msdyn_lastactivitytime: new Date(found.lastActivity).toISOString() }),
    ...(!isRegistering && {
      msdyn_registrationstatus: registrationStatus.Registered,
      msdyn_registrationmessage: null,
      statecode: found.enabled ? plainState.Active : plainState.Inactive,
      statuscode: found.enabled ? plainStatus.Active : plainStatus.Inactive,
    }),
  };
  const present = device as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => (present[key] ?? null) !== value));
}

/** A query may lag behind what the device itself reported since. */
function reportOf({ ccs_reportedversion: known }: Device, { reported, reportedVersion }: Found): Device {
  const text = textOf('msdyn_devicereportedproperties', reported);
  if (Object.keys(text).length === 0 || (known ?? 0) > reportedVersion) return {};
  return { ...text, ccs_reportedversion: reportedVersion };
}

/** What is taken from the twin is ours from now on: who changes it in the record changes it in the twin. */
function partsOf(device: Device, { tags, desired }: Found, now: number): Device {
  const taken: Device = {
    ...(device.msdyn_tags ? {} : textOf('msdyn_tags', tags)),
    ...(device.msdyn_devicesettings ? {} : textOf('msdyn_devicesettings', desired)),
  };
  if (Object.keys(taken).length === 0) return {};
  const ours = oursIn(device);
  const part = {
    tags: taken.msdyn_tags ? tags : ours.tags,
    desired: taken.msdyn_devicesettings ? desired : ours.desired,
  };
  return { ...taken, ...synced(part, now) };
}

function textOf(column: keyof Device, content: JsonObject): Device {
  const text = JSON.stringify(content);
  return text === '{}' || text.length > longest ? {} : { [column]: text };
}
