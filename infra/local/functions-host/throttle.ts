/** At most `maxConcurrent` requests run, at most `maxOutstanding` run or wait; -1 is no limit. */
export interface Throttle {
  /** Runs `work` when there is room. Undefined means refused. */
  run<T>(work: () => Promise<T>): Promise<T> | undefined;
}

export function createThrottle(maxConcurrent: number, maxOutstanding: number): Throttle {
  let running = 0;
  const waiting: (() => void)[] = [];

  async function admit<T>(work: () => Promise<T>): Promise<T> {
    if (maxConcurrent >= 0 && running >= maxConcurrent) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to the next one, so that nobody overtakes it.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  return {
    run: (work) => {
      if (maxOutstanding >= 0 && running + waiting.length >= maxOutstanding) return undefined;
      return admit(work);
    },
  };
}
