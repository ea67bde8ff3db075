/** Does `work` for an item, together with the others that wait for the same key; answers this item's part of the result. */
export type Together<I, R> = (key: number, item: I, work: (items: I[]) => Promise<R[]>) => Promise<R>;

const mostTogether = 8;

const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

interface Waiting<I, R> {
  item: I;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * One piece of work at a time for each key, within this process. Items that come while it is under way wait and then go
 * together, up to eight, so that many small calls cost little more than a large one. What fails, fails for all that went
 * together. Before work begins, everybody else has his turn: whoever was just told the result may have the next item ready.
 */
export function together<I, R>(): Together<I, R> {
  const queues = new Map<number, Waiting<I, R>[]>();

  const take = (key: number) => queues.get(key)!.splice(0, mostTogether);

  const run = async (key: number, work: (items: I[]) => Promise<R[]>) => {
    await endOfTurn();
    for (let next = take(key); next.length > 0; next = take(key)) {
      try {
        const results = await work(next.map(({ item }) => item));
        next.forEach(({ resolve }, i) => resolve(results[i]!));
      } catch (error) {
        for (const { reject } of next) reject(error);
      }
      await endOfTurn();
    }
    queues.delete(key);
  };

  return (key, item, work) =>
    new Promise<R>((resolve, reject) => {
      const waiting = { item, resolve, reject };
      const queue = queues.get(key);
      if (queue) queue.push(waiting);
      else {
        queues.set(key, [waiting]);
        void run(key, work);
      }
    });
}
