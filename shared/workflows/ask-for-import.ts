import { newImport, newJob } from '../domain/device-job';
import { ServiceError } from '../domain/errors';
import { unaffected } from '../domain/forecast';
import type { Forecast, Forecasts } from '../domain/forecast';
import { mostIdsInJob } from '../domain/id-list';
import { broughtUpToDate, whyNotImported } from '../domain/imported-device';
import type { DeviceRegistry, Identity } from '../ports/device-registry';
import { pageOfImport } from './import-identities';
import { inTurns } from './in-turns';
import { tellOf, writeJob } from './start-device-job';
import type { JobDeps } from './start-device-job';

export interface ImportDeps extends JobDeps {
  hub: DeviceRegistry;
}

/** What a dry run asks the hub for at most, so that it ends in time. */
const mostInDryRun = 10_000;
const inOneQuery = 100;
const atOnce = 16;

/** Begins to bring in identities of the hub, those listed or all, or says what would happen. */
export async function askForImport(
  { DeviceIds, DryRun }: { DeviceIds: string | null; DryRun: boolean | null },
  deps: ImportDeps,
): Promise<Forecasts> {
  const ids = DeviceIds === null ? undefined : deviceIdsIn(DeviceIds);
  if (DryRun) return forecastImport(ids, deps);
  const at = { now: deps.now(), unique: deps.unique(), by: deps.by };
  const { job, batches } = ids ? newJob('Import', ids, at) : newImport(at);
  await writeJob(job, batches, deps);
  await tellOf(job, batches, deps);
  const count = ids?.length ?? 0;
  return { ccs_devicejobid: job.ccs_devicejobid!, Devices: count, Affected: count, Outcomes: [] };
}

function deviceIdsIn(text: string): string[] {
  const ids = new Set(text.split(',').flatMap((member) => member.trim() || []));
  if (ids.size === 0) {
    throw new ServiceError(
      'invalid-value',
      'DeviceIds names no device. Send Device IDs, separated by commas, or leave it out to import all.',
    );
  }
  if (ids.size > mostIdsInJob) {
    throw new ServiceError('limit-exceeded', `DeviceIds has ${ids.size} ids; at most ${mostIdsInJob} are allowed.`);
  }
  for (const deviceId of ids) {
    const problem = whyNotImported({ deviceId });
    if (problem) throw new ServiceError('invalid-value', `DeviceIds holds ${problem} Nothing was done.`);
  }
  return [...ids];
}

async function forecastImport(
  ids: readonly string[] | undefined,
  { hub, records, now }: ImportDeps,
): Promise<Forecasts> {
  const found = ids ? await listed(ids, hub) : await all(hub);
  const missing = ids?.filter((id) => !found.some(({ deviceId }) => deviceId === id)) ?? [];
  const outcomes: Forecast[] = [];
  await inTurns(found, atOnce, async (identity, index) => {
    const { deviceId } = identity;
    const stored = await records.getByAlternateKey('msdyn_iotdevice', deviceId);
    const id = stored ? String(stored.row['msdyn_iotdeviceid']) : null;
    outcomes[index] = { IoTDeviceId: id, DeviceId: deviceId, ...words(identity, stored?.row, now()) };
  });
  for (const id of missing) {
    outcomes.push({ IoTDeviceId: null, DeviceId: id, Outcome: 'Failed', Reason: 'The IoT Hub does not have it.' });
  }
  const affected = outcomes.filter(({ Outcome }) => Outcome !== unaffected && Outcome !== 'Failed').length;
  return { ccs_devicejobid: null, Devices: outcomes.length, Affected: affected, Outcomes: outcomes };
}

function words(identity: Identity, row: object | undefined, now: number): Pick<Forecast, 'Outcome' | 'Reason'> {
  const problem = whyNotImported(identity);
  if (problem) return { Outcome: 'Failed', Reason: problem };
  if (!row) return { Outcome: 'Created', Reason: 'It has no record.' };
  const columns = Object.keys(broughtUpToDate(row, identity, now));
  return columns.length === 0
    ? { Outcome: unaffected, Reason: 'Its record is up to date.' }
    : { Outcome: 'Updated', Reason: `The IoT Hub knows better: ${columns.join(', ')}.` };
}

async function listed(ids: readonly string[], hub: DeviceRegistry): Promise<Identity[]> {
  const found: Identity[] = [];
  for (let from = 0; from < ids.length; from += inOneQuery) {
    found.push(...(await hub.find(ids.slice(from, from + inOneQuery))));
  }
  return found;
}

async function all(hub: DeviceRegistry): Promise<Identity[]> {
  const found: Identity[] = [];
  for (let after: string | null = null; ;) {
    const page = await hub.page(pageOfImport, after);
    found.push(...page.identities);
    if (page.next === null) return found;
    if (found.length >= mostInDryRun) {
      throw new ServiceError(
        'limit-exceeded',
        `The IoT Hub has more than ${mostInDryRun} devices. Name some in DeviceIds, or import without a dry run.`,
      );
    }
    after = page.next;
  }
}
