import type { Column } from './edm';
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
}

interface Members {
  properties: ReadonlyMap<string, Property>;
  navigations: ReadonlyMap<string, Navigation>;
}

// Maps, not objects: a caller's "constructor" or "__proto__" is then just a name that is not there.
const members = new Map(Object.keys(entities).map((name) => [name as EntityName, membersOf(name as EntityName)]));

/** A table's properties by name, in the order of the model. */
export function propertiesOf(name: EntityName): ReadonlyMap<string, Property> {
  return members.get(name)!.properties;
}

/** A table's single-valued navigations by name; letter case matters. */
export function navigationsOf(name: EntityName): ReadonlyMap<string, Navigation> {
  return members.get(name)!.navigations;
}

function membersOf(table: EntityName): Members {
  const properties = new Map<string, Property>();
  const navigations = new Map<string, Navigation>();
  for (const [logicalName, column] of Object.entries(entity(table).columns)) {
    const name = propertyOf(logicalName, column);
    properties.set(name, { name, logicalName, column });
    if (column.kind !== 'lookup') continue;
    navigations.set(column.navigation, {
      name: column.navigation,
      property: name,
      target: column.target as EntityName,
    });
  }
  return { properties, navigations };
}
