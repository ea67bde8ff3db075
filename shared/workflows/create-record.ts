import { ServiceError } from '../domain/errors';
import { makeId, readableNumber, shardOf } from '../domain/ids';
import { checkRecord, isServiceOwned } from '../domain/record-rules';
import { nextState } from '../domain/record-state';
import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import type { Stored } from '../ports/record-store';
import { inUse, resolveLinks } from './record-changes';
import type { RecordChanges, WriteDeps } from './record-changes';

/**
 * Creates a record: the caller's values, the columns' defaults, a state, an id (the caller's own if there is one) and the
 * time. Nothing is written when a required value is missing, a link leads nowhere or a key is in use.
 */
export async function createRecord(name: EntityName, changes: RecordChanges, deps: WriteDeps): Promise<Stored> {
  const table = entity(name);
  if (isServiceOwned(name)) {
    throw new ServiceError('not-allowed', `Records of ${table.set} are written by the service only.`);
  }
  const values = await resolveLinks(name, changes, deps.records);
  const now = deps.now();
  const time = new Date(now).toISOString();
  const row: Row = {
    ...defaultsOf(name),
    ...values,
    ...nextState(table, values, undefined),
    createdon: time,
    modifiedon: time,
  };
  checkRecord(name, row, row);

  const stored = await (name === 'msdyn_iotalert' ? createAlert(row, deps) : insert(name, row, now, deps));
  if (name === 'msdyn_iotdevice' && typeof row.msdyn_deviceid === 'string')
    await deps.deviceAppeared(row.msdyn_deviceid);
  return stored;
}

async function createAlert(row: Row, { alerts }: WriteDeps): Promise<Stored> {
  const batch = alerts.open();
  const [stored] = await batch.settle([await batch.prepare(row)]);
  return stored!;
}

async function insert(
  name: EntityName,
  values: Row,
  time: number,
  { records, unique, shard }: WriteDeps,
): Promise<Stored> {
  const { key } = entity(name);
  const seed = unique();
  const id = String(values[key] ?? makeId({ time, shard: shard ?? shardOf(seed), seed }));
  const row = { ...values, ...numberOf(name, id), [key]: id };
  const result = await records.insert(name, row);
  if (result.kind === 'exists') throw inUse(name, result.property, row);
  return { row, etag: result.etag };
}

export function defaultsOf(name: EntityName): Record<string, Scalar> {
  const defaults: Record<string, Scalar> = {};
  for (const { name: property, column } of propertiesOf(name).values()) {
    if ((column.kind === 'choice' || column.kind === 'boolean') && column.default !== undefined) {
      defaults[property] = column.default;
    }
  }
  return defaults;
}

/** The number that people know a case or a work order by. */
function numberOf(name: EntityName, id: string): Row {
  if (name === 'incident') return { ticketnumber: `CAS-${readableNumber(id)}` };
  return name === 'msdyn_workorder' ? { msdyn_name: `WO-${readableNumber(id)}` } : {};
}
