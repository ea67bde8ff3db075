import { noteTime, withNote } from './awaited';
import { absorb } from './debounce';
import type { Group, OpenTicket } from './group';

/** What one alert changed in its group: enough to bring a remembered group up to date. */
export interface Step {
  groupKey: string;
  /** The alert, its time (ms) and its identity. */
  id: string;
  time: number;
  identity: string | null;
  /** The primary alert it went under; null when it is one itself. */
  under: string | null;
  /** The ticket it opened. */
  ticket?: OpenTicket;
  /** Its device, when that is not known yet. */
  waits?: string;
}

/** Open tickets remembered of one group; more than one only where a group spans several accounts. */
export const ticketsKept = 100;

/** Takes a step into a group, as it was taken when it was decided. Changes its argument, which is a draft. */
export function takeStep(group: Group, step: Step): void {
  if (step.under === null) absorb(group, step, { kind: 'parent', reason: 'first-of-group' });
  else {
    const window = group.windows.find(({ parent }) => parent === step.under);
    if (window) absorb(group, step, { kind: 'duplicate', window, reason: 'within-window' });
  }
  note(group, step);
}

/** The ticket and the waiting device of a step. */
export function note(group: Group, { id, ticket, waits }: Pick<Step, 'id' | 'ticket' | 'waits'>): void {
  if (ticket) group.tickets = [...group.tickets, ticket].slice(-ticketsKept);
  if (waits !== undefined) group.waiting = withNote(group.waiting, { deviceId: waits, since: noteTime(id) });
}
