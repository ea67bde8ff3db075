import * as choices from '../choices';
import type { Entity } from '../edm';
import {
  active,
  choice,
  computed,
  count,
  createdAndModified,
  id,
  lookup,
  memo,
  plainStates,
  required,
  text,
  time,
} from './columns';

/** Customers and what they own. */
export const customerTables = {
  account: {
    set: 'accounts',
    displayName: 'Account',
    key: 'accountid',
    primaryName: 'name',
    stored: { table: 'accounts', prefix: 'R' },
    states: active,
    columns: {
      accountid: id('Account'),
      name: required(text('Account Name', 160)),
      accountnumber: text('Account Number', 20),
      telephone1: text('Main Phone', 50),
      emailaddress1: text('Email', 100),
      websiteurl: text('Website', 200),
      address1_line1: text('Address 1: Street 1', 250),
      address1_city: text('Address 1: City', 80),
      address1_postalcode: text('Address 1: ZIP/Postal Code', 20),
      address1_country: text('Address 1: Country/Region', 80),
      description: memo('Description', 2000),
      ...plainStates,
      ...createdAndModified('account'),
    },
  },

  msdyn_customerasset: {
    set: 'msdyn_customerassets',
    displayName: 'Customer Asset',
    key: 'msdyn_customerassetid',
    primaryName: 'msdyn_name',
    stored: { table: 'assets', prefix: 'R' },
    watched: true,
    states: active,
    columns: {
      msdyn_customerassetid: id('Customer Asset'),
      msdyn_name: required(text('Name')),
      msdyn_account: lookup('Account', 'account', 'msdyn_Account', 'msdyn_account_msdyn_customerasset_Account'),
      msdyn_parentasset: lookup(
        'Parent Asset',
        'msdyn_customerasset',
        'msdyn_ParentAsset',
        'msdyn_msdyn_customerasset_msdyn_customerasset_ParentAsset',
      ),
      msdyn_masterasset: lookup(
        'Top-Level Asset',
        'msdyn_customerasset',
        'msdyn_MasterAsset',
        'msdyn_msdyn_customerasset_msdyn_customerasset_MasterAsset',
      ),
      msdyn_deviceid: text('Device ID'),
      msdyn_registrationstatus: computed(choice('Registration Status', choices.registrationStatus), 'msdyn_deviceid'),
      msdyn_lastcommandsent: lookup(
        'Last Command Sent',
        'msdyn_iotdevicecommand',
        'msdyn_LastCommandSent',
        'msdyn_msdyn_iotdevicecommand_msdyn_customerasset_LastCommandSent',
      ),
      msdyn_lastcommandsenttime: time('Last Command Sent Time'),
      msdyn_alert: computed({ kind: 'boolean', label: 'Active or in-progress alerts' } as const),
      msdyn_alertcount: computed(count('Alert Count')),
      msdyn_lastalerttime: computed(time('Last Alert Time')),
      ...plainStates,
      ...createdAndModified('msdyn_customerasset'),
    },
  },
} as const satisfies Record<string, Entity>;
