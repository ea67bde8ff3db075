import { identityOfRecord } from '../domain/fold';
import type { Row } from '../model/edm';
import type { RecordStore } from '../ports/record-store';

/** Of so few devices, the store passes over what is not theirs. */
const fewDevices = 50;

const looksAt = ['msdyn_deviceid', 'msdyn_alerttoken', 'ccs_readingtype', 'ccs_ruleoutput'];

/** The ids of the newest alerts with these identities, all of these devices. Those that were deleted since are missing. */
export async function idsOfRepeated(
  identities: Iterable<string>,
  deviceIds: ReadonlySet<string>,
  records: RecordStore,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const open = new Set(identities);
  const request = {
    matches: { looksAt, holds: (row: Row) => open.has(identityOfRecord(row) ?? '') },
    properties: looksAt,
    ...(deviceIds.size <= fewDevices && { among: { property: 'msdyn_deviceid', values: [...deviceIds] } }),
  };
  let after: string | undefined;
  while (open.size > 0) {
    const page = await records.list('msdyn_iotalert', {
      ...request,
      limit: open.size,
      ...(after !== undefined && { after }),
    });
    for (const { row } of page.records) {
      const identity = identityOfRecord(row)!;
      if (open.delete(identity)) ids.set(identity, String(row['msdyn_iotalertid']));
    }
    if (page.next === undefined) break;
    after = page.next;
  }
  return ids;
}
