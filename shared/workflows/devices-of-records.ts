import { tieIn } from '../domain/connected-devices';
import type { Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { findBelonging } from './belonging-records';
import type { FindBelonging } from './belonging-records';
import { inTurns } from './in-turns';

/** Devices that are read at the same time. */
const atOnce = 32;

/** Devices by the ids of their records. */
export type DevicesById = Map<string, Device>;

/** Records of any table, by their ids. */
interface Records {
  table: string;
  ids: readonly string[];
}

/**
 * The devices of records of one table, by the records' ids: those connected to it and, for customer assets, those whose lookup
 * leads to it. Of a device that is found by its lookup only Device ID and registration status need be there.
 */
export async function devicesOfRecords(
  { table, ids }: Records,
  records: RecordStore,
  now: number,
): Promise<Map<string, DevicesById>> {
  const found = new Map(ids.map((id) => [id, new Map() as DevicesById]));
  const connected = new Map<string, Set<string>>();
  await findBelonging(ids, records, async (find) => {
    await Promise.all([
      ...(table === 'msdyn_customerasset' ? [addBound(find, found)] : []),
      ...([1, 2] as const).map(async (end) => addConnected(find, { table, end, now }, connected)),
    ]);
  });
  await inTurns([...connected], atOnce, async ([device, owners]) => {
    const mine = [...owners].flatMap((id) => found.get(id) ?? []);
    if (mine.length === 0) return;
    const known = mine.map((devices) => devices.get(device)).find((row) => row !== undefined);
    const row = known ?? (await records.get('msdyn_iotdevice', device))?.row;
    // A connection outlives its device for the moment of the deletion.
    if (row) for (const devices of mine) devices.set(device, row);
  });
  return found;
}

async function addBound(find: FindBelonging, found: ReadonlyMap<string, DevicesById>): Promise<void> {
  const properties = ['msdyn_deviceid', 'msdyn_registrationstatus', '_ccs_customerasset_value'];
  for await (const { row } of find('msdyn_iotdevice', '_ccs_customerasset_value', { properties })) {
    found.get(String(row['_ccs_customerasset_value']))?.set(String(row['msdyn_iotdeviceid']), row);
  }
}

/** Collects the ids of the records that each device is connected to, where the record is that end of the connection. */
async function addConnected(
  find: FindBelonging,
  { table, end, now }: { table: string; end: 1 | 2; now: number },
  connected: Map<string, Set<string>>,
) {
  const equals = { [`ccs_record${end}table`]: table, [`ccs_record${3 - end}table`]: 'msdyn_iotdevice' };
  for await (const { row } of find('connection', `_record${end}id_value`, { equals })) {
    const tie = tieIn(row, now);
    if (tie) connected.set(tie.device, (connected.get(tie.device) ?? new Set()).add(tie.id));
  }
}
