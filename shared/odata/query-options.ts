import { ServiceError } from '../domain/errors';
import { guidOf } from '../domain/field-values';
import { propertiesNeeded } from '../domain/expansion';
import type { Shape } from '../domain/expansion';
import type { Order, Position, RecordQuery } from '../domain/record-query';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { computedIn, propertiesOf } from '../model/properties';
import { meets, propertiesIn } from './filter';
import { parseFilter } from './filter-parser';
import { pushDown } from './push-down';
import type { PushedDown } from './push-down';

/** `code` and `clientId` carry the key of the Functions host. */
const hostOptions = ['code', 'clientId'];

/** The properties to return; all of them without `$select`. The primary key always comes along. */
export type Selection = readonly string[] | undefined;

/** Reads the options of an address that is written to: what the answer shows, if it shows the record. */
export function readRecordOptions(name: EntityName, options: ReadonlyMap<string, string>): Selection {
  onlyOptions(options, ['$select']);
  return readSelect(name, options.get('$select'));
}

/**
 * Reads which records of a collection are wanted: `$filter`, `$orderby`, `$top`, `$count` and the page. `top` is what
 * `$top` asks for, also beyond this page.
 */
export function readQuery(
  name: EntityName,
  options: ReadonlyMap<string, string>,
  shape: Shape,
  pageSize: number,
): { query: RecordQuery; top: number | undefined } {
  const filterText = options.get('$filter');
  const filter = filterText === undefined ? undefined : parseFilter(filterText, name);
  const { whole, ...pushed }: PushedDown = filter ? pushDown(filter) : { equals: {}, between: {}, whole: true };
  const top = readTop(options.get('$top'));
  const after = readSkipToken(options.get('$skiptoken'));
  const order = readOrder(name, options.get('$orderby'));
  const inFilter = filter && !whole ? [...new Set(propertiesIn(filter))] : [];
  const looked = [...order.map(({ property }) => property), ...inFilter];
  const properties = propertiesNeeded(name, shape, looked);
  const computed = computedIn(name, looked);
  const query: RecordQuery = {
    entity: name,
    ...pushed,
    ...(filter && !whole && { matches: { looksAt: inFilter, holds: (row) => meets(filter, row) } }),
    ...(properties && { properties }),
    ...(computed.length > 0 && { computed }),
    order,
    limit: Math.min(top ?? pageSize, pageSize),
    paged: top === undefined || top > pageSize,
    ...(after && { after }),
    count: readFlag('$count', options.get('$count')),
  };
  return { query, top };
}

/** Refuses options that are not offered; `where` they were given is for the message. */

export function onlyOptions(options: ReadonlyMap<string, string>, known: readonly string[], where = 'here'): void {
  for (const name of options.keys()) {
    if (known.includes(name) || hostOptions.includes(name)) continue;
    const hint = known.includes(`$${name}`) ? ` Write '$${name}'.` : '';
    const only = known.length === 0 ? 'none is' : `only ${known.join(', ')}`;
    throw new ServiceError('unsupported', `The query option '${name}' is not offered ${where}, ${only}.${hint}`);
  }
}

/** Reads a `$select`. */
export function readSelect(name: EntityName, text: string | undefined): Selection {
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
