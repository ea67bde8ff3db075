import { guidOf } from './field-values';
import { isObject } from './json-values';

interface DataRequest {
  request: string;
  requested: number;
  devices: readonly string[];
  note: string;
  since: number;
}

/** A message of the queue of requests for device data; undefined when it is none. */
export function readDataRequest(message: unknown): DataRequest | undefined {
  if (!isObject(message)) return undefined;
  const { request, requested, devices, note, since } = message;
  if (typeof request !== 'string' || typeof note !== 'string') return undefined;
  if (typeof requested !== 'number' || typeof since !== 'number' || !Array.isArray(devices)) return undefined;
  const ids = devices.flatMap((device: unknown) => guidOf(device) ?? []);
  return ids.length === devices.length ? { request, requested, devices: ids, note, since } : undefined;
}
