import type { Change } from '../workflows/change';
import type { Asker } from './asker';
import { readBody } from './json-body';
import { memberChange, navigationChange } from './link-request';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { conditionOf } from './preconditions';
import { onlyOptions, readRecordOptions } from './query-options';
import type { Selection } from './query-options';
import { readRecordBody } from './record-body';
import type { ResourceOf } from './resource';
import { valueIn } from './value-body';

/** A request for one change. The answer shows the record's `select` when the caller prefers that, unless it is `bare`. */
export type WriteRequest = Asker & { kind: 'write'; change: Change; select: Selection; bare: boolean };

/** Reads a request that writes to one address: a record, a property of it, or a link. */
export async function readWrite(
  message: Message,
  asker: Asker,
  resource: ResourceOf<'collection' | 'record' | 'property' | 'navigation' | 'members'>,
): Promise<WriteRequest> {
  const { options } = asker.address;
  const request = { ...asker, kind: 'write', select: undefined, bare: true } as const;
  switch (resource.kind) {
    case 'collection': {
      const select = readRecordOptions(resource.entity, options);
      return { ...request, select, bare: false, change: await creation(message, resource) };
    }
    case 'record': {
      const select = readRecordOptions(resource.key.entity, options);
      return { ...request, select, bare: false, change: await recordChange(message, resource) };
    }
    case 'property':
      onlyOptions(options, []);
      return { ...request, change: await propertyChange(message, resource) };
    case 'navigation':
      onlyOptions(options, []);
      return { ...request, change: await navigationChange(message, resource) };
    case 'members':
      onlyOptions(options, ['$id']);
      return { ...request, change: await memberChange(message, resource, options.get('$id')) };
  }
}

async function creation(message: Message, { entity }: ResourceOf<'collection'>): Promise<Change> {
  if (message.method !== 'POST') throw methodNotAllowed(message, 'GET and POST');
  return { kind: 'create', entity, changes: readRecordBody(entity, await readBody(message)) };
}

async function recordChange(message: Message, { key }: ResourceOf<'record'>): Promise<Change> {
  const condition = conditionOf(message);
  if (message.method === 'DELETE') return { kind: 'delete', key, condition };
  if (message.method !== 'PATCH') throw methodNotAllowed(message, 'GET, PATCH and DELETE');
  return { kind: 'update', key, changes: readRecordBody(key.entity, await readBody(message)), condition };
}

/** `PUT set(id)/property` with `{"value": …}`, or `DELETE` to empty it. */
async function propertyChange(message: Message, { key, property }: ResourceOf<'property'>): Promise<Change> {
  if (message.method !== 'PUT' && message.method !== 'DELETE') throw methodNotAllowed(message, 'GET, PUT and DELETE');
  const value = message.method === 'DELETE' ? null : await valueIn(message);
  return {
    kind: 'update',
    key,
    changes: readRecordBody(key.entity, { [property.name]: value }),
    condition: { ...conditionOf(message), mustExist: true },
  };
}
