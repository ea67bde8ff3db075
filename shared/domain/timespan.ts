import { ServiceError } from './errors';

/** The limits, in seconds, between which a time window may be asked for. */
export interface Timespan {
  min: number;
  max: number;
}

/** Refuses a window outside the limits that the service is set up with. */
export function checkTimespan(seconds: number, { min, max }: Timespan): void {
  if (seconds >= min && seconds <= max) return;
  throw new ServiceError('invalid-value', `TimespanSeconds must be from ${min} to ${max}; got ${seconds}.`);
}
