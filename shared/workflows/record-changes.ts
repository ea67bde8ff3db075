import { ServiceError } from '../domain/errors';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';
import type { AlertWrites } from '../ports/alert-writes';
import type { RecordStore, Stored } from '../ports/record-store';
import type { Followers } from './followers';
import { findRecord } from './read-records';

/** What a caller wants a record to hold. Values are of the right kind already; what they name need not exist. */
export interface RecordChanges {
  /** OData properties; null empties a column. */
  values: Row;
  /** Lookups by the property that holds them; null empties one. */
  links: Readonly<Record<string, RecordKey | null>>;
}

export interface WriteDeps {
  records: RecordStore;
  /** Milliseconds since 1970. */
  now(): number;
  /** A text that was never returned before; ids are made of it. */
  unique(): string;
  /** Where ids made now lie, for records that are to be written together; by default anywhere. */
  shard?: number;
  followers: Followers;
  alerts: AlertWrites;
  /** The user for whom it is written; the service itself when there is none. */
  by?: string;
  /** How long a command may wait for its device where nothing else is said, in milliseconds; one hour by default. */
  commandLife?: number;
}

/**
 * The values with each link's id among them, and its table where the lookup may lead to several. A link to a record that
 * does not exist is refused with `not-found`.
 */
export async function resolveLinks(
  name: EntityName,
  { values, links }: RecordChanges,
  records: RecordStore,
): Promise<Row> {
  const ids = await Promise.all(
    Object.entries(links).map(async ([property, key]): Promise<[string, Scalar][]> => {
      const column = propertiesOf(name).get(property)?.column;
      const tableIn = column?.kind === 'lookup' ? column.tableIn : undefined;
      const table: [string, Scalar][] = tableIn === undefined ? [] : [[tableIn, key?.entity ?? null]];
      if (column?.readOnly) {
        throw new ServiceError('read-only-property', `'${property}' is written by the service and cannot be bound.`);
      }
      if (key === null) return [[property, null], ...table];
      const target = await findRecord(records, key);
      if (!target) {
        throw new ServiceError(
          'not-found',
          `${describeKey(key)}, which ${property} is to be bound to, does not exist.`,
        );
      }
      return [[property, target.row[entity(key.entity).key] ?? null], ...table];
    }),
  );
  return { ...values, ...Object.fromEntries(ids.flat()) };
}

/** Puts a row in place of a record that is still as it was read; alerts and their tickets together with their groups. */
export async function replaceRecord(
  name: EntityName,
  old: Stored,
  row: Row,
  { records, alerts }: Pick<WriteDeps, 'records' | 'alerts'>,
  how?: 'as-counted',
): ReturnType<AlertWrites['revise']> {
  return isGrouped(name) ? alerts.revise(name, old.row, row, old.etag, how) : records.replace(name, row, old.etag);
}

/** Whether records of a table share storage with alerts, and so with the groups that lead to them. */
function isGrouped(name: EntityName): boolean {
  return entity(name).stored.table === entity('msdyn_iotalert').stored.table;
}

export function inUse(name: EntityName, property: string, row: Row): ServiceError {
  return new ServiceError(
    'already-exists',
    `A record with ${property} '${String(row[property])}' exists in ${entity(name).set} already.`,
  );
}
