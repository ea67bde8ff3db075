import type { DeviceFacts } from '../domain/alert-rows';
import type { Device, DeviceCategory } from '../model/entities';
import type { Row } from '../model/edm';
import type { RecordStore } from '../ports/record-store';

/** A device with the records that say how its alerts are treated. */
export interface KnownDevice {
  device: Device;
  category: DeviceCategory | undefined;
  asset: Row | undefined;
}

/** Devices by Device ID. */
export interface DeviceDirectory {
  /** Devices that exist, as they are now (`fresh`) or as they were within the directory's age. */
  find(deviceIds: readonly string[], how?: 'fresh'): Promise<Map<string, KnownDevice>>;
}

const devicesRemembered = 100_000;

/**
 * Looks devices up once per batch and remembers them for `maxAge` milliseconds. A device that is not known is never
 * remembered as such: the next alert finds it as soon as it exists.
 */
export function deviceDirectory(records: RecordStore, maxAge: number, now: () => number): DeviceDirectory {
  const remembered = new Map<string, { known: KnownDevice; at: number }>();

  const read = async (deviceId: string, linked: LinkedRecords): Promise<KnownDevice | undefined> => {
    const device = await readDevice(records, deviceId, remembered.get(deviceId)?.known.device);
    if (!device) {
      remembered.delete(deviceId);
      return undefined;
    }
    const [category, asset] = await Promise.all([
      linked('msdyn_iotdevicecategory', device._msdyn_category_value),
      linked('msdyn_customerasset', device._ccs_customerasset_value),
    ]);
    const known = { device, category, asset };
    remembered.delete(deviceId);
    remembered.set(deviceId, { known, at: now() });
    if (remembered.size > devicesRemembered) remembered.delete(remembered.keys().next().value!);
    return known;
  };

  return {
    find: async (deviceIds, how) => {
      const linked = linkedRecords(records);
      const oldest = now() - maxAge;
      const found = await Promise.all(
        deviceIds.map(async (deviceId) => {
          const entry = remembered.get(deviceId);
          const known = entry && how !== 'fresh' && entry.at >= oldest ? entry.known : await read(deviceId, linked);
          return [deviceId, known] as const;
        }),
      );
      return new Map(found.filter((pair): pair is [string, KnownDevice] => pair[1] !== undefined));
    },
  };
}

/** What decides about a ticket: the device's own account before its asset's, and what its category says. */
export function factsOf({ device, category, asset }: KnownDevice): DeviceFacts {
  return {
    id: device.msdyn_iotdeviceid!,
    account: device._msdyn_account_value ?? (asset?.['_msdyn_account_value'] as string | undefined) ?? null,
    asset: device._ccs_customerasset_value ?? null,
    response: category?.ccs_response ?? null,
    priority: category?.ccs_prioritycode ?? null,
  };
}

/** By its record id when that is remembered (one read), else by the alternate key (two). */
async function readDevice(
  records: RecordStore,
  deviceId: string,
  remembered: Device | undefined,
): Promise<Device | undefined> {
  if (remembered) {
    const device = (await records.get('msdyn_iotdevice', remembered.msdyn_iotdeviceid!))?.row as Device | undefined;
    if (device?.msdyn_deviceid === deviceId) return device;
  }
  return (await records.getByAlternateKey('msdyn_iotdevice', deviceId))?.row;
}

type LinkedRecords = (
  entity: 'msdyn_iotdevicecategory' | 'msdyn_customerasset',
  id: string | null | undefined,
) => Promise<Row | undefined>;

/** Categories and assets are shared by many devices: each is read once. */
function linkedRecords(records: RecordStore): LinkedRecords {
  const reading = new Map<string, Promise<Row | undefined>>();
  return async (entity, id) => {
    if (!id) return undefined;
    const row = reading.get(id) ?? records.get(entity, id).then((stored) => stored?.row);
    reading.set(id, row);
    return row;
  };
}
