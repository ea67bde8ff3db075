import { ServiceError } from '../domain/errors';
import { guidOf } from '../domain/field-values';
import type { Order, Position, RecordQuery } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import { meets } from './filter';
import { parseFilter } from './filter-parser';
import { largestPage } from './preferences';
import { pushDown } from './push-down';

/** `code` and `clientId` carry the key of the Functions host. */
const hostOptions = ['code', 'clientId'];
const collectionOptions = ['$select', '$filter', '$orderby', '$top', '$count', '$skiptoken'];
const recordOptions = ['$select'];

/** The properties to return; all of them without `$select`. The primary key always comes along. */
export type Selection = readonly string[] | undefined;

/** Reads the options of a single record's address. */
export function readRecordOptions(name: EntityName, options: ReadonlyMap<string, string>): Selection {
  onlyKnown(options, recordOptions);
  return readSelect(name, options.get('$select'));
}

/** Reads the options of a collection's address. `top` is what `$top` asks for, also beyond this page. */
export function readCollectionOptions(
  name: EntityName,
  options: ReadonlyMap<string, string>,
  maxPageSize: number | undefined,
): { query: RecordQuery; select: Selection; top: number | undefined } {
  onlyKnown(options, collectionOptions);
  const filterText = options.get('$filter');
  const filter = filterText === undefined ? undefined : parseFilter(filterText, name);
  const { equals, whole } = filter ? pushDown(filter) : { equals: {}, whole: true };
  const top = readTop(options.get('$top'));
  const pageSize = maxPageSize ?? largestPage;
  const after = readSkipToken(options.get('$skiptoken'));
  const query: RecordQuery = {
    entity: name,
    equals,
    ...(filter && !whole && { matches: (row) => meets(filter, row) }),
    order: readOrder(name, options.get('$orderby')),
    limit: Math.min(top ?? pageSize, pageSize),
    paged: top === undefined || top > pageSize,
    ...(after && { after }),
    count: readFlag('$count', options.get('$count')),
  };
  return { query, select: readSelect(name, options.get('$select')), top };
}

/** The `$skiptoken` that leads to a position. */
export function skipToken(position: Position): string {
  return position.kind === 'record' ? position.id : String(position.rank);
}

/** Refuses options other than these. */
export function onlyKnown(options: ReadonlyMap<string, string>, known: readonly string[]): void {
  for (const name of options.keys()) {
    if (known.includes(name) || hostOptions.includes(name)) continue;
    const hint = known.includes(`$${name}`) ? ` Write '$${name}'.` : '';
    throw new ServiceError(
      'unsupported',
      `The query option '${name}' is not offered here, only ${known.join(', ')}.${hint}`,
    );
  }
}

function readSelect(name: EntityName, text: string | undefined): Selection {
  if (text === undefined || text.trim() === '*') return undefined;
  const names = text.split(',').map((part) => part.trim());
  for (const property of names) knownProperty(name, '$select', property);
  return [...new Set([...names, entity(name).key])];
}

function readOrder(name: EntityName, text: string | undefined): Order[] {
  if (text === undefined) return [];
  return text.split(',').map((part) => {
    const [property = '', direction = 'asc', ...more] = part.trim().split(/\s+/);
    knownProperty(name, '$orderby', property);
    if ((direction !== 'asc' && direction !== 'desc') || more.length > 0) {
      throw new ServiceError(
        'bad-request',
        `$orderby: '${part.trim()}' is not understood. Write a property and asc or desc.`,
      );
    }
    return { property, descending: direction === 'desc' };
  });
}

function knownProperty(name: EntityName, option: string, property: string): void {
  if (propertiesOf(name).has(property)) return;
  const lookup = `_${property}_value`;
  const hint = propertiesOf(name).has(lookup) ? ` Write '${lookup}' for the lookup.` : '';
  throw new ServiceError(
    'unknown-property',
    `${option}: could not find a property named '${property}' on ${entity(name).set}.${hint}`,
  );
}

function readTop(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw new ServiceError('bad-request', `$top must be a whole number of 0 or more; got '${text}'.`);
  return Number(text);
}

function readFlag(option: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new ServiceError('bad-request', `${option} must be true or false; got '${text}'.`);
}

function readSkipToken(text: string | undefined): Position | undefined {
  if (text === undefined) return undefined;
  const id = guidOf(text);
  if (id !== undefined) return { kind: 'record', id };
  if (/^\d{1,6}$/.test(text)) return { kind: 'rank', rank: Number(text) };
  throw new ServiceError('bad-request', `$skiptoken '${text}' is not one of ours: follow @odata.nextLink as it is.`);
}
