import type { QueueLengths } from '../../ports/queue-lengths';

export function memoryQueueLengths(lengths: ReadonlyMap<string, number>): QueueLengths {
  return { length: async (queue) => lengths.get(queue) ?? 0 };
}
