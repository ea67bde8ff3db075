import { ServiceError } from '../domain/errors';
import type { RecordKey } from '../domain/record-key';
import { entity, entityOfSet } from '../model/entities';
import type { EntityName } from '../model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../model/properties';
import type { Collection, Navigation, Property } from '../model/properties';
import { keyOf } from './key';

/**
 * What a path below the service root means. `ref` tells that the links are meant, not the records they lead to; `count`
 * that only their number is, and `raw` that the bare value is.
 */
export type Resource =
  | { kind: 'service' }
  | { kind: 'metadata' }
  | { kind: 'collection'; entity: EntityName; count: boolean }
  | { kind: 'record'; key: RecordKey }
  | { kind: 'property'; key: RecordKey; property: Property; raw: boolean }
  | { kind: 'navigation'; key: RecordKey; navigation: Navigation; ref: boolean }
  | { kind: 'members'; key: RecordKey; collection: Collection; member?: RecordKey; ref: boolean; count: boolean }
  | { kind: 'multiple'; entity: EntityName; operation: Operation }
  | { kind: 'who-am-i' }
  | { kind: 'batch' };

/** One kind of resource. */
export type ResourceOf<K extends Resource['kind']> = Extract<Resource, { kind: K }>;

/** What can be done to many records of one table at once. */
export const operations = ['CreateMultiple', 'UpdateMultiple', 'UpsertMultiple'] as const;
export type Operation = (typeof operations)[number];

/** What stands before the name of an action or function that is bound to something. */
const namespace = 'Microsoft.Dynamics.CRM.';

/** Resources of the protocol that are not offered. */
const notOffered = /^\$(all|crossjoin|entity)\b/;

/** Reads decoded segments: `accounts`, `accounts(<guid>)`, `accounts(<guid>)/name`, `msdyn_iotdevices(…)/msdyn_Account/$ref` … */
export function readResource(segments: readonly string[]): Resource {
  const [first, second, ...more] = segments;
  if (first === undefined) return { kind: 'service' };
  if (second === undefined && first === '$metadata') return { kind: 'metadata' };
  if (second === undefined && first === '$batch') return { kind: 'batch' };
  if (second === undefined && /^WhoAmI(\(\))?$/.test(first)) return { kind: 'who-am-i' };
  if (notOffered.test(first)) throw new ServiceError('unsupported', `${first} is not offered.`);
  const { name: set, inner } = split(first);
  const name = entityOfSet(set);
  if (!name) throw unknownSegment(set);
  if (inner === undefined) return ofCollection(name, second, more);
  const key = keyOf(name, inner);
  return second === undefined ? { kind: 'record', key } : ofRecord(key, second, more);
}

function ofCollection(name: EntityName, second: string | undefined, more: readonly string[]): Resource {
  if (second === undefined) return { kind: 'collection', entity: name, count: false };
  if (second === '$count' && more.length === 0) return { kind: 'collection', entity: name, count: true };
  const operation = operations.find((each) => second === namespace + each);
  if (more.length === 0 && operation) return { kind: 'multiple', entity: name, operation };
  throw unknownSegment(second);
}

/** What a path may end with. */
const endings = ['$ref', '$count', '$value'] as const;

function ofRecord(key: RecordKey, second: string, more: readonly string[]): Resource {
  const ending = endings.find((each) => each === more[0]);
  const ref = ending === '$ref';
  const after = ending ? more[1] : more[0];
  if (after !== undefined) throw unknownSegment(after);
  const property = propertiesOf(key.entity).get(second);
  const { name, inner } = split(second);
  const collection = collectionsOf(key.entity).get(name);
  if (collection && ending !== '$value') {
    const member = inner === undefined ? undefined : keyOf(collection.members, inner);
    return { kind: 'members', key, collection, ref, count: ending === '$count', ...(member && { member }) };
  }
  const navigation = navigationsOf(key.entity).get(second);
  // The one name that may be both is a key's; a link is meant only when it is asked for.
  if (navigation && (ref || (!property && !ending))) return { kind: 'navigation', key, navigation, ref };
  if (property && (!ending || ending === '$value')) {
    return { kind: 'property', key, property, raw: ending === '$value' };
  }
  if (second.startsWith(namespace)) {
    throw new ServiceError('unknown-resource', `No action '${second}' is bound to ${entity(key.entity).set}.`);
  }
  throw new ServiceError(
    'unknown-resource',
    `Resource not found for the segment '${second}': ${entity(key.entity).set} has no ` +
      `${ref ? 'navigation' : 'property or navigation'} of that name (letter case matters)${ending ? ` to end with ${ending}` : ''}.`,
  );
}

/** `name(inner)`, or a name alone. */
function split(segment: string): { name: string; inner: string | undefined } {
  const [, name, inner] = /^([^()]*)(?:\((.*)\))?$/s.exec(segment) ?? [];
  return { name: name ?? segment, inner };
}

function unknownSegment(segment: string): ServiceError {
  return new ServiceError('unknown-resource', `Resource not found for the segment '${segment}'.`);
}
