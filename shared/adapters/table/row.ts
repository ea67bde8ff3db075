import type { TableEntity } from '@azure/data-tables';
import type { Span } from '../../domain/record-query';
import type { Column, Row, Scalar } from '../../model/edm';
import { propertiesOf } from '../../model/properties';
import type { EntityName } from '../../model/entities';
import { isLong, textIn, textNames, textProperties } from './long-text';
import type { Place } from './placement';

/**
 * A record as a table row: each OData property is a stored property of the same name. Texts, GUIDs and times are
 * strings, whole numbers Int32, decimals Double; no value means no property.
 */
export function toEntity(name: EntityName, row: Row, place: Place): TableEntity {
  const properties = propertiesOf(name);
  const stored: TableEntity = { partitionKey: place.partitionKey, rowKey: place.rowKey };
  for (const [key, value] of Object.entries(row)) {
    const property = properties.get(key);
    if (!property) throw new Error(`${name} has no property ${key}`);
    if (value === null || value === undefined) continue;
    if (typeof value === 'string' && isLong(value)) Object.assign(stored, textProperties(key, value));
    else stored[key] = storedValue(property.column, value);
  }
  return stored;
}

/**
 * What to merge into a row so that it holds `row` in place of `before`: the properties that changed. Undefined when merging
 * cannot do that, because a property is to go, or a text has other pieces than before.
 */
export function toMerge(name: EntityName, before: Row, row: Row, place: Place): TableEntity | undefined {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(row)])].filter(
    (key) => (before[key] ?? null) !== (row[key] ?? null),
  );
  const isCut = (value: Row[string] | undefined) => typeof value === 'string' && isLong(value);
  if (changed.some((key) => (row[key] ?? null) === null || isCut(row[key]) || isCut(before[key]))) return undefined;
  return toEntity(name, Object.fromEntries(changed.map((key) => [key, row[key]!])), place);
}

/** The record in a table row. Stored properties that the model does not know are left out. */
export function fromEntity(name: EntityName, stored: Readonly<Record<string, unknown>>): Row {
  const row: Record<string, Scalar> = {};
  const properties = propertiesOf(name);
  for (const [key, kept] of Object.entries(stored)) {
    const value = kept as Scalar | undefined;
    if (value === undefined || value === null || !properties.has(key)) continue;
    row[key] = typeof value === 'string' ? textIn(key, stored) : value;
  }
  return row;
}

/** The stored properties that hold these properties of a table, the pieces of long texts included. */
export function storedNames(name: EntityName, properties: readonly string[]): string[] {
  return properties.flatMap((property) => {
    const column = propertiesOf(name).get(property)?.column;
    const longest = column && 'maxLength' in column ? column.maxLength : 0;
    return textNames(property, longest);
  });
}

/** The condition that a text or a time lies in a span. */
export function spanCondition(property: string, { from, to }: Span): string[] {
  return [
    ...(from === undefined ? [] : [`${property} ge ${quoted(from)}`]),
    ...(to === undefined ? [] : [`${property} lt ${quoted(to)}`]),
  ];
}

/** A condition of Table Storage's query language; the value must not be null. */
export function condition(column: Column, property: string, value: Scalar): string {
  if (typeof value === 'string') return `${property} eq ${quoted(value)}`;
  // Without a point the service would look for an Int32, and a Double is never equal to that.
  const literal = column.kind === 'decimal' && Number.isInteger(value) ? `${String(value)}.0` : String(value);
  return `${property} eq ${literal}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function storedValue(column: Column, value: Scalar) {
  return column.kind === 'decimal' ? { type: 'Double', value: String(value) } : value;
}
