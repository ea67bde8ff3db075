import { ServiceError } from '../domain/errors';
import { idsIn, membersIn } from '../domain/id-list';
import { makeId, placeInId, shardOf } from '../domain/ids';
import { checkRecord } from '../domain/record-rules';
import type { ArgumentsOf } from '../model/actions';
import type { Row } from '../model/edm';
import { entities, entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { connectedDeviceRole } from '../model/tables/connections';
import type { Stored } from '../ports/record-store';
import { createRecord } from './create-record';
import { inTurns } from './in-turns';
import type { WriteDeps } from './record-changes';
import { registerDevices } from './register-devices';
import type { RegisterDeps } from './register-devices';

export type EnableDeps = WriteDeps & RegisterDeps;

/** A record to connect with a device, and the device that it gets if it has none. */
interface Subject {
  table: string;
  id: string;
  deviceId: string;
  name: string;
}

const atOnce = 8;
const longestName = 100;

/**
 * Gives each record a device, unless it has some, and asks for the registration of them all. Everything is checked before
 * anything is written. What is created has ids that follow from the record's, so that a call that is repeated, or made twice
 * at once, creates nothing twice.
 */
export async function enableRecords(call: ArgumentsOf<'msdyn_RegisterCustomEntity'>, deps: EnableDeps): Promise<void> {
  const subjects = await checkSubjects(call, deps);
  const devices = new Set<string>();
  await inTurns(subjects, atOnce, async (subject) => {
    const connected = await connectedDevices(subject, deps);
    if (connected.length === 0) connected.push(await connectDevice(subject, deps));
    for (const id of connected) devices.add(id);
  });
  await registerDevices([...devices], deps);
}

async function checkSubjects(call: ArgumentsOf<'msdyn_RegisterCustomEntity'>, { records }: EnableDeps) {
  const table = call.EntityLogicalName.trim().toLowerCase();
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(table)) {
    throw new ServiceError('invalid-value', `EntityLogicalName '${table.slice(0, 60)}' is no logical name of a table.`);
  }
  if (table === 'msdyn_iotdevice') {
    throw new ServiceError('invalid-value', 'Records of msdyn_iotdevice are devices: call msdyn_RegisterIoTDevice.');
  }
  const ids = idsIn('EntityIds', call.EntityIds);
  const count = call.EntityIds.split(',').filter((member) => member.trim() !== '').length;
  const deviceIdAt = membersIn('DeviceIds', call.DeviceIds, count);
  const nameAt = membersIn('Names', call.Names, count);
  const subjects: Subject[] = [];
  await inTurns(ids, atOnce, async ({ id, at }, index) => {
    // Tables of a customer's own are not here, so that their records cannot be looked up.
    const known = Object.hasOwn(entities, table) ? (table as EntityName) : undefined;
    const record = known && (await records.get(known, id));
    if (known && !record)
      throw new ServiceError('not-found', `${entity(known).set}(${id}) does not exist. Nothing was done.`);
    const called = known && String(record?.row[entity(known).primaryName] ?? '');
    const name = nameAt(at) ?? (called || `${table} ${id}`).slice(0, longestName);
    const subject = { table, id, deviceId: deviceIdAt(at) ?? id, name };
    check(subject);
    subjects[index] = subject;
  });
  return subjects;
}

function check({ name, deviceId }: Subject): void {
  if (name.length > longestName) {
    throw new ServiceError(
      'invalid-value',
      `The name '${name.slice(0, 60)}…' has more than ${longestName} characters.`,
    );
  }
  const device = { msdyn_name: name, msdyn_deviceid: deviceId };
  checkRecord('msdyn_iotdevice', device, device);
}

/** Ids of the devices that a record is connected to, whichever end of the connection it is. */
async function connectedDevices({ table, id }: Subject, { records }: EnableDeps): Promise<string[]> {
  const ends = await Promise.all(
    ([1, 2] as const).map(async (own) => {
      const other = 3 - own;
      const equals = {
        [`_record${own}id_value`]: id,
        [`ccs_record${own}table`]: table,
        [`ccs_record${other}table`]: 'msdyn_iotdevice',
        statecode: 0,
      };
      const connections: Stored[] = [];
      for (let after: string | undefined; ;) {
        const page = await records.list('connection', { equals, limit: 1_000, ...(after !== undefined && { after }) });
        connections.push(...page.records);
        if (page.next === undefined) break;
        after = page.next;
      }
      return connections.map(({ row }) => String(row[`_record${other}id_value`]));
    }),
  );
  const ids = [...new Set(ends.flat())];
  const existing = await Promise.all(ids.map(async (device) => records.get('msdyn_iotdevice', device)));
  return ids.filter((_, index) => existing[index] !== undefined);
}

/** Connects a record with the device of that Device ID, which is created when there is none. Answers the device's id. */
async function connectDevice(subject: Subject, deps: EnableDeps): Promise<string> {
  const { table, id, name } = subject;
  const device = await deviceFor(subject, deps);
  const time = new Date(deps.now()).toISOString();
  const seed = `${table} ${id} ${device}`;
  const row: Row = {
    connectionid: makeId({ time: placeInId(device)?.time ?? 0, shard: shardOf(seed), seed }),
    name,
    _record1id_value: id,
    ccs_record1table: table,
    _record2id_value: device,
    ccs_record2table: 'msdyn_iotdevice',
    _record2roleid_value: connectedDeviceRole,
    statecode: 0,
    statuscode: 1,
    createdon: time,
    modifiedon: time,
  };
  // When it exists, another call was faster.
  await deps.records.insert('connection', row);
  return device;
}

async function deviceFor({ table, id, deviceId, name }: Subject, deps: EnableDeps): Promise<string> {
  const find = async () =>
    (await deps.records.getByAlternateKey('msdyn_iotdevice', deviceId))?.row['msdyn_iotdeviceid'];
  const found = await find();
  if (found) return String(found);
  const key = { by: 'id', id } as const;
  // So that the account behind the device's alerts is known.
  const links = {
    ...(table === 'account' && { _msdyn_account_value: { entity: 'account', ...key } as const }),
    ...(table === 'msdyn_customerasset' && {
      _ccs_customerasset_value: { entity: 'msdyn_customerasset', ...key } as const,
    }),
  };
  try {
    const made = await createRecord(
      'msdyn_iotdevice',
      { values: { msdyn_name: name, msdyn_deviceid: deviceId }, links },
      deps,
    );
    return String(made.row['msdyn_iotdeviceid']);
  } catch (error) {
    const faster = error instanceof ServiceError && error.code === 'already-exists' ? await find() : undefined;
    if (faster) return String(faster);
    throw error;
  }
}
