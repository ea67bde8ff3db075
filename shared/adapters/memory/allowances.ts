import { afterUse, allowanceOf, waitFor } from '../../domain/allowance';
import type { Limited } from '../../model/costs';
import type { Allowances } from '../../ports/allowances';

/** Callers beyond which those are forgotten who have everything back. */
const remembered = 10_000;

/**
 * Allowances in this process's memory: each instance of the app gives its own, and a restart gives them anew. `perMinute` of 0
 * is no limit.
 */
export function memoryAllowances(perMinute: Readonly<Record<Limited, number>>, now: () => number): Allowances {
  const full = new Map<string, number>();

  const forget = () => {
    for (const [key, at] of full) if (at <= now()) full.delete(key);
  };

  return {
    wait: (what, caller) =>
      perMinute[what] === 0 ? 0 : waitFor(full.get(`${what} ${caller}`) ?? 0, now(), allowanceOf(perMinute[what])),
    take: (what, caller, units) => {
      if (perMinute[what] === 0) return;
      const key = `${what} ${caller}`;
      full.set(key, afterUse(full.get(key) ?? 0, now(), allowanceOf(perMinute[what]), units));
      if (full.size > remembered) forget();
    },
  };
}
