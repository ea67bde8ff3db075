import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Gives turns, so many a second; each caller waits for the next one. For this process alone, which is enough where the hub
 * allows dozens of requests a second: the `Pace` that all instances share costs two requests to the storage a turn, and is
 * for the registry, of which there are a hundred a minute.
 */
export function throttle(perSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const turn = Math.max(now, next);
    next = turn + 1000 / perSecond;
    // Timers are no finer than a millisecond or so: small debts are forgiven.
    if (turn - now > 5) await sleep(turn - now);
  };
}
