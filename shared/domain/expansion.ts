import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import type { Collection, Navigation } from '../model/properties';
import type { Row } from '../model/edm';
import type { RecordQuery } from './record-query';

/** What of a record an answer holds. */
export interface Shape {
  /** The properties to return; all when absent. */
  properties?: readonly string[];
  expand: readonly Expansion[];
}

/** Related records that come along inside of a record. */
export type Expansion = {
  shape: Shape;
  /** The options as the caller wrote them, for the link to the next page. */
  asked: ReadonlyMap<string, string>;
} & ({ kind: 'one'; navigation: Navigation } | { kind: 'many'; collection: Collection; query: RecordQuery });

/** The name under which an expansion stands in its record. */
export function nameOf(expansion: Expansion): string {
  return expansion.kind === 'one' ? expansion.navigation.name : expansion.collection.name;
}

/** The table that an expansion leads to. */
export function tableOf(expansion: Expansion): EntityName {
  return expansion.kind === 'one' ? expansion.navigation.target : expansion.collection.members;
}

/** Of a query for a collection's members, those of one owner. */
export function ownedBy(owner: EntityName, id: string, { partner }: Collection, query: RecordQuery): RecordQuery {
  const { property, tableIn } = partner;
  const own: Row = { [property]: id, ...(tableIn !== undefined && { [tableIn]: owner }) };
  const never = Object.entries(own).some(([key, value]) => key in query.equals && query.equals[key] !== value);
  return {
    ...query,
    equals: { ...query.equals, ...(own as RecordQuery['equals']) },
    ...(never && { matches: { looksAt: [], holds: () => false } }),
  };
}

/**
 * The properties that must be read of each record of a table, so that it can be returned in a shape and its lookups
 * followed: with a lookup that may lead to several tables, the property that tells which.
 */
export function propertiesNeeded(
  name: EntityName,
  { properties, expand }: Shape,
  more: readonly string[],
): readonly string[] | undefined {
  if (!properties) return undefined;
  const followed = expand.flatMap((expansion) => (expansion.kind === 'one' ? [expansion.navigation.property] : []));
  const tables = [...properties, ...followed].flatMap((property) => {
    const column = propertiesOf(name).get(property)?.column;
    return column?.kind === 'lookup' && column.tableIn !== undefined ? [column.tableIn] : [];
  });
  const sources = [...properties, ...more].flatMap(
    (property) => propertiesOf(name).get(property)?.column.computedFrom ?? [],
  );
  return [...new Set([...properties, ...followed, ...tables, ...more, ...sources])];
}
