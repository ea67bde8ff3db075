import { makeId, shardOf } from '../../shared/domain/ids';
import { entity } from '../../shared/model/entities';
import type { AlertWrites } from '../../shared/ports/alert-writes';
import type { RecordStore } from '../../shared/ports/record-store';
import { inUse } from '../../shared/workflows/record-changes';

/** Writes alerts as ordinary records, without grouping them: each stays a parent of its own. */
export function plainAlertWrites(records: RecordStore): AlertWrites {
  let made = 0;
  return {
    open: () => ({
      prepare: async (row) => {
        const { key } = entity('msdyn_iotalert');
        const seed = `${JSON.stringify(row)} ${(made += 1)}`;
        const id = row[key] ?? makeId({ time: Date.parse(String(row.createdon)), shard: shardOf(seed), seed });
        return { row: { ...row, [key]: id } };
      },
      settle: async (alerts) =>
        Promise.all(
          alerts.map(async ({ row }) => {
            const result = await records.insert('msdyn_iotalert', row);
            if (result.kind === 'exists') throw inUse('msdyn_iotalert', result.property, row);
            return { row, etag: result.etag };
          }),
        ),
    }),
    revise: async (name, _old, row, etag) => records.replace(name, row, etag),
  };
}
