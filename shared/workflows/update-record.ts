import { ServiceError } from '../domain/errors';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import { checkFixed, checkRecord, isServiceOwned } from '../domain/record-rules';
import { nextState } from '../domain/record-state';
import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { createRecord } from './create-record';
import { followed } from './followers';
import { findRecord } from './read-records';
import { inUse, replaceRecord, resolveLinks } from './record-changes';
import type { RecordChanges, WriteDeps } from './record-changes';
import { contested, meetCondition, writeAttempts } from './write-condition';
import type { WriteCondition } from './write-condition';
import { modifiedBy } from '../domain/stamps';

/**
 * Changes a record, or creates it when it does not exist and nothing says that it must. Without ETags the change is
 * applied to whatever the record is by then; with them, another's change in between is `precondition-failed`.
 */
export async function updateRecord(
  key: RecordKey,
  changes: RecordChanges,
  condition: WriteCondition,
  deps: WriteDeps,
): Promise<Stored & { created: boolean }> {
  const name = key.entity;
  if (isServiceOwned(name)) {
    throw new ServiceError('not-allowed', `Records of ${entity(name).set} are written by the service only.`);
  }
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const old = await findRecord(deps.records, key);
    meetCondition(key, old, condition);
    if (!old) return { ...(await createRecord(name, withKey(key, changes), deps)), created: true };
    if (condition.holds) await checkHolds(key, old.row, condition.holds, deps);
    const values = await resolveLinks(name, changes, deps.records);
    const row = change(key, old.row, values, deps);
    const id = String(row[entity(name).key]);
    const etag = await followed({ entity: name, id, before: old.row, after: row, set: values }, deps, async () => {
      const result = await replaceRecord(name, old, row, deps);
      if (result.kind === 'exists') throw inUse(name, result.property, row);
      return result.kind === 'replaced' ? result.etag : undefined;
    });
    if (etag !== undefined) return { row, etag, created: false };
  }
  throw contested(key);
}

/** A link that is to be taken out must be there. */
async function checkHolds(key: RecordKey, row: Row, holds: RecordChanges, { records }: WriteDeps): Promise<void> {
  const wanted = await resolveLinks(key.entity, holds, records);
  for (const [property, value] of Object.entries(wanted)) {
    if ((row[property] ?? null) === value) continue;
    const held = row[property] ?? 'nothing';
    throw new ServiceError('not-found', `${describeKey(key)} is not linked so: its ${property} is ${String(held)}.`);
  }
}

function change(key: RecordKey, old: Row, values: Row, { now, by }: WriteDeps): Row {
  const table = entity(key.entity);
  const id = values[table.key];
  if (id !== undefined && id !== old[table.key]) {
    throw new ServiceError('invalid-value', `${table.key} cannot change: the record is ${describeKey(key)}.`);
  }
  checkFixed(key.entity, old, values);
  const row = { ...old, ...values, ...nextState(table, values, old), ...modifiedBy(new Date(now()).toISOString(), by) };
  checkRecord(key.entity, row, values);
  return row;
}

/** An upsert that creates takes the key from the address. */
function withKey(key: RecordKey, { values, links }: RecordChanges): RecordChanges {
  const { key: primary, alternateKey } = entity(key.entity);
  const property = key.by === 'id' ? primary : alternateKey!;
  const value = key.by === 'id' ? key.id : key.value;
  if (values[property] !== undefined && values[property] !== value) {
    throw new ServiceError(
      'invalid-value',
      `${property} in the body differs from the one in the address, ${describeKey(key)}.`,
    );
  }
  return { values: { ...values, [property]: value }, links };
}
