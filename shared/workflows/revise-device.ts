import type { Row } from '../model/edm';
import type { Device } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';
import { contested, writeAttempts } from './write-condition';

/**
 * Sets columns of a device, those that `change` answers for the device as it is by then. Answers whether something was
 * written: not when nothing is to change, or the device is gone.
 */
export async function reviseDevice(
  id: string,
  { records, now }: { records: RecordStore; now(): number },
  change: (device: Device) => Device | undefined,
  first?: Stored,
): Promise<boolean> {
  let stored = first ?? (await records.get('msdyn_iotdevice', id));
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const columns = stored && change(stored.row);
    if (!stored || !columns || isAsBefore(stored.row, columns)) return false;
    const row: Row = { ...stored.row, ...columns, modifiedon: new Date(now()).toISOString() };
    if ((await records.replace('msdyn_iotdevice', row, stored.etag)).kind === 'replaced') return true;
    stored = await records.get('msdyn_iotdevice', id);
  }
  throw contested({ entity: 'msdyn_iotdevice', by: 'id', id });
}

function isAsBefore(row: Row, columns: Row): boolean {
  return Object.entries(columns).every(([name, value]) => (row[name] ?? null) === (value ?? null));
}
