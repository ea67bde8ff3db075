import { whyNotTo } from '../domain/command';
import { ServiceError } from '../domain/errors';
import type { Command, Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { devicesAround } from './connected-places';

/** Where a command goes: one device, and the asset in whose history it is shown. */
export interface Target {
  device: Device;
  asset: string | null;
}

/**
 * The device that a command names: by lookup, by Device ID, or as the one of its customer asset. Refused when it names
 * none, several that differ, or an asset with several while it is not for all of them; then one of those, a registered
 * one if there is one, stands for the others.
 */
export async function targetOf(command: Command, records: RecordStore, now: number): Promise<Target> {
  const { msdyn_deviceid: deviceId, _msdyn_customerasset_value: asset } = command;
  const named = await namedDevice(command, records);
  if (!asset) {
    if (named) return { device: named, asset: named._ccs_customerasset_value ?? null };
    throw refused('A command needs a device: bind msdyn_Device or msdyn_CustomerAsset, or send msdyn_deviceid.');
  }
  const devices = await devicesOfAsset(asset, records, now);
  const where = `msdyn_customerassets(${asset})`;
  if (!named) {
    const chosen = choose(devices, command, where);
    const whole = await records.get('msdyn_iotdevice', chosen.msdyn_iotdeviceid!);
    return { device: whole?.row ?? chosen, asset };
  }
  if (devices.some(({ msdyn_iotdeviceid: id }) => id === named.msdyn_iotdeviceid)) return { device: named, asset };
  const name = deviceId ?? named.msdyn_deviceid ?? named.msdyn_name;
  throw refused(`The device '${name}' is not connected to ${where}: leave one of the two out, or connect them.`);
}

async function namedDevice(command: Command, records: RecordStore): Promise<Device | undefined> {
  const { _msdyn_device_value: id, msdyn_deviceid: deviceId } = command;
  const linked: Device | undefined = id ? (await records.get('msdyn_iotdevice', id))?.row : undefined;
  if (!deviceId) return linked;
  if (linked) {
    if (linked.msdyn_deviceid === deviceId) return linked;
    const own = linked.msdyn_deviceid ? `'${linked.msdyn_deviceid}'` : 'empty';
    throw refused(
      `msdyn_deviceid '${deviceId}' is not that of the device of msdyn_Device, which is ${own}: leave one out.`,
    );
  }
  const named = await records.getByAlternateKey('msdyn_iotdevice', deviceId);
  if (named) return named.row;
  throw new ServiceError('not-found', `No device with the Device ID '${deviceId}' exists (letter case matters).`);
}

/** Those that are connected to it, or else the one of its own Device ID. */
async function devicesOfAsset(asset: string, records: RecordStore, now: number): Promise<Device[]> {
  const devices = await devicesAround({ table: 'msdyn_customerasset', id: asset }, records, now);
  if (devices.length > 0) return devices;
  const own = (await records.get('msdyn_customerasset', asset))?.row['msdyn_deviceid'];
  const named = typeof own === 'string' ? await records.getByAlternateKey('msdyn_iotdevice', own) : undefined;
  return named ? [named.row] : [];
}

function choose(devices: readonly Device[], command: Command, where: string): Device {
  const [first, ...more] = devices.toSorted(byReadiness);
  if (!first) throw refused(`${where} has no device: connect one, or bind msdyn_Device.`);
  if (more.length === 0 || command.msdyn_sendtoallconnecteddevices) return first;
  const names = devices.slice(0, 5).map((device) => device.msdyn_deviceid ?? device.msdyn_name);
  throw refused(
    `${where} has ${devices.length} devices (${names.join(', ')}${devices.length > 5 ? ', …' : ''}): ` +
      'bind msdyn_Device to one of them, or set msdyn_sendtoallconnecteddevices to true.',
  );
}

function byReadiness(a: Device, b: Device): number {
  const unready = (device: Device) => Number(whyNotTo(device) !== undefined);
  const name = (device: Device) => device.msdyn_deviceid ?? device.msdyn_iotdeviceid!;
  return unready(a) - unready(b) || (name(a) < name(b) ? -1 : 1);
}

const refused = (message: string) => new ServiceError('invalid-value', message);
