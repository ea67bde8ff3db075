import { EmbeddedList } from '../lists/embedded-list';
import { deviceList } from '../devices/device-list';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';
import { AccountAlerts } from './account-alerts';

const list: ListDescription<'account'> = {
  table: 'account',
  path: 'accounts',
  views: [
    { key: 'active', name: 'Active Accounts', filter: 'statecode eq 0' },
    { key: 'inactive', name: 'Inactive Accounts', filter: 'statecode eq 1' },
  ],
  columns: ['name', 'accountnumber', 'telephone1', 'emailaddress1', 'address1_city', 'createdon'],
  searchIn: ['name', 'accountnumber', 'address1_city'],
  empty: 'There are no accounts in this view.',
  creatable: true,
};

const form: FormDescription<'account'> = {
  table: 'account',
  path: 'accounts',
  facts: ['accountnumber', 'telephone1'],
  sections: [
    {
      title: 'Account',
      fields: ['name', 'accountnumber', 'telephone1', 'emailaddress1', 'websiteurl', 'description', 'statuscode'],
    },
    { title: 'Address', fields: ['address1_line1', 'address1_postalcode', 'address1_city', 'address1_country'] },
  ],
  tabs: [
    {
      key: 'devices',
      name: 'Devices',
      Content: ({ record }) => (
        <EmbeddedList label="Devices" list={deviceList} filter={`_msdyn_account_value eq ${record.accountid}`} />
      ),
    },
    { key: 'alerts', name: 'Alert History', Content: AccountAlerts },
    {
      key: 'cases',
      name: 'Cases',
      Content: ({ record }) => (
        <EmbeddedList
          label="Cases"
          filter={`_customerid_value eq ${record.accountid}`}
          list={{
            table: 'incident',
            columns: ['title', 'ticketnumber', '_msdyn_iotalert_value', 'statuscode', 'createdon'],
            empty: 'This account has no cases.',
          }}
        />
      ),
    },
  ],
  deletable: true,
};

export function AccountsArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
