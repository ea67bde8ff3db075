import type { Entity } from '../edm';
import { active, createdAndModified, guid, id, plainStates, readOnly, text } from './columns';

/** Who writes when nobody asked: alerts of the hub, jobs, feedback. */
export const service = '5d8b6a4e-0001-4cc5-8000-000000000004';

/** Everybody on a machine where the app asks nobody who he is. */
export const localUser = '5d8b6a4e-0001-4cc5-8000-000000000002';

/** People and programs, as they were when they first wrote something. */
export const userTables = {
  systemuser: {
    set: 'systemusers',
    displayName: 'User',
    key: 'systemuserid',
    primaryName: 'fullname',
    stored: { table: 'users', prefix: 'R' },
    states: active,
    columns: {
      systemuserid: id('User'),
      fullname: readOnly(text('Full Name', 200)),
      azureactivedirectoryobjectid: readOnly(guid('Microsoft Entra ID Object')),
      ...plainStates,
      ...createdAndModified('systemuser'),
    },
    builtIn: [
      { systemuserid: service, fullname: 'SYSTEM', statecode: 0, statuscode: 1 },
      { systemuserid: localUser, fullname: 'Local User', statecode: 0, statuscode: 1 },
    ],
  },
} as const satisfies Record<string, Entity>;
