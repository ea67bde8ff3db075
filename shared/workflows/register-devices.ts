import { ServiceError } from '../domain/errors';
import type { RecordStore, Stored } from '../ports/record-store';
import { startDeviceJob } from './start-device-job';
import type { JobDeps } from './start-device-job';

export type RegisterDeps = JobDeps;

/** Asks for the registration of devices, by the ids of their records; answers the id of the job, if there is anything to do. */
export async function registerDevices(ids: readonly string[], deps: RegisterDeps): Promise<string | undefined> {
  return startDeviceJob('Register', await findDevices(ids, deps.records), deps);
}

/** The devices with these record ids; refused with `not-found` when one does not exist. */
export async function findDevices(ids: readonly string[], records: RecordStore): Promise<Stored[]> {
  const found = await records.getMany('msdyn_iotdevice', ids);
  const missing = ids.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) {
    const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
    const names = missing.slice(0, 5).map((id) => `msdyn_iotdevices(${id})`);
    const verb = missing.length === 1 ? 'does' : 'do';
    throw new ServiceError('not-found', `${names.join(', ')}${more} ${verb} not exist. Nothing was done.`);
  }
  return found.map((device) => device!);
}
