import { nameOf, tableOf } from '../domain/expansion';
import type { Expansion, Shape } from '../domain/expansion';
import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationFrom, propertiesOf } from '../model/properties';
import type { Property } from '../model/properties';
import type { Stored } from '../ports/record-store';
import type { LookupNames, Part } from '../workflows/related-records';
import { nextLink } from './next-link';
import { formattedValue } from './preferences';
import type { Preferences } from './preferences';

const lookupTable = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const lookupNavigation = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

/** How records are shown to one caller. */
export interface View {
  /** The service root, for links. */
  root: string;
  prefer: Preferences;
  /** Names of looked-up records, when formatted values are asked for. */
  names?: LookupNames;
}

/**
 * A record as JSON: its ETag, the selected properties (null without a value), the annotations asked for and what was
 * expanded.
 */
export function recordJson(
  name: EntityName,
  { row, etag, parts }: Stored & { parts?: ReadonlyMap<string, Part> },
  { properties, expand }: Shape,
  view: View,
): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': etag };
  for (const property of properties ?? propertiesOf(name).keys()) {
    for (const [term, text] of annotationsOf(name, propertiesOf(name).get(property)!, row, view)) {
      if (view.prefer.annotates(term)) json[`${property}@${term}`] = text;
    }
    json[property] = row[property] ?? null;
  }
  for (const expansion of expand) {
    const part = parts?.get(nameOf(expansion));
    if (part) Object.assign(json, partJson(`${recordPath(name, row)}/`, expansion, part, view));
  }
  return json;
}

function partJson(path: string, expansion: Expansion, part: Part, view: View): Record<string, unknown> {
  const [key, table, shape] = [nameOf(expansion), tableOf(expansion), expansion.shape];
  if (part.kind === 'one') return { [key]: part.record ? recordJson(table, part.record, shape, view) : null };
  const { records, count, next } = part;
  const top = expansion.asked.get('$top');
  return {
    ...(count && { [`${key}@odata.count`]: count.value }),
    [key]: records.map((record) => recordJson(table, record, shape, view)),
    ...(next && {
      [`${key}@odata.nextLink`]: nextLink(`${view.root}/${path}${key}`, expansion.asked, {
        next,
        shown: records.length,
        ...(top !== undefined && { top: Number(top) }),
      }),
    }),
  };
}

/** `#accounts` or `#accounts(name,accountid)`, the part of `@odata.context` that says what the answer holds. */
export function contextOf(root: string, name: EntityName, shape: Shape, single: boolean): string {
  return `${root}/$metadata#${entity(name).set}${chosen(shape)}${single ? '/$entity' : ''}`;
}

function chosen({ properties = [], expand }: Shape): string {
  const parts = [...properties, ...expand.map((expansion) => `${nameOf(expansion)}${chosen(expansion.shape) || '()'}`)];
  return parts.length === 0 ? '' : `(${parts.join(',')})`;
}

function annotationsOf(
  name: EntityName,
  { column, name: property }: Property,
  row: Row,
  { names }: View,
): [string, string][] {
  const value = row[property] ?? null;
  if (value === null) return [];
  switch (column.kind) {
    case 'boolean':
      return [[formattedValue, value ? 'Yes' : 'No']];
    case 'choice': {
      const label = labelOf(name, property, column.options, value);
      return label === undefined ? [] : [[formattedValue, label]];
    }
    case 'lookup': {
      const navigation = navigationFrom(name, property, row);
      // A table that is not here.
      const table = column.tableIn === undefined ? undefined : row[column.tableIn];
      if (!navigation) return typeof table === 'string' ? [[lookupTable, table]] : [];
      const text = names?.(navigation.target, String(value));
      return [
        [lookupTable, navigation.target],
        [lookupNavigation, navigation.name],
        ...(text === undefined ? [] : ([[formattedValue, text]] satisfies [string, string][])),
      ];
    }
    case 'id':
    case 'guid':
    case 'string':
    case 'memo':
    case 'integer':
    case 'decimal':
    case 'datetime':
      return [];
  }
}

function labelOf(name: EntityName, property: string, options: Readonly<Record<string, number>>, value: Scalar) {
  // A state's name may read better than the key of the option set.
  const state = property === 'statecode' ? entity(name).states.find((each) => each.value === value) : undefined;
  return state?.name ?? Object.entries(options).find(([, option]) => option === value)?.[0];
}

/** Path of a record below the service root, e.g. `accounts(<id>)`. */
function recordPath(name: EntityName, row: Row): string {
  return `${entity(name).set}(${String(row[entity(name).key])})`;
}

/** Address of a record, for `OData-EntityId`. */
export function recordAddress(root: string, name: EntityName, row: Row): string {
  return `${root}/${recordPath(name, row)}`;
}
