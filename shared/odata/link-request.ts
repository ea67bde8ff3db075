import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { Change } from '../workflows/change';
import type { RecordChanges } from '../workflows/record-changes';
import { readReference } from './address';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { conditionOf } from './preconditions';
import type { ResourceOf } from './resource';
import { referenceIn } from './value-body';

/** `PUT set(id)/navigation/$ref` with `{"@odata.id": "…"}`, or `DELETE` to take the link out. */
export async function navigationChange(
  message: Message,
  { key, navigation, ref }: ResourceOf<'navigation'>,
): Promise<Change> {
  const { name, property, target, tableIn } = navigation;
  if (!ref) throw recordsOnly(name, message);
  const condition = { ...conditionOf(message), mustExist: true };
  if (message.method === 'PUT') {
    const to = ofTable(target, name, await referenceIn(message));
    return { kind: 'update', key, changes: linking(property, to), condition };
  }
  if (message.method !== 'DELETE') throw methodNotAllowed(message, 'GET, PUT and DELETE');
  // Where a lookup may lead to several tables, this takes out a link to the one that was asked for, no other.
  const holds = tableIn === undefined ? undefined : { values: { [tableIn]: target }, links: {} };
  return {
    kind: 'update',
    key,
    changes: linking(property, null),
    condition: { ...condition, ...(holds && { holds }) },
  };
}

/**
 * `POST set(id)/collection/$ref` with `{"@odata.id": "…"}` makes the other record look at this one; `DELETE` of
 * `set(id)/collection(id)/$ref`, or of `set(id)/collection/$ref?$id=…`, undoes that. The other record is what changes,
 * so conditions are on that one.
 */
export async function memberChange(
  message: Message,
  { key, collection, member, ref }: ResourceOf<'members'>,
  id: string | undefined,
): Promise<Change> {
  const { name, members, partner } = collection;
  if (!ref) throw recordsOnly(name, message);
  const condition = { ...conditionOf(message), mustExist: true };
  if (message.method === 'POST') {
    if (member || id !== undefined) {
      throw new ServiceError('bad-request', `Name the record in the body, not in the address: POST …/${name}/$ref.`);
    }
    const other = ofTable(members, name, await referenceIn(message));
    return { kind: 'update', key: other, changes: linking(partner.property, key), condition };
  }
  if (message.method !== 'DELETE') throw methodNotAllowed(message, 'GET, POST and DELETE');
  if (Boolean(member) === (id !== undefined)) {
    throw new ServiceError(
      'bad-request',
      `Name one record: DELETE …/${name}(<id>)/$ref, or …/${name}/$ref?$id=<address>.`,
    );
  }
  const other = member ?? ofTable(members, name, readReference(id!));
  return {
    kind: 'update',
    key: other,
    changes: linking(partner.property, null),
    condition: { ...condition, holds: linking(partner.property, key) },
  };
}

function linking(property: string, to: RecordKey | null): RecordChanges {
  return { values: {}, links: { [property]: to } };
}

function ofTable(expected: EntityName, navigation: string, key: RecordKey): RecordKey {
  if (key.entity === expected) return key;
  const { set } = entity(expected);
  throw new ServiceError(
    'invalid-value',
    `${navigation} leads to ${set}, not to ${entity(key.entity).set}. Name a record like /${set}(<id>).`,
  );
}

function recordsOnly(name: string, message: Message): ServiceError {
  const { method } = message;
  return new ServiceError(
    'method-not-allowed',
    `${method} is not offered for '${name}' itself: write to ${name}/$ref to change the link, or to the records' own set.`,
  );
}
