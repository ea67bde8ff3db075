import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import { replaceRecord } from './record-changes';
import type { WriteDeps } from './record-changes';
import { contested, writeAttempts } from './write-condition';
import { modifiedBy } from '../domain/stamps';

/**
 * Sets columns of a record, decided on the record as it is by then: `change` is asked again when somebody else wrote
 * first, and answers undefined when there is nothing to change. Alerts stay in step with their groups, which devices do not have:
 * those have `reviseDevices`. Answers the
 * record, or undefined when there is none.
 */
export async function reviseRecord(
  name: EntityName,
  id: string,
  change: (row: Row) => Row | undefined,
  deps: WriteDeps,
): Promise<Row | undefined> {
  for (let attempt = 0; attempt < writeAttempts; attempt += 1) {
    const old = await deps.records.get(name, id);
    const columns = old && change(old.row);
    if (!old || !columns) return old?.row;
    const row = { ...old.row, ...modifiedBy(new Date(deps.now()).toISOString(), deps.by), ...columns };
    if ((await replaceRecord(name, old, row, deps)).kind === 'replaced') return row;
  }
  throw contested({ entity: name, by: 'id', id });
}
