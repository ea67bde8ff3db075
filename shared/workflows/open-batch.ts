import { jobState } from '../model/choices';
import { actionOf, devicesOf } from '../domain/device-job';
import type { DeviceJob, DeviceJobBatch } from '../model/entities';
import type { RecordStore, Stored } from '../ports/record-store';

/** A batch that is to be done, with its job and the records of its devices. */
export interface OpenBatch {
  job: DeviceJob;
  batch: DeviceJobBatch;
  devices: Stored[];
  /** Those that have no record any more. */
  gone: string[];
}

/** Undefined when the batch is done, or not there (any more). */
export async function openBatch(id: string, records: RecordStore): Promise<OpenBatch | undefined> {
  const batch: DeviceJobBatch | undefined = (await records.get('ccs_devicejobbatch', id))?.row;
  if (!batch || batch.statecode === jobState.Inactive || !batch._ccs_devicejob_value) return undefined;
  const job: DeviceJob | undefined = (await records.get('ccs_devicejob', batch._ccs_devicejob_value))?.row;
  if (!job) return undefined;
  if (actionOf(job) === 'Import') return { job, batch, devices: [], gone: [] };
  const ids = devicesOf(batch);
  const found = await records.getMany('msdyn_iotdevice', ids);
  const devices = found.filter((stored) => stored !== undefined);
  return { job, batch, devices, gone: ids.filter((_, index) => found[index] === undefined) };
}
