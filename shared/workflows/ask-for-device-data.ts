import { ServiceError } from '../domain/errors';
import type { Device } from '../model/entities';
import { pulledAtOnce } from '../ports/device-data-request';
import type { DeviceDataRequest } from '../ports/device-data-request';
import type { RecordStore } from '../ports/record-store';
import type { WorkQueue } from '../ports/work-queue';
import { findDevices } from './register-devices';

export interface AskForDataDeps {
  records: RecordStore;
  pulls: WorkQueue<DeviceDataRequest>;
  now(): number;
  unique(): string;
}

/**
 * Asks for the data of devices, by the ids of their records, to be pulled from the hub. Nothing is asked for unless all of
 * them exist and have a Device ID; nothing at all in a dry run.
 */
export async function askForDeviceData(
  ids: readonly string[],
  { dryRun }: { dryRun: boolean },
  { records, pulls, now, unique }: AskForDataDeps,
): Promise<void> {
  const devices: Device[] = (await findDevices(ids, records)).map(({ row }) => row);
  const nameless = devices.find((device) => !device.msdyn_deviceid);
  if (nameless) {
    throw new ServiceError(
      'conflict',
      `msdyn_iotdevices(${nameless.msdyn_iotdeviceid}) has no Device ID. Register it first (msdyn_RegisterIoTDevice). Nothing was done.`,
    );
  }
  if (dryRun) return;
  const [request, requested] = [unique(), now()];
  for (let from = 0; from < ids.length; from += pulledAtOnce) {
    await pulls.add({ request, requested, devices: ids.slice(from, from + pulledAtOnce) });
  }
}
