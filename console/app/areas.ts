import type { EntityName } from '../../shared/model/entities';

/** A table that has pages in the console: where, and how its records are called together. */
export interface Area {
  table: EntityName;
  path: string;
  title: string;
}

/** Areas in the order of the left pane, under the heading they stand under there. */
export const areas = [
  { group: 'Service', table: 'msdyn_iotdevice', path: 'devices', title: 'Devices' },
  { group: 'Service', table: 'msdyn_iotalert', path: 'alerts', title: 'IoT Alerts' },
  { group: 'Service', table: 'incident', path: 'cases', title: 'Cases' },
  { group: 'Service', table: 'msdyn_workorder', path: 'work-orders', title: 'Work Orders' },
  { group: 'Customers', table: 'account', path: 'accounts', title: 'Accounts' },
  { group: 'Customers', table: 'msdyn_customerasset', path: 'assets', title: 'Customer Assets' },
  { group: 'Devices', table: 'msdyn_iotdevicecategory', path: 'categories', title: 'Categories' },
  { group: 'Devices', table: 'msdyn_iotdevicecommand', path: 'commands', title: 'Commands' },
  { group: 'Devices', table: 'ccs_parkedmessage', path: 'parked', title: 'Parked Messages' },
] as const satisfies readonly (Area & { group: string })[];

const byTable = new Map<EntityName, Area>(areas.map((area) => [area.table, area]));

/** Where a record is shown; undefined for tables without pages. */
export function placeOf(table: EntityName, id: string): string | undefined {
  const area = byTable.get(table);
  return area && `${area.path}/${id}`;
}
