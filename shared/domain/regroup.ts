import { alertState, caseState, plainState, workOrderStatus } from '../model/choices';
import type { Row } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { setWindowOpen } from './group';
import type { Group, OpenTicket } from './group';

/** A change to the group that a record belongs to. */
export interface Regroup {
  groupKey: string;
  change: (group: Group) => Group;
  /** Whether the group is as the change takes it to be. */
  holds?: (group: Group) => boolean;
}

/**
 * What a change of a record means for its group: a parent alert that is closed, or put under another, takes no more duplicates, a closed case or work
 * order is not joined any more, and opening them again undoes that. Undefined when the group does not care.
 */
export function regroupFor(name: EntityName, before: Row, after: Row): Regroup | undefined {
  const groupKey = after['ccs_groupkey'];
  const isOpen = openness[name];
  if (typeof groupKey !== 'string' || !isOpen || isOpen(before) === isOpen(after)) return undefined;
  const id = String(after[entity(name).key]);
  if (name === 'msdyn_iotalert') return { groupKey, change: (group) => setWindowOpen(group, id, isOpen(after)) };
  const ticket = ticketIn(name, after, id);
  return { groupKey, change: (group) => setTicketOpen(group, ticket, isOpen(after)) };
}

/** The same change, while the group counts as many duplicates of the alert as its record tells. */
export function asCounted(regroup: Regroup, { msdyn_iotalertid: id, ccs_duplicatecount: count }: Row): Regroup {
  const holds = ({ windows }: Group) =>
    windows.every(({ parent, duplicates }) => parent !== id || duplicates === (count ?? 0));
  return { ...regroup, holds };
}

const openness: Partial<Record<EntityName, (row: Row) => boolean>> = {
  msdyn_iotalert: ({ statecode, _msdyn_parentalert_value: parent }) =>
    (statecode === alertState.Active || statecode === alertState.InProgress) && !parent,
  incident: ({ statecode }) => statecode === caseState.Active,
  msdyn_workorder: ({ statecode, msdyn_systemstatus: status }) =>
    statecode === plainState.Active && status !== null && !finished.has(Number(status)),
};

const finished = new Set<number>([workOrderStatus.Completed, workOrderStatus.Posted, workOrderStatus.Canceled]);

function ticketIn(name: EntityName, row: Row, id: string): OpenTicket {
  return name === 'incident'
    ? { kind: 'case', id, account: String(row['_customerid_value']) }
    : { kind: 'workorder', id, account: String(row['_msdyn_serviceaccount_value']) };
}

function setTicketOpen(group: Group, ticket: OpenTicket, open: boolean): Group {
  const others = group.tickets.filter(({ id }) => id !== ticket.id);
  return { ...group, tickets: open ? [...others, ticket] : others };
}
