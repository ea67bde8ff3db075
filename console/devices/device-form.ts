import type { FormDescription } from '../forms/form-description';
import { JsonEditor } from '../forms/json-editor';
import { DeviceAlerts, DeviceCommandHistory, DeviceRegistrations } from './device-lists';
import { DeviceDataTab } from './device-data-tab';
import { DeviceFormCommands } from './device-form-commands';

/** A device: what it is, whose it is, and how it stands with the hub. */
export const deviceForm: FormDescription<'msdyn_iotdevice'> = {
  table: 'msdyn_iotdevice',
  path: 'devices',
  facts: ['msdyn_registrationstatus', 'msdyn_connectionstate', 'msdyn_lastactivitytime'],
  sections: [
    {
      title: 'Device',
      fields: [
        'msdyn_name',
        'msdyn_deviceid',
        '_msdyn_account_value',
        '_msdyn_category_value',
        '_ccs_customerasset_value',
        'msdyn_issimulated',
        'msdyn_timezone',
      ],
    },
    {
      title: 'Status',
      fields: [
        'msdyn_registrationstatus',
        'msdyn_registrationmessage',
        'msdyn_connectionstate',
        'msdyn_lastactivitytime',
        'statuscode',
      ],
    },
    {
      title: 'Settings',
      fields: [
        'msdyn_devicesettings',
        'msdyn_tags',
        'ccs_twinmessage',
        'msdyn_devicereportedproperties',
        'ccs_datamessage',
      ],
    },
  ],
  fixed: [
    'msdyn_registrationstatus',
    'msdyn_registrationmessage',
    'msdyn_connectionstate',
    'msdyn_lastactivitytime',
    'msdyn_devicereportedproperties',
  ],
  editors: { msdyn_devicesettings: JsonEditor, msdyn_tags: JsonEditor },
  tabs: [
    { key: 'alerts', name: 'Alerts', Content: DeviceAlerts },
    { key: 'commands', name: 'Commands', Content: DeviceCommandHistory },
    { key: 'registrations', name: 'Registration History', Content: DeviceRegistrations },
    { key: 'data', name: 'Device Data', Content: DeviceDataTab },
  ],
  commands: DeviceFormCommands,
  deletable: true,
};
