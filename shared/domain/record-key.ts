import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';

/** What names one record: its id, or the value of its table's alternate key. */
export type RecordKey = { entity: EntityName } & ({ by: 'id'; id: string } | { by: 'alternate-key'; value: string });

/** The record as a message names it, e.g. `accounts(…)`. */
export function describeKey(key: RecordKey): string {
  const { set, alternateKey } = entity(key.entity);
  return key.by === 'id' ? `${set}(${key.id})` : `${set}(${alternateKey ?? ''}='${key.value}')`;
}
