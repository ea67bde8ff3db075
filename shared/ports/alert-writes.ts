import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import type { RecordStore, Stored } from './record-store';

/** An alert that is ready to be written: a whole record with its id. What settles it is for the adapter to know. */
export interface PreparedAlert {
  row: Row;
  readonly settling?: unknown;
}

/** Alerts that are written in one go; each device behind them is read once. */
export interface AlertBatch {
  /**
   * Gives an alert its id and its group. The row is a checked record, without a primary key unless the caller chose one.
   * Writes nothing.
   */
  prepare(row: Row): Promise<PreparedAlert>;
  /** Writes alerts, in this order; the answer is the records as they became. Throws `already-exists` for an id in use. */
  settle(alerts: readonly PreparedAlert[]): Promise<Stored[]>;
}

/**
 * How alerts, and changes of alerts, cases and work orders, are written: together with the state of the alerts' groups,
 * so that duplicates keep finding their parent. The rows are whole, checked records.
 */
export interface AlertWrites {
  /** Devices are looked for in `records`, which may know of some that are about to be written. */
  open(records?: RecordStore): AlertBatch;
  /**
   * Creates many alerts that are nothing but alerts: checked records without an id, a primary alert or a state of their own.
   * Answers their ids, in order. With a `request`, repeating it adds nothing and answers the same ids.
   */
  post?(rows: readonly Row[], request?: { key: string; body: string }): Promise<string[]>;
  /**
   * Puts `row` in place of `old` if that still has this ETag; `as-counted`, only if no duplicate was added to `old` either,
   * of which its ETag in storage knows nothing.
   */
  revise(
    entity: EntityName,
    old: Row,
    row: Row,
    etag: string,
    how?: 'as-counted',
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' } | { kind: 'exists'; property: string }>;
}
