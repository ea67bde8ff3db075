import { alertState, alertStatus } from '../../shared/model/choices';
import type { Alert } from '../../shared/model/entities';

/** A step of the process from an alert to its end. */
export interface Stage {
  name: string;
  /** `next`: what it waits for; `skipped`: it ended without. */
  progress: 'done' | 'failed' | 'next' | 'open' | 'skipped';
}

/**
 * Where an alert stands: Created, Command sent, Case, Work order, Closed. Each step follows from what was recorded, not
 * from a position of its own, so the two can never differ.
 */
export function stagesOf(alert: Alert): Stage[] {
  const closed = alert.statecode === alertState.Closed || alert.statecode === alertState.Inactive;
  const commandFailed = alert.statuscode === alertStatus['In Progress - Command Failed'];
  const steps = [
    { name: 'Created', done: true },
    { name: 'Command sent', done: has(alert._msdyn_lastcommandsent_value), failed: commandFailed },
    { name: 'Case', done: has(alert._msdyn_case_value) },
    { name: 'Work order', done: has(alert._msdyn_workorder_value) },
    { name: 'Closed', done: closed },
  ];
  const last = steps.findLastIndex(({ done }) => done);
  return steps.map(({ name, done, failed }, index) => {
    if (done) return { name, progress: failed ? 'failed' : 'done' };
    if (closed || index < last) return { name, progress: 'skipped' };
    return { name, progress: index === last + 1 ? 'next' : 'open' };
  });
}

const has = (value: string | null | undefined) => (value ?? null) !== null;
