import { ServiceError } from '../domain/errors';
import { guidOf } from '../domain/field-values';
import type { Row } from '../model/edm';
import { entities, entityOfSet } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';

/** A lookup bound to a record of a table that is not here: a customer's own, or one of Dynamics 365 that we do not have. */
export interface ForeignLink {
  /** The property that holds the id. */
  property: string;
  /** The property that holds the table's logical name. */
  tableIn: string;
  table: string;
}

/** Which table a navigation like `record1id_contoso_elevator` leads to, if its lookup may lead to tables that are not here. */
export function foreignLink(name: EntityName, navigation: string): ForeignLink | undefined {
  for (const { name: property, column } of propertiesOf(name).values()) {
    if (column.kind !== 'lookup' || column.othersBy === undefined || column.tableIn === undefined) continue;
    const table = navigation.startsWith(column.othersBy) ? navigation.slice(column.othersBy.length) : '';
    const isForeign = /^[a-z][a-z0-9_]{0,127}$/.test(table) && !Object.hasOwn(entities, table);
    if (isForeign) return { property, tableIn: column.tableIn, table };
  }
  return undefined;
}

/** The values that bind it. Nobody can say whether the record exists, or what the table's set is called. */
export function foreignValues({ property, tableIn, table }: ForeignLink, value: unknown): Row {
  if (value === null) return { [property]: null, [tableIn]: null };
  const address = typeof value === 'string' ? value.replace(/^https?:\/\/[^/]+\/(.*?\/)?data\/v9\.\d\//i, '') : '';
  const [, set = '', key] = /^\/?([A-Za-z_]\w*)\(([^()]*)\)$/.exec(address) ?? [];
  const id = guidOf(key?.trim());
  if (id === undefined || entityOfSet(set)) {
    throw new ServiceError(
      'invalid-value',
      `The link to ${table}, which is no table of this service, must be null or a text like ` +
        `"/${table}s(00000000-0000-0000-0000-000000000001)"; got ${JSON.stringify(value)?.slice(0, 100)}.`,
    );
  }
  return { [property]: id, [tableIn]: table };
}
