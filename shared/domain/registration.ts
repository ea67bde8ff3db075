import { registrationStatus } from '../model/choices';
import type { Device } from '../model/entities';

/** A request that was not finished after this time, in milliseconds, was lost, and may be made again. */
const registrationTimeout = 600_000;

/** What a request for registration means for a device as it is now. */
export type Request =
  | { kind: 'start'; reason: 'not-registered' | 'timed-out' }
  | { kind: 'again'; reason: 'registered' }
  | { kind: 'wait'; reason: 'in-progress' };

/**
 * Decides what to do when a device's registration is asked for: a registered one stays so and is only looked after again,
 * one in progress is left alone while its request is young.
 */
export function request(
  { msdyn_registrationstatus: status, ccs_registrationrequestedon: on }: Device,
  now: number,
): Request {
  if (status === registrationStatus.Registered) return { kind: 'again', reason: 'registered' };
  if (status !== registrationStatus['In Progress']) return { kind: 'start', reason: 'not-registered' };
  const age = now - Date.parse(on ?? '');
  return age < registrationTimeout ? { kind: 'wait', reason: 'in-progress' } : { kind: 'start', reason: 'timed-out' };
}

/** Columns of a device whose registration begins. */
export function inProgress(now: number): Device {
  return {
    msdyn_registrationstatus: registrationStatus['In Progress'],
    msdyn_registrationmessage: null,
    ccs_registrationrequestedon: new Date(now).toISOString(),
  };
}

/** Columns of a device whose request could not be handed on. */
export function notHandedOn(): Device {
  return {
    msdyn_registrationstatus: registrationStatus.Error,
    msdyn_registrationmessage:
      'The request could not be queued: the storage queue cannot be reached. Register the device again.',
  };
}
