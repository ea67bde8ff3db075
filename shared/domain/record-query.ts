import type { Column, Row, Scalar } from '../model/edm';
import type { EntityName } from '../model/entities';
import { propertiesOf } from '../model/properties';

/** A question for records of one table. */
export interface RecordQuery {
  entity: EntityName;
  /** Conditions that storage can look for. */
  equals: Readonly<Record<string, Scalar>>;
  /** Spans of texts and times that storage can look for. */
  between?: Readonly<Record<string, Span>>;
  /** Values of which a property has one, that storage can look for. */
  among?: Among;
  /** The whole condition, when `equals`, `between` and `among` do not say it all. */
  matches?: RowTest;
  /** The properties that are needed of each record, those of `matches` and `order` included; all when absent. */
  properties?: readonly string[];
  /** Computed properties that `matches` and `order` look at. */
  computed?: readonly string[];
  /** Empty: newest first. */
  order: readonly Order[];
  /** At most this many records. */
  limit: number;
  /** Whether to look for a next page; without it, `limit` is all that the caller wants. */
  paged: boolean;
  /** Where the last page ended: at a record, or after so many records of a sorted result. */
  after?: Position;
  /** Whether to count all records that match. */
  count: boolean;
}

/** A condition that only the record itself can answer, and the properties that it looks at. */
export interface RowTest {
  looksAt: readonly string[];
  holds(row: Row): boolean;
}

/** A property that has one of these values (not null). */
export interface Among {
  property: string;
  values: readonly Scalar[];
}

/** Texts from `from` up to, but not including, `to`, by code units. Times are ISO 8601 with milliseconds, so that this is their order. */
export interface Span {
  from?: string;
  to?: string;
}

export interface Order {
  property: string;
  descending: boolean;
}

export type Position = { kind: 'record'; id: string } | { kind: 'rank'; rank: number };

/** Whether a text or time lies in a span; no value lies in none. */
export function isWithin({ from, to }: Span, value: Scalar | undefined): boolean {
  return typeof value === 'string' && (from === undefined || value >= from) && (to === undefined || value < to);
}

/** Whether a property has one of the values; no condition is always met. */
export function isAmong(among: Among | undefined, row: Row): boolean {
  return among === undefined || among.values.includes(row[among.property] ?? null);
}

/** A value in a form that `<` and `===` compare rightly: times as milliseconds, everything else as it is. */
export function comparable(column: Column, value: Scalar | undefined): Scalar {
  if (value === undefined || value === null) return null;
  return column.kind === 'datetime' ? Date.parse(String(value)) : value;
}

/** Orders rows by several properties; no value comes before every value. Equal rows keep their order. */
export function byOrder(name: EntityName, order: readonly Order[]): (a: Row, b: Row) => number {
  const columns = order.map(({ property, descending }) => ({
    property,
    column: propertiesOf(name).get(property)!.column,
    sign: descending ? -1 : 1,
  }));
  return (a, b) => {
    for (const { property, column, sign } of columns) {
      const [left, right] = [comparable(column, a[property]), comparable(column, b[property])];
      if (left === right) continue;
      if (left === null) return -sign;
      if (right === null) return sign;
      return left < right ? -sign : sign;
    }
    return 0;
  };
}
