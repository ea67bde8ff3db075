import type { KeyColumn } from '../domain/group-key';
import type { Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';

const devicesInPage = 1_000;

/** Pages that are asked for at once: each shard's last page is cut short but once for all of them. */
const pagesAtOnce = 10;

/** At most so many pages of all devices, the newest first; of each device, the columns that decide about its alerts. */
export async function* allDevices(
  records: RecordStore,
  groupBy: readonly KeyColumn[],
  mostPages: number,
): AsyncGenerator<{ devices: Device[]; pages: number; isLast: boolean }> {
  const properties = propertiesFor(groupBy);
  let after: string | undefined;
  for (let left = mostPages; left > 0; left -= pagesAtOnce) {
    const pages = Math.min(left, pagesAtOnce);
    const page = await records.list('msdyn_iotdevice', {
      limit: pages * devicesInPage,
      properties,
      ...(after !== undefined && { after }),
    });
    after = page.next;
    const read = Math.max(1, Math.ceil(page.records.length / devicesInPage));
    yield { devices: page.records.map(({ row }): Device => row), pages: read, isLast: after === undefined };
    if (after === undefined) return;
  }
}

/**
 * Decides between reading devices one by one and reading all of them: all as soon as those that were read one by one have
 * cost as much, so that together it is never more than some twice what the better choice would have been.
 */
export function rentOrBuy() {
  let spent = 0;
  let pagesNeeded = 1;
  return {
    /** So many devices are to be read: how many pages may be read for them; 0 when they are to be read one by one. */
    pagesFor: (devices: number): number => {
      spent += devices;
      const pages = Math.floor(spent / readsWorthAPage);
      return pages < pagesNeeded ? 0 : pages;
    },
    /** So many pages were read, and those were all or not. */
    haveRead: (pages: number, isAll: boolean): void => {
      pagesNeeded = isAll ? pages : 2 * pages;
      if (isAll) spent = 0;
    },
  };
}

/** A page of devices costs a store about as much as so many reads of one. */
const readsWorthAPage = 32;

/** Where tickets go, and what groups are made of. */
function propertiesFor(groupBy: readonly KeyColumn[]): string[] {
  const own = groupBy.filter(({ source }) => source === 'device').map(({ property }) => property);
  const decisive = ['msdyn_iotdeviceid', 'msdyn_deviceid', '_msdyn_account_value', '_msdyn_category_value'];
  return [...new Set([...decisive, '_ccs_customerasset_value', ...own])];
}
