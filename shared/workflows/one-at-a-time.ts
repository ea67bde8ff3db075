/** Does what is asked for one key after the other, in the order it was asked; different keys do not wait for each other. */
export type OneAtATime = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/**
 * A queue for each key, within this process: callers that would lose races against each other wait instead. It is no lock;
 * another process still races, and the storage decides.
 */
export function oneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key);
    const result = before ? before.then(work, work) : work();
    last.set(key, result);
    try {
      return await result;
    } finally {
      if (last.get(key) === result) last.delete(key);
    }
  };
}
