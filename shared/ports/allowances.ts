import type { Limited } from '../model/costs';

/** What each caller may still use. What one uses is not taken from another. */
export interface Allowances {
  /** Milliseconds until the caller may use something again; 0 when he may now. */
  wait(what: Limited, caller: string): number;
  /** Takes units of what the caller may use, more than there are if need be. */
  take(what: Limited, caller: string, units: number): void;
}
