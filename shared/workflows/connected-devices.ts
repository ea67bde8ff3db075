import type { Row, Scalar } from '../model/edm';
import type { EntityName } from '../model/entities';
import { connectedDeviceRole } from '../model/tables/connections';
import type { RecordStore, Stored } from '../ports/record-store';
import { inTurns } from './in-turns';

const atOnce = 16;

/** Any record, of a table of ours or of somebody's own. */
export interface Place {
  table: string;
  id: string;
}

/**
 * The devices that a record is connected to: by connections in which the device has the role Connected Device,
 * whichever end it is, and by the devices' own lookup where the record is a customer asset.
 */
export async function connectedDevices(place: Place, records: RecordStore, now: number): Promise<Row[]> {
  const isAsset = place.table === 'msdyn_customerasset';
  const [connected, looking] = await Promise.all([
    otherEnds(place, 'other', records, now),
    isAsset ? listAll(records, 'msdyn_iotdevice', { _ccs_customerasset_value: place.id }) : [],
  ]);
  const ids = connected.filter(({ table }) => table === 'msdyn_iotdevice').map(({ id }) => id);
  const devices = looking.map(({ row }) => row);
  await inTurns([...new Set(ids)], atOnce, async (id) => {
    const stored = await records.get('msdyn_iotdevice', id);
    if (stored) devices.push(stored.row);
  });
  return [...new Map(devices.map((row) => [row['msdyn_iotdeviceid'], row])).values()];
}

/** The records that a device is connected to, its customer asset among them. */
export async function placesOf(device: Row, records: RecordStore, now: number): Promise<Place[]> {
  const place = { table: 'msdyn_iotdevice', id: String(device['msdyn_iotdeviceid']) };
  const asset = device['_ccs_customerasset_value'];
  const places = await otherEnds(place, 'own', records, now);
  if (typeof asset === 'string') places.push({ table: 'msdyn_customerasset', id: asset });
  return [...new Map(places.map((each) => [`${each.table} ${each.id}`, each])).values()];
}

/** The other ends of a record's connections in which its own end, or the other one, is a Connected Device. */
async function otherEnds(
  { table, id }: Place,
  device: 'own' | 'other',
  records: RecordStore,
  now: number,
): Promise<Place[]> {
  const ends = await Promise.all(
    ([1, 2] as const).map(async (own) => {
      const other = 3 - own;
      const role = `_record${device === 'own' ? own : other}roleid_value`;
      const equals = { [`_record${own}id_value`]: id, [`ccs_record${own}table`]: table, [role]: connectedDeviceRole };
      const rows = await listAll(records, 'connection', { ...equals, statecode: 0 });
      return rows
        .filter(({ row }) => isInForce(row, now))
        .map(({ row }) => ({
          table: String(row[`ccs_record${other}table`]),
          id: String(row[`_record${other}id_value`]),
        }));
    }),
  );
  return ends.flat();
}

function isInForce({ effectivestart: start, effectiveend: end }: Row, now: number): boolean {
  return !(Date.parse(String(start)) > now) && !(Date.parse(String(end)) < now);
}

/** Every record with these values. */
export async function listAll(
  records: RecordStore,
  name: EntityName,
  equals: Readonly<Record<string, Scalar>>,
): Promise<Stored[]> {
  const found: Stored[] = [];
  for (let after: string | undefined; ;) {
    const page = await records.list(name, { equals, limit: 1_000, ...(after !== undefined && { after }) });
    found.push(...page.records);
    if (page.next === undefined) return found;
    after = page.next;
  }
}
