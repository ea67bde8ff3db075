import { tieIn } from '../domain/connected-devices';
import { ServiceError } from '../domain/errors';
import { makeId, placeInId, shardOf } from '../domain/ids';
import type { Row } from '../model/edm';
import { connectedDeviceRole } from '../model/tables/connections';
import { createRecord } from './create-record';
import { followed } from './followers';
import type { WriteDeps } from './record-changes';
import { contested, writeAttempts } from './write-condition';
import { modifiedBy } from '../domain/stamps';

/** A record to connect with a device, and the Device ID and name of the device. */
export interface Subject {
  /** Logical name of the record's table. */
  table: string;
  id: string;
  deviceId: string;
  name: string;
}

/**
 * Connects a record with the device of that Device ID, which is created when there is none. Answers the id of the device's
 * record. Safe to repeat.
 */
export async function connectDevice(subject: Subject, deps: WriteDeps): Promise<string> {
  const device = await deviceFor(subject, deps);
  await connect(subject, device, deps);
  return device;
}

/** The connection's id follows from both of its ends. One that is there already, but does not count, is made to. */
async function connect({ table, id, name }: Subject, device: string, deps: WriteDeps): Promise<void> {
  const { records, now } = deps;
  const seed = `${table} ${id} ${device}`;
  const connectionid = makeId({ time: placeInId(device)?.time ?? 0, shard: shardOf(seed), seed });
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const old = await records.get('connection', connectionid);
    if (old && tieIn(old.row, now())) return;
    const time = new Date(now()).toISOString();
    const row: Row = {
      createdon: time,
      ...old?.row,
      connectionid,
      name,
      _record1id_value: id,
      ccs_record1table: table,
      _record1roleid_value: null,
      _record2id_value: device,
      ccs_record2table: 'msdyn_iotdevice',
      _record2roleid_value: connectedDeviceRole,
      effectivestart: null,
      effectiveend: null,
      statecode: 0,
      statuscode: 1,
      ...modifiedBy(time, deps.by),
    };
    const change = { entity: 'connection' as const, id: connectionid, ...(old && { before: old.row }), after: row };
    const written = await followed({ ...change, set: row }, deps, async () => {
      const result = old ? await records.replace('connection', row, old.etag) : await records.insert('connection', row);
      return result.kind === 'inserted' || result.kind === 'replaced' || undefined;
    });
    if (written) return;
  }
  throw contested({ entity: 'connection', by: 'id', id: connectionid });
}

async function deviceFor({ table, id, deviceId, name }: Subject, deps: WriteDeps): Promise<string> {
  const find = async () =>
    (await deps.records.getByAlternateKey('msdyn_iotdevice', deviceId))?.row['msdyn_iotdeviceid'];
  const found = await find();
  if (found) return String(found);
  const key = { by: 'id', id } as const;
  const isAsset = table === 'msdyn_customerasset';
  // Alerts that waited for the device are linked at once, so it must have its account and its asset from the beginning.
  const links = {
    ...(table === 'account' && { _msdyn_account_value: { entity: 'account', ...key } as const }),
    ...(isAsset && { _ccs_customerasset_value: { entity: 'msdyn_customerasset', ...key } as const }),
  };
  const values = { msdyn_name: name, msdyn_deviceid: deviceId, ...(isAsset && { ccs_connectedasset: id }) };
  try {
    const made = await createRecord('msdyn_iotdevice', { values, links }, deps);
    return String(made.row['msdyn_iotdeviceid']);
  } catch (error) {
    const faster = error instanceof ServiceError && error.code === 'already-exists' ? await find() : undefined;
    if (faster) return String(faster);
    throw error;
  }
}
