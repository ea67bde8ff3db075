import { ServiceError } from '../domain/errors';
import { makeId, readableNumber, shardOf } from '../domain/ids';
import { checkRecord, isServiceOwned } from '../domain/record-rules';
import { nextState } from '../domain/record-state';
import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import type { Stored } from '../ports/record-store';
import { completeCommand } from './complete-command';
import { followed } from './followers';
import { inUse, resolveLinks } from './record-changes';
import type { RecordChanges, WriteDeps } from './record-changes';
import { createdBy } from '../domain/stamps';

/**
 * Creates a record: the caller's values, the columns' defaults, a state, an id (the caller's own if there is one) and the
 * time. Nothing is written when a required value is missing, a link leads nowhere or a key is in use.
 */
export async function createRecord(name: EntityName, changes: RecordChanges, deps: WriteDeps): Promise<Stored> {
  const table = entity(name);
  if (isServiceOwned(name)) {
    throw new ServiceError('not-allowed', `Records of ${table.set} are written by the service only.`);
  }
  if (table.closed) {
    const [row] = table.builtIn ?? [];
    throw new ServiceError(
      'not-allowed',
      `${table.set} has one record, which is there already: change ${table.set}(${String(row?.[table.key])}).`,
    );
  }
  const values = await resolveLinks(name, changes, deps.records);
  const now = deps.now();
  const time = new Date(now).toISOString();
  const row: Row = {
    ...defaultsOf(name),
    ...values,
    ...nextState(table, values, undefined),
    ...createdBy(time, deps.by),
  };
  checkRecord(name, row, row);

  if (name === 'msdyn_iotalert') return createAlert(row, deps);
  return insert(name, name === 'msdyn_iotdevicecommand' ? await completeCommand(row, now, deps) : row, now, deps);
}

async function createAlert(row: Row, { alerts }: WriteDeps): Promise<Stored> {
  const batch = alerts.open();
  const [stored] = await batch.settle([await batch.prepare(row)]);
  return stored!;
}

async function insert(name: EntityName, values: Row, time: number, deps: WriteDeps): Promise<Stored> {
  const { records, unique, shard } = deps;
  const { key } = entity(name);
  const seed = unique();
  const id = String(values[key] ?? makeId({ time, shard: shard ?? shardOf(seed), seed }));
  const row = { ...values, ...numberOf(name, id), [key]: id };
  const change = { entity: name, id, after: row, set: row };
  const stored = await followed(change, deps, async () => {
    const result = await records.insert(name, row);
    if (result.kind === 'exists') throw inUse(name, result.property, row);
    return { row, etag: result.etag };
  });
  return stored!;
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
