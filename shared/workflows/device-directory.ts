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

/** Devices as one batch sees them: each is read at most once. */
export interface DeviceView {
  /** Devices that exist, by Device ID; as they are now (`fresh`), or as they were within the directory's age. */
  find(deviceIds: Iterable<string>, how?: 'fresh'): Promise<Map<string, KnownDevice>>;
}

/** All devices; `open` gives each batch a view of its own. */
export interface DeviceDirectory {
  open(): DeviceView;
}

const devicesRemembered = 100_000;

/**
 * Remembers devices between batches for `maxAge` milliseconds. That a device does not exist is not remembered beyond the
 * batch: the next one finds it as soon as it does.
 */
export function deviceDirectory(records: RecordStore, maxAge: number, now: () => number): DeviceDirectory {
  const remembered = new Map<string, { known: KnownDevice; at: number }>();

  const read = async (deviceId: string, linked: LinkedRecords): Promise<KnownDevice | undefined> => {
    const device = await readDevice(records, deviceId, remembered.get(deviceId)?.known.device);
    remembered.delete(deviceId);
    if (!device) return undefined;
    const [category, asset] = await Promise.all([
      linked('msdyn_iotdevicecategory', device._msdyn_category_value),
      linked('msdyn_customerasset', device._ccs_customerasset_value),
    ]);
    const known = { device, category, asset };
    remembered.set(deviceId, { known, at: now() });
    if (remembered.size > devicesRemembered) remembered.delete(remembered.keys().next().value!);
    return known;
  };

  const open = (): DeviceView => {
    const linked = linkedRecords(records);
    const reading = new Map<string, Promise<KnownDevice | undefined>>();

    const one = async (deviceId: string, how: 'fresh' | undefined): Promise<KnownDevice | undefined> => {
      const entry = remembered.get(deviceId);
      if (how !== 'fresh' && !reading.has(deviceId) && entry && entry.at >= now() - maxAge) return entry.known;
      const result = reading.get(deviceId) ?? read(deviceId, linked);
      reading.set(deviceId, result);
      return result;
    };

    return {
      find: async (deviceIds, how) => {
        const found = await Promise.all([...deviceIds].map(async (id) => [id, await one(id, how)] as const));
        return new Map(found.filter((pair): pair is [string, KnownDevice] => pair[1] !== undefined));
      },
    };
  };

  return { open };
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
