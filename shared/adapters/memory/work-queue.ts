import type { WorkQueue } from '../../ports/work-queue';

/** Messages in this process's memory, for tests and trials; `messages` are those that wait, oldest first. */
export function memoryWorkQueue<M extends object>(): WorkQueue<M> & { messages: M[] } {
  const messages: M[] = [];
  return { messages, add: async (message) => void messages.push(message) };
}
