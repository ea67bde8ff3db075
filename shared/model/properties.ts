import type { Column, Row } from './edm';
import { propertyOf } from './edm';
import { entities, entity } from './entities';
import type { EntityName } from './entities';

/** A column of a table as the Web API names it. */
export interface Property {
  /** OData property: `name`, or `_msdyn_account_value` for a lookup. */
  name: string;
  logicalName: string;
  column: Column;
}

/** The single-valued navigation of a lookup, e.g. `msdyn_Account` from a device to its account. */
export interface Navigation {
  name: string;
  /** The property that holds the id of the record it leads to. */
  property: string;
  target: EntityName;
  /** The property that holds the table of that record, where the lookup may lead to several. */
  tableIn?: string;
  /** The navigation back. */
  collection: string;
}

/** A collection-valued navigation, e.g. `msdyn_account_msdyn_iotdevice_Account` from an account to its devices. */
export interface Collection {
  name: string;
  /** The table of the records it leads to. */
  members: EntityName;
  /** Their navigation back. */
  partner: Navigation;
}

interface Members {
  properties: ReadonlyMap<string, Property>;
  navigations: ReadonlyMap<string, Navigation>;
}

const names = Object.keys(entities) as EntityName[];

// Maps, not objects: a caller's "constructor" or "__proto__" is then just a name that is not there.
const members = new Map(names.map((name) => [name, membersOf(name)]));
const collections = new Map(names.map((name) => [name, collectionsTo(name)]));

/** A table's properties by name, in the order of the model. */
export function propertiesOf(name: EntityName): ReadonlyMap<string, Property> {
  return members.get(name)!.properties;
}

/** Of these properties of a table (all when absent), those that are not stored but computed on read. */
export function computedIn(name: EntityName, wanted?: readonly string[]): string[] {
  const properties = [...propertiesOf(name).values()].filter(({ column }) => column.computedFrom);
  return properties.flatMap((property) => ((wanted?.includes(property.name) ?? true) ? [property.name] : []));
}

/** A table's single-valued navigations by name; letter case matters. */
export function navigationsOf(name: EntityName): ReadonlyMap<string, Navigation> {
  return members.get(name)!.navigations;
}

/**
 * A table's collection-valued navigations by name; letter case matters. They are also all lookups that lead to the table:
 * `partner.property` of the table `members`.
 */
export function collectionsOf(name: EntityName): ReadonlyMap<string, Collection> {
  return collections.get(name)!;
}

/** Where a record's lookup leads: of several navigations, the one to the table it names. */
export function navigationFrom(name: EntityName, property: string, row: Row): Navigation | undefined {
  for (const navigation of navigationsOf(name).values()) {
    const { tableIn, target } = navigation;
    if (navigation.property === property && (tableIn === undefined || row[tableIn] === target)) return navigation;
  }
  return undefined;
}

function membersOf(table: EntityName): Members {
  const properties = new Map<string, Property>();
  const navigations = new Map<string, Navigation>();
  for (const [logicalName, column] of Object.entries(entity(table).columns)) {
    const name = propertyOf(logicalName, column);
    properties.set(name, { name, logicalName, column });
    if (column.kind !== 'lookup') continue;
    for (const { table: target, navigation, collection } of column.targets) {
      navigations.set(navigation, {
        name: navigation,
        property: name,
        target: target as EntityName,
        ...(column.tableIn !== undefined && { tableIn: column.tableIn }),
        collection,
      });
    }
  }
  return { properties, navigations };
}

function collectionsTo(table: EntityName): Map<string, Collection> {
  const found = new Map<string, Collection>();
  for (const [name, { navigations }] of members) {
    for (const partner of navigations.values()) {
      if (partner.target !== table) continue;
      found.set(partner.collection, { name: partner.collection, members: name, partner });
    }
  }
  return found;
}
