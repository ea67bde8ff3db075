import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationFrom, propertiesOf } from '../model/properties';
import type { Property } from '../model/properties';
import type { Stored } from '../ports/record-store';
import { formattedValue } from './preferences';
import type { Preferences } from './preferences';
import type { Selection } from './query-options';

const lookupTable = 'Microsoft.Dynamics.CRM.lookuplogicalname';
const lookupNavigation = 'Microsoft.Dynamics.CRM.associatednavigationproperty';

/** A record as JSON: its ETag, the selected properties (null without a value) and the annotations asked for. */
export function recordJson(
  name: EntityName,
  { row, etag }: Stored,
  select: Selection,
  { annotates }: Preferences,
): Record<string, unknown> {
  const json: Record<string, unknown> = { '@odata.etag': etag };
  for (const property of select ?? propertiesOf(name).keys()) {
    const value = row[property] ?? null;
    for (const [term, text] of annotationsOf(name, propertiesOf(name).get(property)!, row)) {
      if (annotates(term)) json[`${property}@${term}`] = text;
    }
    json[property] = value;
  }
  return json;
}

/** `#accounts` or `#accounts(name,accountid)`, the part of `@odata.context` that says what the answer holds. */
export function contextOf(root: string, name: EntityName, select: Selection, single: boolean): string {
  const chosen = select ? `(${select.join(',')})` : '';
  return `${root}/$metadata#${entity(name).set}${chosen}${single ? '/$entity' : ''}`;
}

function annotationsOf(name: EntityName, { column, name: property }: Property, row: Row): [string, string][] {
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
      if (!navigation) return [];
      return [
        [lookupTable, navigation.target],
        [lookupNavigation, navigation.name],
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

/** Address of a record, for `OData-EntityId`. */
export function recordAddress(root: string, name: EntityName, row: Row): string {
  return `${root}/${entity(name).set}(${String(row[entity(name).key])})`;
}
