import { workOrderStatus } from '../../shared/model/choices';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';
import { TicketAlerts } from './ticket-alerts';

const list: ListDescription<'msdyn_workorder'> = {
  table: 'msdyn_workorder',
  path: 'work-orders',
  views: [
    { key: 'active', name: 'Active Work Orders', filter: 'statecode eq 0' },
    {
      key: 'unscheduled',
      name: 'Unscheduled Work Orders',
      filter: `msdyn_systemstatus eq ${workOrderStatus.Unscheduled}`,
    },
    { key: 'all', name: 'All Work Orders' },
  ],
  columns: [
    'msdyn_name',
    'msdyn_workordersummary',
    '_msdyn_serviceaccount_value',
    '_msdyn_iotalert_value',
    'msdyn_systemstatus',
    'ccs_prioritycode',
    'createdon',
  ],
  searchIn: ['msdyn_name', 'msdyn_workordersummary'],
  empty: 'There are no work orders in this view.',
  creatable: true,
  refreshEvery: 10_000,
};

const form: FormDescription<'msdyn_workorder'> = {
  table: 'msdyn_workorder',
  path: 'work-orders',
  facts: ['msdyn_systemstatus', 'ccs_prioritycode'],
  sections: [
    {
      title: 'Work order',
      fields: [
        'msdyn_workordersummary',
        'msdyn_primaryincidentdescription',
        '_msdyn_serviceaccount_value',
        'msdyn_systemstatus',
        'ccs_prioritycode',
      ],
    },
    {
      title: 'Where it comes from',
      fields: ['_msdyn_iotalert_value', '_msdyn_customerasset_value', 'createdon', 'modifiedon'],
    },
  ],
  tabs: [
    {
      key: 'alerts',
      name: 'Alerts and Devices',
      Content: ({ record }) => <TicketAlerts filter={`_msdyn_workorder_value eq ${record.msdyn_workorderid}`} />,
    },
  ],
};

export function WorkOrdersArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
