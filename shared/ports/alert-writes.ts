import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';

/**
 * How alerts, and changes of alerts, cases and work orders, are written: together with the state of the alerts' groups,
 * so that duplicates keep finding their parent. The rows are whole, checked records.
 */
export interface AlertWrites {
  /** Creates an alert. The row has no primary key unless the caller chose one; the answer is the record as it became. */
  create(row: Row): Promise<{ kind: 'inserted'; row: Row; etag: string } | { kind: 'exists'; property: string }>;
  /** Puts `row` in place of `old` if that still has this ETag. */
  revise(
    entity: EntityName,
    old: Row,
    row: Row,
    etag: string,
  ): Promise<{ kind: 'replaced'; etag: string } | { kind: 'changed' } | { kind: 'exists'; property: string }>;
}
