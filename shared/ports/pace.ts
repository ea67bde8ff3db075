/** Keeps requests to somebody apart, whoever makes them: all instances of the app, and those after a restart. */
export interface Pace {
  /** Gives the caller the next free moment (milliseconds since 1970, now or later), which nobody else gets. */
  reserve(now: number, spacing: number): Promise<number>;
}
