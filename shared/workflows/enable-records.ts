import { cutTo } from '../domain/clean-text';
import { ServiceError } from '../domain/errors';
import { forecast, unaffected } from '../domain/forecast';
import type { Forecast, Forecasts } from '../domain/forecast';
import { idsIn, membersIn } from '../domain/id-list';
import { checkRecord } from '../domain/record-rules';
import type { ArgumentsOf } from '../model/actions';
import { entities, entity } from '../model/entities';
import type { Device, EntityName } from '../model/entities';
import { connectDevice } from './connect-device';
import type { Subject } from './connect-device';
import { devicesOfRecords } from './devices-of-records';
import { inTurns } from './in-turns';
import type { WriteDeps } from './record-changes';
import { findDevices, registerDevices } from './register-devices';
import type { RegisterDeps } from './register-devices';

export type EnableDeps = WriteDeps & RegisterDeps;

type Call = ArgumentsOf<'msdyn_RegisterCustomEntity'>;

const atOnce = 8;
const longestName = 100;

/** Records whose devices are looked for together. */
const recordsAtOnce = 50;

/**
 * Gives each record a device, unless it has some, and asks for the registration of them all. Everything is checked before
 * anything is written. What is created has ids that follow from the record's, so that a call that is repeated, or made twice
 * at once, creates nothing twice. Answers the id of the job, if there is anything to do.
 */
export async function enableRecords(call: Call, deps: EnableDeps): Promise<string | undefined> {
  const { bare, connected } = await lookInto(call, deps);
  const devices = new Set(connected);
  await inTurns(bare, atOnce, async (subject) => void devices.add(await connectDevice(subject, deps)));
  return registerDevices([...devices], deps);
}

/** What such a call would do, device by device; writes nothing. */
export async function foreseeEnabling(call: Call, deps: EnableDeps): Promise<Forecasts> {
  const { bare, connected } = await lookInto(call, deps);
  const known = (await findDevices(connected, deps.records)).map(({ row }) => foresee(row, deps));
  const added: Forecast[] = [];
  await inTurns(bare, atOnce, async (subject, at) => {
    const device = await deps.records.getByAlternateKey('msdyn_iotdevice', subject.deviceId);
    const own = device ? foresee(device.row, deps) : created(subject);
    added[at] = { ...own, Reason: `It would be connected to ${subject.table} ${subject.id}. ${own.Reason}` };
  });
  const Outcomes = [...known, ...added];
  const Affected = known.filter(({ Outcome }) => Outcome !== unaffected).length + added.length;
  return { ccs_devicejobid: null, Devices: Outcomes.length, Affected, Outcomes };
}

function foresee(device: Device, { now, registrationTimeout }: EnableDeps): Forecast {
  return forecast('Register', device, now(), registrationTimeout);
}

function created({ deviceId, name }: Subject): Forecast {
  return {
    IoTDeviceId: null,
    DeviceId: deviceId,
    Outcome: 'Registered',
    Reason: `It does not exist and would be created, with the name '${name}'.`,
  };
}

/** The records that need a device, and the devices of the others; everything that can be wrong is found. */
async function lookInto(call: Call, deps: EnableDeps): Promise<{ bare: Subject[]; connected: string[] }> {
  const subjects = await findSubjects(call, deps);
  const connected = await devicesOf(subjects, deps);
  const bare = subjects.filter(({ id }) => connected.get(id)!.length === 0);
  // Those that have devices ignore what the call says of new ones.
  for (const subject of bare) checkDevice(subject);
  return { bare, connected: [...new Set([...connected.values()].flat())] };
}

async function findSubjects(call: Call, { records }: EnableDeps) {
  const table = tableIn(call.EntityLogicalName);
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
    const name = nameAt(at) ?? cutTo(called || `${table} ${id}`, longestName);
    subjects[index] = { table, id, deviceId: deviceIdAt(at) ?? id, name };
  });
  return subjects;
}

function tableIn(logicalName: string): string {
  const table = logicalName.trim().toLowerCase();
  if (!/^[a-z][a-z0-9_]{0,127}$/.test(table)) {
    throw new ServiceError('invalid-value', `EntityLogicalName '${cutTo(table, 60)}' is no logical name of a table.`);
  }
  if (table === 'msdyn_iotdevice') {
    throw new ServiceError('invalid-value', 'Records of msdyn_iotdevice are devices: call msdyn_RegisterIoTDevice.');
  }
  return table;
}

/** Ids of the devices that each record has, by the record's id. */
async function devicesOf(subjects: readonly Subject[], { records, now }: EnableDeps): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (let from = 0; from < subjects.length; from += recordsAtOnce) {
    const some = subjects.slice(from, from + recordsAtOnce);
    const whose = { table: some[0]!.table, ids: some.map(({ id }) => id) };
    for (const [id, devices] of await devicesOfRecords(whose, records, now())) found.set(id, [...devices.keys()]);
  }
  return found;
}

function checkDevice({ name, deviceId }: Subject): void {
  if (name.length > longestName) {
    throw new ServiceError('invalid-value', `The name '${cutTo(name, 60)}…' has more than ${longestName} characters.`);
  }
  const device = { msdyn_name: name, msdyn_deviceid: deviceId };
  checkRecord('msdyn_iotdevice', device, device);
}
