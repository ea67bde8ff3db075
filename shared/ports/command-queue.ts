import type { WorkQueue } from './work-queue';

/** A command to deal with, by the id of its record, and the time on the note of it. */
export interface CommandWork {
  command: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** Where commands wait until somebody deals with them. */
export type CommandQueue = WorkQueue<CommandWork>;
