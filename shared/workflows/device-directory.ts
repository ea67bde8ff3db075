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

/** A page of devices costs a store about as much as so many reads of one. */
const devicesInPage = 1_000;
const readsWorthAPage = 32;

/**
 * Remembers devices between batches for `maxAge` milliseconds. That a device does not exist is not remembered beyond the
 * batch: the next one finds it as soon as it does.
 */
export function deviceDirectory(records: RecordStore, maxAge: number, now: () => number): DeviceDirectory {
  const remembered = new Map<string, { known: KnownDevice; at: number }>();

  const remember = (deviceId: string, known: KnownDevice, at: number) => {
    remembered.delete(deviceId);
    remembered.set(deviceId, { known, at });
    if (remembered.size > devicesRemembered) remembered.delete(remembered.keys().next().value!);
  };

  const read = async (deviceId: string, linked: LinkedRecords): Promise<KnownDevice | undefined> => {
    const device = await readDevice(records, deviceId, remembered.get(deviceId)?.known.device);
    remembered.delete(deviceId);
    if (!device) return undefined;
    const known = await withLinked(device, linked);
    remember(deviceId, known, now());
    return known;
  };

  const open = (): DeviceView => {
    const linked = linkedRecords(records);
    /** What this view has found out; undefined for a device that does not exist. */
    const seen = new Map<string, KnownDevice | undefined>();
    const reading = new Map<string, Promise<KnownDevice | undefined>>();

    const readOne = async (deviceId: string) => {
      const result = reading.get(deviceId) ?? read(deviceId, linked);
      reading.set(deviceId, result);
      seen.set(deviceId, await result);
    };

    /** Reads pages of all devices while each brings more than so many reads of one would. */
    const readMany = async (wanted: ReadonlySet<string>) => {
      const at = now();
      let found = 0;
      let after: string | undefined;
      for (let pages = 0; pages < wanted.size / readsWorthAPage; pages += 1) {
        const page = await records.list('msdyn_iotdevice', {
          limit: devicesInPage,
          ...(after !== undefined && { after }),
        });
        const before = found;
        for (const { row } of page.records) {
          const device: Device = row;
          const known = await withLinked(device, linked);
          remember(device.msdyn_deviceid!, known, at);
          if (!wanted.has(device.msdyn_deviceid!)) continue;
          seen.set(device.msdyn_deviceid!, known);
          found += 1;
        }
        after = page.next;
        if (after === undefined) for (const id of wanted) if (!seen.has(id)) seen.set(id, undefined);
        if (after === undefined || found === wanted.size || found - before < readsWorthAPage) return;
      }
    };

    const isKnown = (deviceId: string, how: 'fresh' | undefined): boolean => {
      if (seen.has(deviceId)) return true;
      const entry = how === 'fresh' ? undefined : remembered.get(deviceId);
      if (!entry || entry.at < now() - maxAge) return false;
      seen.set(deviceId, entry.known);
      // What is only remembered is not fresh for whoever asks this view for that.
      stale.add(deviceId);
      return true;
    };
    const stale = new Set<string>();

    return {
      find: async (deviceIds, how) => {
        const ids = [...deviceIds];
        if (how === 'fresh') {
          for (const id of ids) if (stale.delete(id)) seen.delete(id);
        }
        const unknown = new Set(ids.filter((id) => !isKnown(id, how)));
        if (unknown.size > readsWorthAPage) await readMany(unknown);
        await Promise.all([...unknown].filter((id) => !seen.has(id)).map(readOne));
        const found = new Map<string, KnownDevice>();
        for (const id of ids) {
          const known = seen.get(id);
          if (known) found.set(id, known);
        }
        return found;
      },
    };
  };

  return { open };
}

async function withLinked(device: Device, linked: LinkedRecords): Promise<KnownDevice> {
  const { _msdyn_category_value: categoryId, _ccs_customerasset_value: assetId } = device;
  const category = categoryId ? await linked('msdyn_iotdevicecategory', categoryId) : undefined;
  const asset = assetId ? await linked('msdyn_customerasset', assetId) : undefined;
  return { device, category, asset };
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
