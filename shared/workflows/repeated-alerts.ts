import { identityOfRecord } from '../domain/fold';
import type { Row } from '../model/edm';
import type { RecordStore } from '../ports/record-store';
import type { DeviceView } from './device-directory';
import { settleAlerts } from './settle-alerts';
import type { Batch, SettleDeps } from './settle-alerts';

type Posted = Batch['arrivals'][number];

/** The ids of the alerts that these repeat, by the index of the target. Whose alert was deleted since is created anew. */
export async function idsOfRepeats(
  repeats: readonly Posted[],
  devices: DeviceView,
  deps: SettleDeps & { records: RecordStore },
): Promise<Map<number, string>> {
  const deviceIds = new Set(repeats.map(({ alert }) => alert.deviceId));
  const gone = new Map(repeats.map((arrival) => [arrival.identity!, arrival]));
  const found = await idsByIdentity(gone.keys(), deviceIds, deps.records);
  for (const identity of found.keys()) gone.delete(identity);
  const anew = [...gone.values()].map((arrival) => ({ ...arrival, identity: null }));
  const { ids } = await settleAlerts({ arrivals: anew }, devices, deps);
  for (const [identity, { target }] of gone) found.set(identity, ids.get(target!.index)!);
  return new Map(repeats.map(({ identity, target }) => [target!.index, found.get(identity!)!]));
}

/** Of so few devices, the store passes over what is not theirs. */
const fewDevices = 50;

const looksAt = ['msdyn_deviceid', 'msdyn_alerttoken', 'ccs_readingtype', 'ccs_ruleoutput'];

/** The ids of the newest alerts with these identities, all of these devices. Those that were deleted since are missing. */
async function idsByIdentity(
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
      // Exactly those that are left: for one more, the store would look on to its end.
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
