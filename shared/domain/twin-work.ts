import { guidOf } from './field-values';
import { isObject } from './json-values';

/** A message of the queue of twins; undefined when it is none. */
export function readTwinWork(message: unknown): { device: string; since: number } | undefined {
  if (!isObject(message)) return undefined;
  const device = guidOf(message['device']);
  const { since } = message;
  return device !== undefined && typeof since === 'number' ? { device, since } : undefined;
}
