import type { Alert } from '../model/entities';
import type { Group } from './group';

/**
 * Whether a primary alert may go, and its duplicates with it: nothing was added to it since `before` (ms), and no case or
 * work order of it is open. The record holds what it counts by now.
 */
export function isExpired(primary: Alert, group: Group | undefined, before: number): boolean {
  const { ccs_lastalerttime: last, msdyn_alerttime: time, createdon } = primary;
  const times = [last, time, createdon].flatMap((text) => (text ? [Date.parse(text)] : []));
  if (times.some((each) => each >= before)) return false;
  const tickets = [primary._msdyn_case_value, primary._msdyn_workorder_value].filter((id) => id);
  // Without a group, nothing tells whether they are open.
  return group ? !group.tickets.some(({ id }) => tickets.includes(id)) : tickets.length === 0;
}
