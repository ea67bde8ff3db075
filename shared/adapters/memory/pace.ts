import { nextSlot } from '../../domain/pace';
import type { Pace } from '../../ports/pace';

/** A pace in this process's memory: for tests and trials. */
export function memoryPace(): Pace {
  let last: number | undefined;
  return { reserve: async (now, spacing) => (last = nextSlot(last, now, spacing)) };
}
