import { alertState } from '../../shared/model/choices';
import type { ListDescription } from '../lists/list-description';
import { reasonInWords } from '../records/format';
import { DeviceAndAccount } from './device-and-account';
import { Hierarchy } from './hierarchy';

/** What of alerts is shown wherever they are listed, and why each opened something, or nothing. */
export const alertColumns = {
  table: 'msdyn_iotalert',
  columns: [
    'msdyn_description',
    'msdyn_alerttime',
    'ccs_duplicatecount',
    'statuscode',
    '_msdyn_case_value',
    '_msdyn_workorder_value',
    'ccs_reason',
  ],
  cells: {
    ccs_reason: (record) => reasonInWords(record.ccs_reason),
    ccs_duplicatecount: (record) => <Hierarchy alert={record} />,
  },
  empty: 'There are no alerts here.',
  refreshEvery: 10_000,
} as const satisfies Pick<ListDescription<'msdyn_iotalert'>, 'table' | 'columns' | 'cells' | 'empty' | 'refreshEvery'>;

const primary = '_msdyn_parentalert_value eq null';

/** Primary alerts; the duplicates of each are opened from it. */
export const alertList: ListDescription<'msdyn_iotalert'> = {
  ...alertColumns,
  path: 'alerts',
  views: [
    { key: 'primary', name: 'Primary IoT Alerts', filter: primary },
    { key: 'active', name: 'Active IoT Alerts', filter: `statecode eq ${alertState.Active} and ${primary}` },
    { key: 'in-progress', name: 'IoT Alerts in Progress', filter: `statecode eq ${alertState.InProgress}` },
    { key: 'closed', name: 'Closed IoT Alerts', filter: `statecode eq ${alertState.Closed}` },
    { key: 'all', name: 'All IoT Alerts, Duplicates Included' },
  ],
  columns: [
    'msdyn_description',
    'msdyn_alerttime',
    'ccs_duplicatecount',
    '_msdyn_device_value',
    'statuscode',
    '_msdyn_case_value',
    '_msdyn_workorder_value',
    'ccs_reason',
  ],
  also: ['msdyn_deviceid'],
  expand: 'msdyn_Device($select=msdyn_name,_msdyn_account_value)',
  cells: { ...alertColumns.cells, _msdyn_device_value: (record) => <DeviceAndAccount alert={record} /> },
  searchIn: ['msdyn_description', 'msdyn_deviceid'],
};
