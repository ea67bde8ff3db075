import { plainState, plainStatus, registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';
import { makeId, shardOf } from './ids';
import { deviceIdProblem } from './record-rules';
import type { JsonObject } from './twin-content';

/** What an identity says that was found in the hub. */
export interface Found {
  deviceId: string;
  enabled: boolean;
  tags: JsonObject;
  desired: JsonObject;
  reported: JsonObject;
  connected: boolean;
  lastActivity?: string;
}

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
    createdon: time,
    modifiedon: time,
    ...broughtUpToDate({}, found),
  };
}

/**
 * Columns of a device that the hub knows better. Tags and settings are ours to change, so that they are taken where there
 * are none. A registration that is on its way says itself what became of it.
 */
export function broughtUpToDate(device: Device, found: Found): Device {
  const isRegistering = device.msdyn_registrationstatus === registrationStatus['In Progress'];
  const next: Device = {
    ...textOf('msdyn_devicereportedproperties', found.reported),
    ...(device.msdyn_tags ? {} : textOf('msdyn_tags', found.tags)),
    ...(device.msdyn_devicesettings ? {} : textOf('msdyn_devicesettings', found.desired)),
    msdyn_connectionstate: found.connected,
    ...(found.lastActivity !== undefined && { msdyn_lastactivitytime: found.lastActivity }),
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

function textOf(column: keyof Device, content: JsonObject): Device {
  const text = JSON.stringify(content);
  return text === '{}' || text.length > longest ? {} : { [column]: text };
}
