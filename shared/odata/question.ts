import { ServiceError } from '../domain/errors';
import type { Shape } from '../domain/expansion';
import type { RecordKey } from '../domain/record-key';
import type { RecordQuery } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { computedIn } from '../model/properties';
import type { Collection, Navigation, Property } from '../model/properties';
import type { Asker } from './asker';
import { readShape } from './expand-option';
import { checkFormat } from './format-option';
import { methodNotAllowed } from './message';
import type { Message } from './message';
import { etagsIn } from './preconditions';
import { formattedValue, largestPage } from './preferences';
import type { Preferences } from './preferences';
import { onlyOptions, readQuery } from './query-options';
import type { ResourceOf } from './resource';

/** The members of a collection belong to one record. */
export interface Owner {
  key: RecordKey;
  collection: Collection;
}

/** The service document or `$metadata`; `unless` holds the ETags of what the caller has already. */
export type ModelQuestion = { kind: 'service' | 'metadata'; unless: readonly string[] };
export type ListQuestion = { kind: 'list'; query: RecordQuery; shape: Shape; top: number | undefined; owner?: Owner };
export type CountQuestion = { kind: 'count'; query: RecordQuery; owner?: Owner };
export type LinksQuestion = { kind: 'links'; query: RecordQuery; owner: Owner };
export type ReadQuestion = { kind: 'read'; key: RecordKey; shape: Shape; unless: readonly string[] };
export type FollowQuestion = {
  kind: 'follow';
  key: RecordKey;
  navigation: Navigation;
  shape: Shape;
  linkOnly: boolean;
};
export type ValueQuestion = { kind: 'value'; key: RecordKey; property: Property; raw: boolean };

/** A request that only reads, understood and checked as far as the model tells. */
export type Question = Asker &
  (ModelQuestion | ListQuestion | CountQuestion | LinksQuestion | ReadQuestion | FollowQuestion | ValueQuestion);

const ofRecord = ['$select', '$expand'];
const ofCollection = ['$select', '$expand', '$filter', '$orderby', '$top', '$count', '$skiptoken'];

/** Everything that can be read. */
type Readable = ResourceOf<'service' | 'metadata' | 'collection' | 'members' | 'record' | 'navigation' | 'property'>;

/** Reads a GET request. */
export function readQuestion(message: Message, asker: Asker, resource: Readable): Question {
  if (message.method !== 'GET') throw methodNotAllowed(message, 'GET');
  const unless = etagsIn(message.headers.get('if-none-match'));
  const { options } = asker.address;
  checkFormat(resource.kind, options);
  switch (resource.kind) {
    case 'service':
    case 'metadata':
      onlyOptions(options, ['$format']);
      return { ...asker, kind: resource.kind, unless };
    case 'collection':
      return { ...asker, ...manyOf(resource.entity, options, asker.prefer, resource.count) };
    case 'members': {
      const { key, collection, count, ref, member } = resource;
      if (member) throw new ServiceError('unsupported', `Ask for ${entity(collection.members).set}(<id>) itself.`);
      const owner = { key, collection };
      if (!ref) return { ...asker, ...manyOf(collection.members, options, asker.prefer, count), owner };
      onlyOptions(options, ['$top', '$skiptoken', '$format']);
      const shape: Shape = { properties: [], expand: [] };
      const { query } = readQuery(collection.members, options, shape, largestPage);
      return { ...asker, kind: 'links', query, owner };
    }
    case 'record': {
      onlyOptions(options, [...ofRecord, '$format']);
      return { ...asker, kind: 'read', key: resource.key, shape: readShape(resource.key.entity, options), unless };
    }
    case 'navigation': {
      const { key, navigation, ref } = resource;
      onlyOptions(options, [...(ref ? [] : ofRecord), '$format']);
      return { ...asker, kind: 'follow', key, navigation, shape: readShape(navigation.target, options), linkOnly: ref };
    }
    case 'property':
      onlyOptions(options, ['$format']);
      return { ...asker, kind: 'value', key: resource.key, property: resource.property, raw: resource.raw };
  }
}

/** What is counted only need not be read. */
const nothingShown: Shape = { properties: [], expand: [] };

function manyOf(
  name: EntityName,
  options: ReadonlyMap<string, string>,
  prefer: Preferences,
  countOnly: boolean,
): ListQuestion | CountQuestion {
  onlyOptions(options, [...(countOnly ? ['$filter'] : ofCollection), '$format']);
  const shape = countOnly ? nothingShown : readShape(name, options);
  const { query, top } = readQuery(name, options, shape, pageSize(name, shape, prefer));
  return countOnly
    ? { kind: 'count', query: { ...query, limit: 0, paged: false, count: true } }
    : { kind: 'list', query, shape, top };
}

/**
 * Records a page when each leads to others that must be read one by one, and when each has lists of its own, to show or to be
 * summed up in computed columns.
 */
export const pageWithRecords = 500;
export const pageWithLists = 50;

/** What is asked for, or the largest; less where a record costs more than its own row. `@odata.nextLink` leads on. */
function pageSize(name: EntityName, { properties, expand }: Shape, prefer: Preferences): number {
  const hasLists = expand.some(({ kind }) => kind === 'many') || computedIn(name, properties).length > 0;
  const most = hasLists
    ? pageWithLists
    : expand.length > 0 || prefer.annotates(formattedValue)
      ? pageWithRecords
      : largestPage;
  return Math.min(prefer.maxPageSize ?? largestPage, most);
}
