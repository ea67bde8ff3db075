import { makeId, shardOf } from '../../shared/domain/ids';
import { entity } from '../../shared/model/entities';
import type { AlertWrites } from '../../shared/ports/alert-writes';
import type { RecordStore } from '../../shared/ports/record-store';

/** Writes alerts as ordinary records, without grouping them: each stays a parent of its own. */
export function plainAlertWrites(records: RecordStore): AlertWrites {
  return {
    create: async (row) => {
      const { key } = entity('msdyn_iotalert');
      const seed = JSON.stringify(row);
      const id = row[key] ?? makeId({ time: Date.parse(String(row.createdon)), shard: shardOf(seed), seed });
      const whole = { ...row, [key]: id };
      const result = await records.insert('msdyn_iotalert', whole);
      return result.kind === 'inserted' ? { ...result, row: whole } : result;
    },
    revise: async (name, _old, row, etag) => records.replace(name, row, etag),
  };
}
