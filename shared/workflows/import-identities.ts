import type { BatchFigures } from '../domain/batch-progress';
import { devicesOf, newBatch } from '../domain/device-job';
import { broughtUpToDate, leftOut, newDevice, whyNotImported } from '../domain/imported-device';
import type { DeviceJobBatch } from '../model/entities';
import { placeInId } from '../domain/ids';
import { isSynced } from '../domain/twin-sync';
import type { DeviceRegistry, Identity } from '../ports/device-registry';
import type { RecordStore, Stored } from '../ports/record-store';
import type { Followers } from './followers';
import { inTurns } from './in-turns';
import type { OpenBatch } from './open-batch';
import { modifiedBy } from '../domain/stamps';

interface Deps {
  hub: DeviceRegistry;
  records: RecordStore;
  followers: Followers;
  now(): number;
}

/** Queries are scarcer than other requests: 20 a minute in the smallest tiers. */
export const pageOfImport = 500;
const atOnce = 16;
const attempts = 50;

/** Brings the identities of a batch in: those it lists, or a page of all; then `next` is the batch of the page after. */
export async function importBatch(
  { job, batch }: OpenBatch,
  deps: Deps,
): Promise<{ figures: BatchFigures; next?: DeviceJobBatch }> {
  if (batch.ccs_devices != null) {
    const ids = devicesOf(batch);
    const found = await deps.hub.find(ids);
    const known = new Set(found.map(({ deviceId }) => deviceId));
    const missing = ids.filter((id) => !known.has(id)).map((id) => `'${id}': the IoT Hub does not have it.`);
    const lines = [...missing, ...(await bringIn(found, job.ccs_devicejobid!, deps))];
    return { figures: { finished: ids.length, failed: missing.length, lines } };
  }
  const page = await deps.hub.page(pageOfImport, batch.ccs_continuation ?? null);
  const refused = page.identities.filter((identity) => whyNotImported(identity) !== undefined);
  const lines = await bringIn(page.identities, job.ccs_devicejobid!, deps);
  const figures = { finished: page.identities.length, failed: refused.length, lines };
  if (page.next === null) return { figures };
  return { figures, next: newBatch(job, batch.ccs_number! + 1, { continuation: page.next }, deps.now()) };
}

/** Answers what could not be taken, a line each. */
async function bringIn(identities: readonly Identity[], job: string, deps: Deps): Promise<string[]> {
  const lines: string[] = [];
  await inTurns(identities, atOnce, async (identity) => {
    const problem = whyNotImported(identity);
    if (problem) lines.push(problem);
    else {
      lines.push(...leftOut(identity));
      await takeIn(identity, job, deps);
    }
  });
  return lines.toSorted();
}

async function takeIn(identity: Identity, job: string, { records, followers, now }: Deps): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const stored = await records.getByAlternateKey('msdyn_iotdevice', identity.deviceId);
    if (!stored) {
      // The id follows from the job and the Device ID: a repeated batch meets its own records.
      const row = { ...newDevice(identity, placeInId(job)!.time), createdon: new Date(now()).toISOString() };
      if ((await records.insert('msdyn_iotdevice', row)).kind === 'exists') continue;
      const set = { msdyn_deviceid: identity.deviceId };
      await followers.follow([{ entity: 'msdyn_iotdevice', id: row.msdyn_iotdeviceid!, after: row, set }]);
      return;
    }
    const columns = broughtUpToDate(stored.row, identity, now());
    if (Object.keys(columns).length === 0) return;
    const row = { ...stored.row, ...columns, ...modifiedBy(new Date(now()).toISOString()) };
    const change = { entity: 'msdyn_iotdevice', id: idOf(stored), before: stored.row, after: row, set: {} } as const;
    // What people entered belongs in the twin, which may not have it.
    const followed = isSynced(row) ? [] : [change];
    await followers.announce(followed);
    if ((await records.replace('msdyn_iotdevice', row, stored.etag)).kind !== 'replaced') continue;
    await followers.follow(followed);
    return;
  }
  throw new Error(`The device '${identity.deviceId}' is changed by too many at once.`);
}

const idOf = ({ row }: Stored) => String(row['msdyn_iotdeviceid']);
