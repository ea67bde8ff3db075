/**
 * Milliseconds between two requests, so that there are never more than `perMinute` in any minute. One less is counted on:
 * a request that goes out a little late then does not make one too many with those that follow.
 */
export function spacingOf(perMinute: number): number {
  return Math.ceil(60_000 / Math.max(1, perMinute - 1));
}

/** When the next request may go out, after the one that was given `last`. Milliseconds since 1970. */
export function nextSlot(last: number | undefined, now: number, spacing: number): number {
  return last === undefined ? now : Math.max(now, last + spacing);
}
