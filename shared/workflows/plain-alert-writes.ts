import { makeId, shardOf } from '../domain/ids';
import { entity } from '../model/entities';
import type { AlertWrites } from '../ports/alert-writes';
import type { RecordStore } from '../ports/record-store';

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
