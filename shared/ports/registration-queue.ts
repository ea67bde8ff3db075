/** Devices to register together, by the ids of their records. */
export interface RegistrationRequest {
  /** At most `devicesAtOnce`. */
  devices: readonly string[];
  /** Time of the call in milliseconds. */
  requestedOn: number;
}

/** How many devices one request may name: what the hub registers in one bulk operation. */
export const devicesAtOnce = 100;

/** Where requests for registration wait until the hub's side takes them. */
export interface RegistrationQueue {
  /** Resolves when the request is kept. Throws `queue-unreachable` when it is not known to be. */
  add(request: RegistrationRequest): Promise<void>;
}
