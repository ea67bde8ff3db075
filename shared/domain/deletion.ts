import {
  alertState,
  alertStatus,
  caseState,
  caseStatus,
  plainState,
  plainStatus,
  workOrderStatus,
} from '../model/choices';
import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import { collectionsOf, propertiesOf } from '../model/properties';
import type { Collection } from '../model/properties';

/** A lookup that leads to the table of a record to delete, and what becomes of the records that have it. */
export interface Tie extends Collection {
  fate: 'unlink' | 'remove' | 'restrict';
}

/**
 * What a deletion means for records that point at the deleted one. A connection is nothing without both of its ends, so
 * it goes along. A record that cannot be without its lookup holds the deletion up, and so do the duplicates of a parent
 * alert, which it explains. Everybody else loses the link.
 */
export function tiesOf(name: EntityName): Tie[] {
  return [...collectionsOf(name).values()].map((collection) => ({ ...collection, fate: fateOf(name, collection) }));
}

function fateOf(name: EntityName, { members, partner }: Collection): Tie['fate'] {
  if (members === 'connection' && name !== 'connectionrole') return 'remove';
  const isRequired = propertiesOf(members).get(partner.property)!.column.required === true;
  return isRequired || members === name ? 'restrict' : 'unlink';
}

/**
 * Columns that make a record count as closed in its group, for the moment before it is removed: its window takes no more
 * duplicates, its ticket is not joined any more.
 */
export const closing: Partial<Record<EntityName, Row>> = {
  msdyn_iotalert: { statecode: alertState.Closed, statuscode: alertStatus.Closed },
  incident: { statecode: caseState.Canceled, statuscode: caseStatus.Canceled },
  msdyn_workorder: {
    statecode: plainState.Inactive,
    statuscode: plainStatus.Inactive,
    msdyn_systemstatus: workOrderStatus.Canceled,
  },
};
