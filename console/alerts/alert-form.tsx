import type { Alert } from '../../shared/model/entities';
import type { FormDescription } from '../forms/form-description';
import { EmbeddedList } from '../lists/embedded-list';
import { AlertDataTab } from './alert-data-tab';
import { AlertProcess } from './alert-process';
import { Duplicates } from './hierarchy';

/** An alert: what was raised, what became of it, and why. */
export const alertForm: FormDescription<'msdyn_iotalert'> = {
  table: 'msdyn_iotalert',
  path: 'alerts',
  facts: ['statuscode', 'msdyn_alerttime', 'ccs_duplicatecount'],
  sections: [
    {
      title: 'Alert',
      fields: ['msdyn_description', 'msdyn_alerttype', 'msdyn_alerttime', 'msdyn_alerttoken', 'msdyn_alerturl'],
    },
    {
      title: 'Device and customer',
      fields: ['_msdyn_device_value', 'msdyn_deviceid', '_msdyn_customerasset_value', '_msdyn_parentalert_value'],
    },
    {
      title: 'Reading',
      fields: ['ccs_readingtype', 'ccs_reading', 'ccs_threshold', 'ccs_ruleoutput', 'ccs_lastalerttime'],
    },
    {
      title: 'Response',
      fields: [
        'statuscode',
        '_msdyn_case_value',
        '_msdyn_workorder_value',
        '_msdyn_lastcommandsent_value',
        'msdyn_lastcommandsenttime',
        'msdyn_suggestedpriority',
      ],
    },
  ],
  fixed: [
    'msdyn_alerttime',
    'msdyn_alerttoken',
    '_msdyn_device_value',
    'msdyn_deviceid',
    '_msdyn_parentalert_value',
    'statuscode',
    '_msdyn_case_value',
    '_msdyn_workorder_value',
    '_msdyn_lastcommandsent_value',
    'msdyn_lastcommandsenttime',
  ],
  Banner: AlertProcess,
  tabs: [
    { key: 'data', name: 'Alert Data', Content: AlertDataTab },
    { key: 'duplicates', name: 'Hierarchy', Content: AlertDuplicates },
    { key: 'commands', name: 'Commands', Content: AlertCommandHistory },
  ],
};

function AlertDuplicates({ record }: { record: Alert }) {
  return <Duplicates id={record.msdyn_iotalertid!} />;
}

function AlertCommandHistory({ record }: { record: Alert }) {
  return (
    <EmbeddedList
      label="Commands for this alert"
      filter={`_msdyn_parentalert_value eq ${record.msdyn_iotalertid}`}
      list={{
        table: 'msdyn_iotdevicecommand',
        columns: ['msdyn_name', '_msdyn_device_value', 'createdon', 'msdyn_commandstatus', 'msdyn_commandstatusreason'],
        empty: 'No command was sent because of this alert.',
        refreshEvery: 5000,
      }}
    />
  );
}
