import { plainState } from '../model/choices';
import type { Row } from '../model/edm';
import type { Device, EntityRecord } from '../model/entities';
import { connectedDeviceRole } from '../model/tables/connections';

/** A device and the business record that a connection ties it to. */
export interface DeviceTie {
  /** Logical name of the record's table, ours or a customer's own. */
  table: string;
  id: string;
  device: string;
}

type Connection = EntityRecord<'connection'>;

/**
 * What a connection ties, seen from one of its ends being the device: undefined when it does not count. It counts while it is
 * active, begun and not ended, and when the device's end stands in the role Connected Device: two devices that are
 * neighbours, or a device and its spare part, are connected in other roles. Which end is the device does not matter.
 */
export function tieIn(row: Row, now: number): DeviceTie | undefined {
  const connection: Connection = row;
  if (connection.statecode === plainState.Inactive || !isCurrent(connection, now)) return undefined;
  const ends = [
    {
      table: connection.ccs_record1table,
      id: connection._record1id_value,
      role: connection._record1roleid_value,
    },
    {
      table: connection.ccs_record2table,
      id: connection._record2id_value,
      role: connection._record2roleid_value,
    },
  ];
  const device = ends.find(({ table, role }) => table === 'msdyn_iotdevice' && role === connectedDeviceRole);
  const record = ends.find((end) => end !== device);
  if (!device?.id || !record?.id || !record.table || record.table === 'msdyn_iotdevice') return undefined;
  return { table: record.table, id: record.id, device: device.id };
}

function isCurrent({ effectivestart, effectiveend }: Connection, now: number): boolean {
  const hasBegun = !effectivestart || Date.parse(effectivestart) <= now;
  return hasBegun && (!effectiveend || Date.parse(effectiveend) > now);
}

/** When the next of these connections begins or ends; undefined when none does. */
export function nextTurn(connections: readonly Row[], now: number): number | undefined {
  const times = connections
    .filter(({ statecode }) => statecode !== plainState.Inactive)
    .flatMap(({ effectivestart, effectiveend }) => [effectivestart, effectiveend])
    .flatMap((time) => (typeof time === 'string' ? [Date.parse(time)] : []))
    .filter((time) => time > now);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The ids of the devices that a connection has at its ends, whether it counts or not. */
export function devicesAt(row: Row): string[] {
  return ([1, 2] as const).flatMap((end) => {
    const id = row[`_record${end}id_value`];
    return row[`ccs_record${end}table`] === 'msdyn_iotdevice' && typeof id === 'string' ? [id] : [];
  });
}

/**
 * The lookups that a device's connections (all of them) ask for, as far as they differ from what it has. Its customer asset is
 * that of the oldest connection that counts, unless somebody bound another by hand; `ccs_connectedasset` remembers
 * which came from a connection, and goes with it. Its account is that of the oldest connection to one, if it has none.
 */
export function linksAskedFor(device: Device, connections: readonly Row[], now: number): Device {
  const ties = connections
    .toSorted((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1))
    .flatMap((row) => tieIn(row, now) ?? [])
    .filter((tie) => tie.device === device.msdyn_iotdeviceid);
  const [asset] = ties.flatMap(({ table, id }) => (table === 'msdyn_customerasset' ? [id] : []));
  const [account] = ties.flatMap(({ table, id }) => (table === 'account' ? [id] : []));
  const { _ccs_customerasset_value: bound, ccs_connectedasset: connected, _msdyn_account_value: owner } = device;
  const isByHand = Boolean(bound) && bound !== connected;
  const wanted: Device = {
    ...(isByHand
      ? { ccs_connectedasset: null }
      : { _ccs_customerasset_value: asset ?? null, ccs_connectedasset: asset ?? null }),
    ...(!owner && account !== undefined && { _msdyn_account_value: account }),
  };
  const held: Row = device;
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => (held[name] ?? null) !== value));
}

const ageOf = ({ createdon, connectionid }: Row) => `${String(createdon)} ${String(connectionid)}`;
