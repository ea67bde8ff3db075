import { registrationStatus } from '../../shared/model/choices';
import type { ListDescription } from '../lists/list-description';
import { DeviceCommands } from './device-commands';

/** Devices. The views are those people look for first when an alert opened nothing. */
export const deviceList: ListDescription<'msdyn_iotdevice'> = {
  table: 'msdyn_iotdevice',
  path: 'devices',
  views: [
    { key: 'active', name: 'Active Devices', filter: 'statecode eq 0' },
    {
      key: 'without-account',
      name: 'Devices without Account',
      filter: 'statecode eq 0 and _msdyn_account_value eq null',
    },
    {
      key: 'not-registered',
      name: 'Devices not Registered',
      filter: `statecode eq 0 and msdyn_registrationstatus ne ${registrationStatus.Registered}`,
    },
    { key: 'in-error', name: 'Devices in Error', filter: `msdyn_registrationstatus eq ${registrationStatus.Error}` },
    { key: 'inactive', name: 'Inactive Devices', filter: 'statecode eq 1' },
  ],
  columns: [
    'msdyn_name',
    'msdyn_deviceid',
    '_msdyn_account_value',
    '_msdyn_category_value',
    'msdyn_registrationstatus',
    'msdyn_connectionstate',
    'msdyn_lastactivitytime',
  ],
  searchIn: ['msdyn_name', 'msdyn_deviceid'],
  commands: DeviceCommands,
  usableBy: (may) => may.act('msdyn_RegisterIoTDevice'),
  empty: 'There are no devices in this view.',
  creatable: true,
  refreshEvery: 15_000,
};
