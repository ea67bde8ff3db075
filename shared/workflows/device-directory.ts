import type { KeyColumn } from '../domain/group-key';
import type { Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { allDevices, rentOrBuy } from './all-devices';
import { linkedRecords, readDevice } from './known-device';
import type { KnownDevice, LinkedRecords } from './known-device';
import { shared } from './shared-calls';

/** Devices as one batch sees them: each is read at most once. */
export interface DeviceView {
  /**
   * Devices that exist, by Device ID; as they were when the view was opened or later (`fresh`), or as they were within the
   * directory's age.
   */
  find(deviceIds: Iterable<string>, how?: 'fresh'): Promise<Map<string, KnownDevice>>;
}

/** All devices; `open` gives each batch a view of its own. */
export interface DeviceDirectory {
  open(): DeviceView;
}

export interface DirectoryOptions {
  /** For so many milliseconds a device is believed to be as it was, unless `fresh` is asked for. */
  maxAge: number;
  groupBy: readonly KeyColumn[];
  now(): number;
}

/** What the devices' stamps were, when (ms) they were asked for, and how many times they had been asked for by then. */
interface Stamp {
  text: string;
  at: number;
  order: number;
}

const devicesRemembered = 100_000;

/** From so many devices on, asking whether any has changed costs less than reading them. */
const readsWorthAStamp = 8;

/**
 * Remembers devices between batches. That a device does not exist is remembered only as long as no device changes: as soon
 * as it does exist, the next batch finds it.
 */
export function deviceDirectory(records: RecordStore, { maxAge, groupBy, now }: DirectoryOptions): DeviceDirectory {
  const remembered = new Map<string, { known: KnownDevice; at: number; stamp: string | undefined }>();
  /** With this stamp, every device there is was remembered. */
  let completeAt: string | undefined;
  let forgotten = 0;

  const remember = (deviceId: string, known: KnownDevice, { at, text }: Pick<Stamp, 'at'> & Partial<Stamp>) => {
    remembered.delete(deviceId);
    remembered.set(deviceId, { known, at, stamp: text });
    if (remembered.size <= devicesRemembered) return;
    remembered.delete(remembered.keys().next().value!);
    forgotten += 1;
    completeAt = undefined;
  };

  const links = { categories: false, assets: false };

  const withLinked = async (device: Device, linked: LinkedRecords): Promise<KnownDevice> => {
    const { _msdyn_category_value: categoryId, _ccs_customerasset_value: assetId } = device;
    if (categoryId) links.categories = true;
    if (assetId) links.assets = true;
    const category = categoryId ? await linked('msdyn_iotdevicecategory', categoryId) : undefined;
    const asset = assetId ? await linked('msdyn_customerasset', assetId) : undefined;
    return { device, category, asset };
  };

  /** Another text as soon as a device, or a record that one of them leads to, is written. */
  let asked = 0;
  const readStamp = async (): Promise<Stamp> => {
    const { categories, assets } = links;
    const at = now();
    const order = (asked += 1);
    const stamps = await Promise.all([
      records.stamp('msdyn_iotdevice'),
      categories ? records.stamp('msdyn_iotdevicecategory') : '-',
      assets ? records.stamp('msdyn_customerasset') : '-',
    ]);
    return { text: stamps.join(' '), at, order };
  };
  /** The latest stamp that was read, and devices that were read one by one since. */
  let latest: Stamp | undefined;
  let singles = 0;
  const noteStamp = (stamp: Stamp): Stamp => {
    latest = stamp;
    singles = 0;
    return stamp;
  };
  const stampNow = shared(async () => noteStamp(await readStamp()));

  const costs = rentOrBuy();

  /** Reads all devices, if that is worth while. */
  const readPages = shared(async (wants: readonly ReadonlySet<string>[]) => {
    const stamp = noteStamp(await readStamp());
    const mostPages = costs.pagesFor(new Set(wants.flatMap((ids) => [...ids])).size);
    if (mostPages === 0) return stamp;
    const linked = linkedRecords(records);
    const before = forgotten;
    let pages = 0;
    let isAll = false;
    for await (const page of allDevices(records, groupBy, mostPages)) {
      pages += page.pages;
      isAll = page.isLast;
      for (const device of page.devices) remember(device.msdyn_deviceid!, await withLinked(device, linked), stamp);
    }
    costs.haveRead(pages, isAll);
    // A device that leads to a kind of record for the first time makes the next stamp another one, and that is right.
    if (isAll && forgotten === before) completeAt = stamp.text;
    return stamp;
  });

  /** `before`: a stamp from before anything of this was read, so that who finds it unchanged need not read again. */
  const readOne = async (
    deviceId: string,
    linked: LinkedRecords,
    before: Stamp | undefined,
  ): Promise<KnownDevice | undefined> => {
    singles += 1;
    const device = await readDevice(records, deviceId, remembered.get(deviceId)?.known.device);
    const known = device && (await withLinked(device, linked));
    // Until then it stays remembered as it was: what is not remembered may be taken for a device that does not exist.
    if (known) remember(deviceId, known, { ...before, at: now() });
    else remembered.delete(deviceId);
    return known;
  };

  const open = (): DeviceView => {
    const linked = linkedRecords(records);
    const before = latest;
    const opened = asked;
    /** What this view has found out; undefined for a device that does not exist. */
    const seen = new Map<string, KnownDevice | undefined>();
    /** What of it was only remembered, which is not good enough for who asks for it fresh. */
    const stale = new Set<string>();
    const reading = new Map<string, Promise<KnownDevice | undefined>>();

    const readAlone = async (deviceId: string) => {
      const result = reading.get(deviceId) ?? readOne(deviceId, linked, before);
      reading.set(deviceId, result);
      seen.set(deviceId, await result);
    };

    const isKnown = (deviceId: string, how: 'fresh' | undefined): boolean => {
      if (seen.has(deviceId)) return how === undefined || !stale.has(deviceId);
      const entry = how === 'fresh' ? undefined : remembered.get(deviceId);
      if (!entry || entry.at < now() - maxAge) return false;
      seen.set(deviceId, entry.known);
      stale.add(deviceId);
      return true;
    };

    /** Takes over what is remembered with this stamp, one of `now` or an earlier one; answers the ids of which nothing is. */
    const takeOver = (ids: readonly string[], { text, at }: Stamp, from: 'now' | 'earlier'): string[] =>
      ids.filter((id) => {
        const entry = remembered.get(id);
        // That a device does not exist must be true now: it may have been created for the alert that comes next.
        if (entry ? entry.stamp !== text : completeAt !== text || from === 'earlier') return true;
        if (entry) entry.at = Math.max(entry.at, at);
        seen.set(id, entry?.known);
        if (from === 'now') stale.delete(id);
        else stale.add(id);
        return false;
      });

    return {
      find: async (deviceIds, how) => {
        const ids = [...new Set(deviceIds)];
        let unknown = ids.filter((id) => !isKnown(id, how));
        if (latest && latest.order > opened) unknown = takeOver(unknown, latest, 'now');
        else if (how === undefined && latest && latest.at >= now() - maxAge)
          unknown = takeOver(unknown, latest, 'earlier');
        // One that is not needed fresh serves those who come after it as well.
        const served = how === undefined && unknown.length > 0 ? singles : 0;
        if (unknown.length + served > readsWorthAStamp) unknown = takeOver(unknown, await stampNow(), 'now');
        if (unknown.length > readsWorthAStamp) unknown = takeOver(unknown, await readPages(new Set(unknown)), 'now');
        for (const id of unknown) if (stale.delete(id)) seen.delete(id);
        await Promise.all(unknown.map(readAlone));
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
