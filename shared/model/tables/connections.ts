import type { Entity } from '../edm';
import { active, createdAndModified, id, lookup, memo, plainStates, readOnly, required, text, time } from './columns';

/** The role that ties a record to its IoT devices; its id is the same everywhere. */
export const connectedDeviceRole = '9c86f660-5f5b-e611-810b-00155dbd6a1d';

/** Tables whose records can be one end of a connection. */
const connectable = [
  'account',
  'incident',
  'msdyn_workorder',
  'msdyn_customerasset',
  'msdyn_iotdevice',
  'msdyn_iotdevicecategory',
  'msdyn_iotalert',
  'msdyn_iotdevicecommand',
  'msdyn_iotdevicecommanddefinition',
  'msdyn_iotdeviceregistrationhistory',
] as const;

const end = <T extends string>(label: string, number: 1 | 2, tableIn: T) =>
  ({
    kind: 'lookup',
    label,
    tableIn,
    othersBy: `record${number}id_`,
    targets: connectable.map((table) => ({
      table,
      navigation: `record${number}id_${table}`,
      collection: `${table}_connections${number}`,
    })),
  }) as const;

/** Ties between any two records, each end in a role. */
export const connectionTables = {
  connection: {
    set: 'connections',
    displayName: 'Connection',
    key: 'connectionid',
    primaryName: 'name',
    stored: { table: 'connections', prefix: 'R' },
    states: active,
    columns: {
      connectionid: id('Connection'),
      name: text('Name', 500),
      record1id: required(end('Connected From', 1, 'ccs_record1table')),
      ccs_record1table: readOnly(text('Table of Connected From')),
      record1roleid: lookup('Role (From)', 'connectionrole', 'record1roleid', 'connection_role_connections1'),
      record2id: required(end('Connected To', 2, 'ccs_record2table')),
      ccs_record2table: readOnly(text('Table of Connected To')),
      record2roleid: lookup('Role (To)', 'connectionrole', 'record2roleid', 'connection_role_connections2'),
      description: memo('Description', 2000),
      effectivestart: time('Starting'),
      effectiveend: time('Ending'),
      ...plainStates,
      ...createdAndModified('connection'),
    },
  },

  connectionrole: {
    set: 'connectionroles',
    displayName: 'Connection Role',
    key: 'connectionroleid',
    primaryName: 'name',
    stored: { table: 'connectionroles', prefix: 'R' },
    states: active,
    columns: {
      connectionroleid: id('Connection Role'),
      name: required(text('Name')),
      description: memo('Description', 2000),
      ...plainStates,
      ...createdAndModified('connectionrole'),
    },
    builtIn: [{ connectionroleid: connectedDeviceRole, name: 'Connected Device', statecode: 0, statuscode: 1 }],
  },
} as const satisfies Record<string, Entity>;
