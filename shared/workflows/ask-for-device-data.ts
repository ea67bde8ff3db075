import { ServiceError } from '../domain/errors';
import { pullForecast } from '../domain/forecast';
import type { Forecast } from '../domain/forecast';
import type { Device } from '../model/entities';
import type { RecordStore } from '../ports/record-store';
import { requestData } from './data-requests';
import type { DataRequestDeps } from './data-requests';
import { findDevices } from './register-devices';

export interface AskForDataDeps extends DataRequestDeps {
  records: RecordStore;
  unique(): string;
}

/**
 * Asks for the data of devices, by the ids of their records, to be pulled from the hub. Nothing is asked for unless all of
 * them exist and have a Device ID.
 */
export async function askForDeviceData(ids: readonly string[], deps: AskForDataDeps): Promise<void> {
  const devices: Device[] = (await findDevices(ids, deps.records)).map(({ row }) => row);
  const nameless = devices.find((device) => !device.msdyn_deviceid);
  if (nameless) {
    throw new ServiceError(
      'conflict',
      `msdyn_iotdevices(${nameless.msdyn_iotdeviceid}) has no Device ID. Register it first (msdyn_RegisterIoTDevice). Nothing was done.`,
    );
  }
  await requestData(ids, { request: deps.unique(), requested: deps.now() }, deps);
}

/** What asking for it would mean for each device; devices that do not exist are refused as they are then. */
export async function foreseeDeviceData(
  ids: readonly string[],
  { records }: Pick<AskForDataDeps, 'records'>,
): Promise<{ Devices: number; Affected: number; Outcomes: Forecast[] }> {
  const outcomes = pullForecast((await findDevices(ids, records)).map(({ row }) => row));
  const affected = outcomes.filter(({ Outcome }) => Outcome === 'Pulled').length;
  return { Devices: outcomes.length, Affected: affected, Outcomes: outcomes };
}
