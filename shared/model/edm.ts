/**
 * The kinds of column a row of `entities.ts` may have. Everything else follows from them: the TypeScript type of a
 * record, the OData property and its Edm type, what input is accepted and how a value is stored.
 */
export type Column = {
  label: string;
  required?: true;
  readOnly?: true;
  /** Set when the record is created, and not changed afterwards. */
  fixed?: true;
  /** Not stored but computed when it is read, from these properties of the record and from other records. */
  computedFrom?: readonly string[];
} & (
  | { kind: 'id' }
  | { kind: 'guid' }
  | { kind: 'string'; maxLength: number }
  | { kind: 'memo'; maxLength: number }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'decimal'; min: number; max: number }
  | { kind: 'boolean'; default?: boolean }
  | { kind: 'datetime' }
  | { kind: 'choice'; options: Readonly<Record<string, number>>; default?: number }
  | { kind: 'lookup'; targets: readonly Target[]; tableIn?: string; othersBy?: string }
);

/**
 * One table that a lookup may lead to. A lookup with several has a column of its own, `tableIn`, that holds the logical
 * name of the table it leads to. It may also lead to tables that are not here (a customer's own) when `othersBy` says what
 * their navigations begin with: `record1id_contoso_elevator`.
 */
interface Target {
  /** Logical name. */
  table: string;
  /** The navigation to the record. */
  navigation: string;
  /** The navigation back, from the record to all that look at it. */
  collection: string;
}

/** One state of a record with the status reasons that belong to it; the first is the default when only the state is sent. */
export interface State {
  value: number;
  name: string;
  statuses: Readonly<Record<string, number>>;
}

/** A Dataverse table: its entity set, key, columns and states. */
export interface Entity {
  /** Entity set name, the segment after `/api/data/v9.2/`. */
  set: string;
  displayName: string;
  /** Logical name of the primary key column. */
  key: string;
  /** Logical name of the column that names a record in a lookup. */
  primaryName: string;
  /** A second unique key, usable as `set(column='value')`. */
  alternateKey?: string;
  /** The storage table, and what row keys start with where several kinds of record share one table. */
  stored: { table: string; prefix: string };
  states: readonly State[];
  columns: Readonly<Record<string, Column>>;
  /** Ids that hold a time are made by the service alone, so that the time can be relied on. */
  timedIds?: true;
  /** Records that every store has from the beginning. */
  builtIn?: readonly Row[];
  /** Whether any of its records has changed can be asked with little effort (`RecordStore.stamp`). */
  watched?: true;
  /** There are no others than those. */
  closed?: true;
}

/** Edm type of a column's OData property. */
export function edmType(column: Column): string {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return 'Edm.Guid';
    case 'string':
    case 'memo':
      return 'Edm.String';
    case 'integer':
    case 'choice':
      return 'Edm.Int32';
    case 'decimal':
      return 'Edm.Decimal';
    case 'boolean':
      return 'Edm.Boolean';
    case 'datetime':
      return 'Edm.DateTimeOffset';
  }
}

/** The OData property that holds a column's value: the logical name, or `_name_value` for a lookup. */
export function propertyOf(logicalName: string, column: Column): string {
  return column.kind === 'lookup' ? `_${logicalName}_value` : logicalName;
}

/** Any value a column can hold. Date and time are ISO 8601 in UTC, lookups and keys are lower-case GUIDs. */
export type Scalar = string | number | boolean | null;

/** A record of any table: its properties named as in the Web API. */
export type Row = { readonly [property: string]: Scalar | undefined };

type ValueOf<C extends Column> = C extends { kind: 'integer' | 'decimal' | 'choice' }
  ? number
  : C extends { kind: 'boolean' }
    ? boolean
    : string;

type PropertyName<N extends string, C extends Column> = C extends { kind: 'lookup' } ? `_${N}_value` : N;

/** The record type that follows from a table's columns. A column without a value is absent or null. */
export type RecordOf<E extends Entity> = {
  [N in keyof E['columns'] & string as PropertyName<N, E['columns'][N]>]?: ValueOf<E['columns'][N]> | null;
};
