import { EmbeddedList } from '../lists/embedded-list';
import { deviceList } from '../devices/device-list';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';

const list: ListDescription<'msdyn_customerasset'> = {
  table: 'msdyn_customerasset',
  path: 'assets',
  views: [
    { key: 'active', name: 'Active Customer Assets', filter: 'statecode eq 0' },
    { key: 'inactive', name: 'Inactive Customer Assets', filter: 'statecode eq 1' },
  ],
  columns: ['msdyn_name', '_msdyn_account_value', 'msdyn_deviceid', '_msdyn_parentasset_value', 'createdon'],
  searchIn: ['msdyn_name', 'msdyn_deviceid'],
  empty: 'There are no customer assets in this view.',
  creatable: true,
};

const form: FormDescription<'msdyn_customerasset'> = {
  table: 'msdyn_customerasset',
  path: 'assets',
  facts: ['msdyn_registrationstatus', 'msdyn_alertcount', 'msdyn_lastalerttime'],
  sections: [
    { title: 'Asset', fields: ['msdyn_name', '_msdyn_account_value', '_msdyn_parentasset_value', 'statuscode'] },
    {
      title: 'Connected device attributes',
      fields: ['msdyn_deviceid', 'msdyn_registrationstatus', 'msdyn_alert', 'msdyn_alertcount', 'msdyn_lastalerttime'],
    },
  ],
  tabs: [
    {
      key: 'devices',
      name: 'Connected Devices',
      Content: ({ record }) => (
        <EmbeddedList
          label="Connected devices"
          list={deviceList}
          filter={`_ccs_customerasset_value eq ${record.msdyn_customerassetid}`}
        />
      ),
    },
  ],
  deletable: true,
};

export function AssetsArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
