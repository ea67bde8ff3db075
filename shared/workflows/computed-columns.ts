import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { computedIn } from '../model/properties';
import type { RecordStore, Stored } from '../ports/record-store';
import { alertsOfAssets, registrationsOfAssets } from './asset-rollups';

/** What reading needs. */
export interface ReadDeps {
  records: RecordStore;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Columns that are computed together, for many records at once; the answer is by the records' ids. */
interface Computation {
  columns: readonly string[];
  compute(found: readonly Stored[], deps: ReadDeps): Promise<Map<string, Row>>;
}

const computations: Partial<Record<EntityName, readonly Computation[]>> = {
  msdyn_customerasset: [
    {
      columns: ['msdyn_registrationstatus'],
      compute: async (found, { records, now }) => registrationsOfAssets(found, records, now()),
    },
    {
      columns: ['msdyn_alert', 'msdyn_alertcount', 'msdyn_lastalerttime'],
      compute: async (found, { records }) => alertsOfAssets(found, records),
    },
  ],
};

/**
 * The records with those of the wanted properties (all when absent) that are not stored but computed on read. The rows must
 * hold what they are computed from. ETags stay those of what is stored.
 */
export async function withComputed(
  name: EntityName,
  found: readonly Stored[],
  wanted: readonly string[] | undefined,
  deps: ReadDeps,
): Promise<Stored[]> {
  const needed = computedIn(name, wanted);
  if (needed.length === 0 || found.length === 0) return [...found];
  const due = (computations[name] ?? []).filter(({ columns }) => columns.some((column) => needed.includes(column)));
  const results = await Promise.all(due.map(async ({ compute }) => compute(found, deps)));
  return found.map((record) => {
    const id = String(record.row[entity(name).key]);
    return { ...record, row: Object.assign({ ...record.row }, ...results.map((columns) => columns.get(id))) as Row };
  });
}
