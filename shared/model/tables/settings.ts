import type { Entity } from '../edm';
import { active, createdAndModified, id, plainStates, required, text } from './columns';

/** The one record with the settings that people change while the service runs; its id is the same everywhere. */
export const iotSettings = '76cd1aaa-0dfd-4c17-8915-9df22ee05137';

/** Settings that are data. */
export const settingsTables = {
  msdyn_iotsettings: {
    set: 'msdyn_iotsettingses',
    displayName: 'IoT Settings',
    key: 'msdyn_iotsettingsid',
    primaryName: 'msdyn_name',
    stored: { table: 'iotsettings', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotsettingsid: id('IoT Settings'),
      msdyn_name: required(text('Name')),
      msdyn_commandnameproperty: text('Command Name Property'),
      msdyn_commandparametersproperty: text('Command Parameters Property'),
      ...plainStates,
      ...createdAndModified('msdyn_iotsettings'),
    },
    builtIn: [{ msdyn_iotsettingsid: iotSettings, msdyn_name: 'IoT Settings', statecode: 0, statuscode: 1 }],
    closed: true,
  },
} as const satisfies Record<string, Entity>;
