import { guidOf } from './field-values';
import { isObject } from './json-values';

/** A message of the queue of commands; undefined when it is none. */
export function readCommandWork(message: unknown): { command: string; since: number } | undefined {
  if (!isObject(message)) return undefined;
  const command = guidOf(message['command']);
  const { since } = message;
  return command !== undefined && typeof since === 'number' ? { command, since } : undefined;
}
