/**
 * Does `work` for every item, at most `atOnce` of them at the same time. Fails with a failure, when all that had begun has
 * ended.
 */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const rest = [...items.entries()].toReversed();
  const worker = async () => {
    for (let item = rest.pop(); item; item = rest.pop()) {
      await work(item[1], item[0]).catch((error: unknown) => {
        rest.length = 0;
        throw error;
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  for (const result of workers) if (result.status === 'rejected') throw result.reason;
}
