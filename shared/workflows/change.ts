import type { RecordKey } from '../domain/record-key';
import type { EntityName } from '../model/entities';
import type { Stored } from '../ports/record-store';
import { createRecord } from './create-record';
import { deleteRecord } from './delete-record';
import type { RecordChanges, WriteDeps } from './record-changes';
import { updateRecord } from './update-record';
import type { WriteCondition } from './write-condition';

/** One thing that a caller wants written. */
export type Change =
  | { kind: 'create'; entity: EntityName; changes: RecordChanges }
  | { kind: 'update'; key: RecordKey; changes: RecordChanges; condition: WriteCondition }
  | { kind: 'delete'; key: RecordKey; condition: WriteCondition };

/** The record that a change leaves, and whether it made it; nothing after a deletion. */
export type Changed = (Stored & { created: boolean }) | undefined;

/** Makes a change, or throws why it cannot be made. */
export async function makeChange(change: Change, deps: WriteDeps): Promise<Changed> {
  switch (change.kind) {
    case 'create':
      return { ...(await createRecord(change.entity, change.changes, deps)), created: true };
    case 'update':
      return updateRecord(change.key, change.changes, change.condition, deps);
    case 'delete':
      await deleteRecord(change.key, change.condition, deps);
      return undefined;
  }
}

/** The table whose record is to change. */
export function tableOf(change: Change): EntityName {
  return change.kind === 'create' ? change.entity : change.key.entity;
}
