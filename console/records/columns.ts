import type { Column } from '../../shared/model/edm';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { navigationsOf, propertiesOf } from '../../shared/model/properties';
import type { Navigation } from '../../shared/model/properties';

/** The column behind a property of a table; a name that is not in the model is a mistake of the page. */
export function columnOf(table: EntityName, property: string): Column {
  const found = propertiesOf(table).get(property);
  if (!found) throw new Error(`${table} has no property ${property}`);
  return found.column;
}

/** What people call a property. */
export function labelOf(table: EntityName, property: string): string {
  return columnOf(table, property).label;
}

/** Where a lookup leads, when it leads to one table. */
export function navigationOf(table: EntityName, property: string): Navigation {
  const found = [...navigationsOf(table).values()].find((navigation) => navigation.property === property);
  if (!found) throw new Error(`${table} has no navigation behind ${property}`);
  return found;
}

/** Options of a choice as the model lists them. */
export function optionsOf(column: Column): { name: string; value: number }[] {
  return column.kind === 'choice' ? Object.entries(column.options).map(([name, value]) => ({ name, value })) : [];
}

/** The id of a record. */
export function idOf(table: EntityName, record: object): string {
  return String((record as Record<string, unknown>)[entity(table).key]);
}

/** The name of a record, or a stand-in when it has none. */
export function nameOf(table: EntityName, record: object): string {
  const name = (record as Record<string, unknown>)[entity(table).primaryName];
  return typeof name === 'string' && name !== '' ? name : `(${entity(table).displayName} without a name)`;
}
