import type { PageProps } from '../app/page-props';
import { deviceList } from '../devices/device-list';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import { EmbeddedList } from '../lists/embedded-list';
import type { ListDescription } from '../lists/list-description';
import { RulesEditor } from './rules-editor';

const list: ListDescription<'msdyn_iotdevicecategory'> = {
  table: 'msdyn_iotdevicecategory',
  path: 'categories',
  views: [
    { key: 'active', name: 'Active Categories', filter: 'statecode eq 0' },
    { key: 'inactive', name: 'Inactive Categories', filter: 'statecode eq 1' },
  ],
  columns: ['msdyn_name', 'ccs_response', 'ccs_prioritycode', 'modifiedon'],
  searchIn: ['msdyn_name'],
  empty: 'There are no categories in this view.',
  creatable: true,
};

const form: FormDescription<'msdyn_iotdevicecategory'> = {
  table: 'msdyn_iotdevicecategory',
  path: 'categories',
  facts: ['ccs_response', 'ccs_prioritycode'],
  sections: [
    { title: 'Category', fields: ['msdyn_name', 'ccs_response', 'ccs_prioritycode', 'statuscode'] },
    { title: 'Rules', fields: ['ccs_rules'] },
  ],
  editors: { ccs_rules: RulesEditor },
  tabs: [
    {
      key: 'devices',
      name: 'Devices',
      Content: ({ record }) => (
        <EmbeddedList
          label="Devices of this category"
          list={deviceList}
          filter={`_msdyn_category_value eq ${record.msdyn_iotdevicecategoryid}`}
        />
      ),
    },
  ],
  deletable: true,
};

/** What devices have in common: when their readings become alerts, and what those open. */
export function CategoriesArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
