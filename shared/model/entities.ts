import type { Entity, RecordOf } from './edm';
import { alertTables } from './tables/alerts';
import { commandTables } from './tables/commands';
import { connectionTables } from './tables/connections';
import { customerTables } from './tables/customers';
import { deviceTables } from './tables/devices';
import { jobTables } from './tables/jobs';
import { parkedTables } from './tables/parked';
import { parameterTables } from './tables/parameters';
import { settingsTables } from './tables/settings';
import { ticketTables } from './tables/tickets';
import { userTables } from './tables/users';

/**
 * Every table the Web API shows, by its logical name. Names, lengths and option values are those of Dynamics 365
 * (Connected Customer Service and Field Service), so that programs written for it go on; columns with the prefix
 * `ccs_` are this project's own. Alerts, cases and work orders share a storage table, so that an alert and what it
 * opened are written in one transaction.
 */
export const entities = {
  ...customerTables,
  ...deviceTables,
  ...jobTables,
  ...alertTables,
  ...ticketTables,
  ...commandTables,
  ...parameterTables,
  ...settingsTables,
  ...connectionTables,
  ...parkedTables,
  ...userTables,
} as const satisfies Record<string, Entity>;

/** Logical name of a table, e.g. `msdyn_iotalert`. */
export type EntityName = keyof typeof entities;

/** A record of the table with that logical name, its properties named as in the Web API. */
export type EntityRecord<N extends EntityName> = RecordOf<(typeof entities)[N]>;

export type Alert = EntityRecord<'msdyn_iotalert'>;
export type Case = EntityRecord<'incident'>;
export type Command = EntityRecord<'msdyn_iotdevicecommand'>;
export type Device = EntityRecord<'msdyn_iotdevice'>;
export type DeviceJob = EntityRecord<'ccs_devicejob'>;
export type DeviceJobBatch = EntityRecord<'ccs_devicejobbatch'>;
export type DeviceCategory = EntityRecord<'msdyn_iotdevicecategory'>;
export type WorkOrder = EntityRecord<'msdyn_workorder'>;

/** The table's row, seen as data: what generic code (OData, storage) reads. */
export function entity(name: EntityName): Entity {
  return entities[name];
}

const bySet = new Map<string, EntityName>(Object.entries(entities).map(([name, row]) => [row.set, name as EntityName]));

/** Logical name of the table behind an entity set, or undefined when there is no such set. */
export function entityOfSet(set: string): EntityName | undefined {
  return bySet.get(set);
}
