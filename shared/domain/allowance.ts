/** How much of something a caller may use: so much at once, and afterwards as it comes back, evenly over a minute. */
export interface Allowance {
  /** Milliseconds in which one unit comes back. */
  spacing: number;
  /** Units at once. */
  burst: number;
}

/** A minute's worth at once, and then so much a minute. */
export function allowanceOf(perMinute: number): Allowance {
  return { spacing: 60_000 / perMinute, burst: perMinute };
}

/**
 * Milliseconds until something may be used again, 0 when there is some left now. `full` is the moment at which everything will
 * have come back (milliseconds since 1970), which is all there is to remember.
 */
export function waitFor(full: number, now: number, { spacing, burst }: Allowance): number {
  return Math.max(0, full - now - (burst - 1) * spacing);
}

/** `full` after units were used; more than there are is a debt, so that what is large can be done, and is paid for later. */
export function afterUse(full: number, now: number, { spacing }: Allowance, units: number): number {
  return Math.max(full, now) + units * spacing;
}
