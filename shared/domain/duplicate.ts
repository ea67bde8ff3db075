import type { Row } from '../model/edm';
import { alertRow } from './alert-rows';
import type { DeviceFacts } from './device-facts';
import type { Arrival } from './fold';
import { explain } from './reasons';
import type { Step } from './steps';

/** A duplicate: everything its record is made of. Duplicates are many, so they are kept like this and not as records. */
export interface Duplicate {
  arrival: Arrival & { groupKey: string };
  /** Its primary alert. */
  under: string;
  device: Pick<DeviceFacts, 'id' | 'asset'> | undefined;
  /** When it was settled (ms). */
  created: number;
}

const reason = explain('within-window');

/** The record of a duplicate. */
export function duplicateRow({ arrival, under, device, created }: Duplicate): Row {
  return alertRow(arrival, device, reason, created, { _msdyn_parentalert_value: under });
}

/** What it changed in its group. */
export function stepOf({ arrival, under, device }: Duplicate): Step {
  const { id, groupKey, alert, identity } = arrival;
  return { groupKey, id, time: alert.time, identity, under, ...(!device && { waits: alert.deviceId }) };
}
