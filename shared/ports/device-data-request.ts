/** Devices whose data is to be pulled from the hub, by the ids of their records. */
export interface DeviceDataRequest {
  /** Tells requests apart; the same when one comes again. */
  request: string;
  /** Milliseconds since 1970. */
  requested: number;
  /** At most `pulledAtOnce`. */
  devices: readonly string[];
  /** The note that goes with it: which one, and its time in milliseconds. */
  note: string;
  since: number;
}

/** How many devices one request may name. */
export const pulledAtOnce = 100;
