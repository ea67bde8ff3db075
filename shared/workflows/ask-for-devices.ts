import { forecast, unaffected } from '../domain/forecast';
import type { Forecasts } from '../domain/forecast';
import { idsIn, mostIdsInJob } from '../domain/id-list';
import type { DeviceAction } from '../domain/registration';
import { findDevices } from './register-devices';
import { startDeviceJob } from './start-device-job';
import type { JobDeps } from './start-device-job';

/**
 * Asks for something for a list of devices (ids of their records), or says what would happen: then nothing is written.
 * Nothing is done when the list is malformed or one of them does not exist.
 */
export async function askForDevices(
  action: DeviceAction,
  { IoTDeviceIds, DryRun }: { IoTDeviceIds: string; DryRun: boolean | null },
  deps: JobDeps,
): Promise<Forecasts> {
  const ids = idsIn('IoTDeviceIds', IoTDeviceIds, mostIdsInJob).map(({ id }) => id);
  const devices = await findDevices(ids, deps.records);
  const now = deps.now();
  const outcomes = devices.map(({ row }) => forecast(action, row, now, deps.registrationTimeout));
  const affected = outcomes.filter(({ Outcome }) => Outcome !== unaffected).length;
  const job = DryRun ? undefined : await startDeviceJob(action, devices, deps);
  return {
    ccs_devicejobid: job ?? null,
    Devices: devices.length,
    Affected: affected,
    Outcomes: DryRun ? outcomes : [],
  };
}
