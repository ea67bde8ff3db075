import { commandStatus } from '../../shared/model/choices';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';

const list: ListDescription<'msdyn_iotdevicecommand'> = {
  table: 'msdyn_iotdevicecommand',
  path: 'commands',
  views: [
    { key: 'active', name: 'Active Commands', filter: 'statecode eq 0' },
    { key: 'in-error', name: 'Commands in Error', filter: `msdyn_commandstatus eq ${commandStatus.Error}` },
  ],
  columns: [
    'msdyn_name',
    '_msdyn_device_value',
    'msdyn_commandstatus',
    'ccs_feedback',
    'msdyn_commandstatusreason',
    '_msdyn_parentalert_value',
    'createdon',
  ],
  searchIn: ['msdyn_name', 'msdyn_deviceid'],
  empty: 'No commands were sent. Mark devices in their list and choose Send Command.',
  refreshEvery: 5000,
};

const form: FormDescription<'msdyn_iotdevicecommand'> = {
  table: 'msdyn_iotdevicecommand',
  path: 'commands',
  facts: ['msdyn_commandstatus', 'ccs_feedback', 'createdon'],
  sections: [
    { title: 'Command', fields: ['msdyn_name', '_msdyn_command_value', 'msdyn_message'] },
    { title: 'Target', fields: ['_msdyn_device_value', 'msdyn_deviceid', '_msdyn_customerasset_value'] },
    {
      title: 'Outcome',
      fields: [
        'msdyn_commandstatus',
        'msdyn_commandstatusreason',
        'ccs_feedback',
        'ccs_feedbackon',
        'ccs_expireson',
        '_msdyn_parentalert_value',
      ],
    },
  ],
  // What was sent stays as it was sent.
  fixed: [
    '_msdyn_command_value',
    'msdyn_message',
    '_msdyn_device_value',
    'msdyn_deviceid',
    '_msdyn_customerasset_value',
    'msdyn_commandstatus',
    'msdyn_commandstatusreason',
    '_msdyn_parentalert_value',
  ],
};

export function CommandsArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
