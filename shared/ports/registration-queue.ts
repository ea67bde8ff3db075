import type { WorkQueue } from './work-queue';

/** Devices to register together, by the ids of their records. */
export interface RegistrationRequest {
  /** At most `devicesAtOnce`. */
  devices: readonly string[];
  /** Time of the call, as the Web API writes it. */
  requestedOn: string;
}

/** How many devices one request may name: what the hub registers in one bulk operation. */
export const devicesAtOnce = 100;

/** Where requests for registration wait until the hub's side takes them. */
export type RegistrationQueue = WorkQueue<RegistrationRequest>;
