import type { DeviceFacts } from '../domain/device-facts';
import type { Row } from '../model/edm';
import type { Device, DeviceCategory } from '../model/entities';
import type { RecordStore } from '../ports/record-store';

/** A device with the records that say how its alerts are treated. */
export interface KnownDevice {
  device: Device;
  category: DeviceCategory | undefined;
  asset: Row | undefined;
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
export async function readDevice(
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

export type LinkedRecords = (
  entity: 'msdyn_iotdevicecategory' | 'msdyn_customerasset',
  id: string | null | undefined,
) => Promise<Row | undefined>;

/** Categories and assets are shared by many devices: each is read once. */
export function linkedRecords(records: RecordStore): LinkedRecords {
  const reading = new Map<string, Promise<Row | undefined>>();
  return async (entity, id) => {
    if (!id) return undefined;
    const row = reading.get(id) ?? records.get(entity, id).then((stored) => stored?.row);
    reading.set(id, row);
    return row;
  };
}
