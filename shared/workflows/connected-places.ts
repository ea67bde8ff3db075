import { tieIn } from '../domain/connected-devices';
import type { Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { devicesOfRecords } from './devices-of-records';
import { everyRecord } from './every-record';

/** Any record, of a table of ours or of somebody's own. */
export interface Place {
  table: string;
  id: string;
}

/** The devices of one record. Of each, Device ID, registration status and customer asset are there; the rest may be not. */
export async function devicesAround({ table, id }: Place, records: RecordStore, now: number): Promise<Device[]> {
  const found = await devicesOfRecords({ table, ids: [id] }, records, now);
  return [...(found.get(id)?.values() ?? [])];
}

/** The records that a device is connected to, its customer asset among them; each once. */
export async function placesOf(device: Device, records: RecordStore, now: number): Promise<Place[]> {
  const { msdyn_iotdeviceid: id, _ccs_customerasset_value: asset } = device;
  const places: Place[] = asset ? [{ table: 'msdyn_customerasset', id: asset }] : [];
  for (const end of [1, 2] as const) {
    const equals = { [`_record${end}id_value`]: id!, [`ccs_record${end}table`]: 'msdyn_iotdevice' };
    for await (const { row } of everyRecord(records, 'connection', { equals })) {
      const tie = tieIn(row, now);
      if (tie?.device === id) places.push({ table: tie!.table, id: tie!.id });
    }
  }
  return [...new Map(places.map((place) => [`${place.table} ${place.id}`, place])).values()];
}
