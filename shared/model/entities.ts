import * as choices from './choices';
import type { Entity, RecordOf, State } from './edm';

/*
 * Every table the Web API shows, by its logical name. Names, lengths and option values are those of Dynamics 365
 * (Connected Customer Service and Field Service), so that programs written for it go on; columns with the prefix
 * `ccs_` are this project's own. Alerts, cases and work orders share a table, so that an alert and what it opened are
 * written in one transaction.
 */

const active: readonly State[] = [
  { value: choices.plainState.Active, name: 'Active', statuses: { Active: choices.plainStatus.Active } },
  { value: choices.plainState.Inactive, name: 'Inactive', statuses: { Inactive: choices.plainStatus.Inactive } },
];

const alertStates: readonly State[] = [
  { value: choices.alertState.Active, name: 'Active', statuses: { Active: choices.alertStatus.Active } },
  { value: choices.alertState.Inactive, name: 'Inactive', statuses: { Inactive: choices.alertStatus.Inactive } },
  {
    value: choices.alertState.InProgress,
    name: 'InProgress',
    statuses: {
      'In Progress - Case Created': choices.alertStatus['In Progress - Case Created'],
      'In Progress - Work Order Created': choices.alertStatus['In Progress - Work Order Created'],
      'In Progress - Command Sent': choices.alertStatus['In Progress - Command Sent'],
      'In Progress - Command Failed': choices.alertStatus['In Progress - Command Failed'],
    },
  },
  { value: choices.alertState.Closed, name: 'Closed', statuses: { Closed: choices.alertStatus.Closed } },
];

const caseStates: readonly State[] = [
  {
    value: choices.caseState.Active,
    name: 'Active',
    statuses: {
      'In Progress': choices.caseStatus['In Progress'],
      'On Hold': choices.caseStatus['On Hold'],
      'Waiting for Details': choices.caseStatus['Waiting for Details'],
      Researching: choices.caseStatus.Researching,
    },
  },
  {
    value: choices.caseState.Resolved,
    name: 'Resolved',
    statuses: {
      'Problem Solved': choices.caseStatus['Problem Solved'],
      'Information Provided': choices.caseStatus['Information Provided'],
    },
  },
  {
    value: choices.caseState.Canceled,
    name: 'Canceled',
    statuses: { Canceled: choices.caseStatus.Canceled, Merged: choices.caseStatus.Merged },
  },
];

const text = (label: string, maxLength = 100) => ({ kind: 'string', label, maxLength }) as const;
const memo = (label: string, maxLength: number) => ({ kind: 'memo', label, maxLength }) as const;
const time = (label: string) => ({ kind: 'datetime', label }) as const;
const lookup = <T extends string, N extends string>(label: string, target: T, navigation: N) =>
  ({ kind: 'lookup', label, target, navigation }) as const;
const readOnly = <C extends object>(column: C) => ({ ...column, readOnly: true }) as const;
const required = <C extends object>(column: C) => ({ ...column, required: true }) as const;
const id = (label: string) => ({ kind: 'id', label }) as const;
const amount = (label: string) => ({ kind: 'decimal', label, min: -100_000_000_000, max: 100_000_000_000 }) as const;

const createdAndModified = {
  createdon: readOnly(time('Created On')),
  modifiedon: readOnly(time('Modified On')),
} as const;

const plainStates = {
  statecode: { kind: 'choice', label: 'Status', options: choices.plainState, default: choices.plainState.Active },
  statuscode: { kind: 'choice', label: 'Status Reason', options: choices.plainStatus },
} as const;

export const entities = {
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
      ...createdAndModified,
    },
  },

  msdyn_customerasset: {
    set: 'msdyn_customerassets',
    displayName: 'Customer Asset',
    key: 'msdyn_customerassetid',
    primaryName: 'msdyn_name',
    stored: { table: 'assets', prefix: 'R' },
    states: active,
    columns: {
      msdyn_customerassetid: id('Customer Asset'),
      msdyn_name: required(text('Name')),
      msdyn_account: lookup('Account', 'account', 'msdyn_Account'),
      msdyn_deviceid: text('Device ID'),
      ...plainStates,
      ...createdAndModified,
    },
  },

  msdyn_iotdevicecategory: {
    set: 'msdyn_iotdevicecategories',
    displayName: 'IoT Device Category',
    key: 'msdyn_iotdevicecategoryid',
    primaryName: 'msdyn_name',
    stored: { table: 'categories', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotdevicecategoryid: id('IoT Device Category'),
      msdyn_name: required(text('Name')),
      ccs_rules: memo('Rules', 8000),
      ccs_response: {
        kind: 'choice',
        label: 'Response',
        options: choices.categoryResponse,
        default: choices.categoryResponse.Case,
      },
      ccs_prioritycode: {
        kind: 'choice',
        label: 'Priority',
        options: choices.priority,
        default: choices.priority.Normal,
      },
      ...plainStates,
      ...createdAndModified,
    },
  },

  msdyn_iotdevice: {
    set: 'msdyn_iotdevices',
    displayName: 'IoT Device',
    key: 'msdyn_iotdeviceid',
    primaryName: 'msdyn_name',
    alternateKey: 'msdyn_deviceid',
    stored: { table: 'devices', prefix: 'R' },
    states: active,
    columns: {
      msdyn_iotdeviceid: id('IoT Device'),
      msdyn_name: required(text('Name')),
      msdyn_deviceid: text('Device ID'),
      msdyn_account: lookup('Account', 'account', 'msdyn_Account'),
      msdyn_category: lookup('Category', 'msdyn_iotdevicecategory', 'msdyn_Category'),
      ccs_customerasset: lookup('Customer Asset', 'msdyn_customerasset', 'ccs_CustomerAsset'),
      msdyn_connectionstate: { kind: 'boolean', label: 'Connection State', default: false },
      msdyn_devicereportedproperties: memo('Reported Properties', 8000),
      msdyn_devicesettings: memo('Device Settings', 8000),
      msdyn_tags: memo('Device Tags', 8000),
      msdyn_issimulated: { kind: 'choice', label: 'Simulated', options: choices.simulated },
      msdyn_lastactivitytime: time('Last Activity Time'),
      msdyn_registrationmessage: memo('Registration Message', 2000),
      msdyn_registrationstatus: { kind: 'choice', label: 'Registration Status', options: choices.registrationStatus },
      msdyn_timezone: { kind: 'integer', label: 'Time Zone', min: -1500, max: 1500 },
      ...plainStates,
      ...createdAndModified,
    },
  },

  msdyn_iotalert: {
    set: 'msdyn_iotalerts',
    displayName: 'IoT Alert',
    key: 'msdyn_iotalertid',
    primaryName: 'msdyn_description',
    stored: { table: 'alerts', prefix: 'A' },
    states: alertStates,
    columns: {
      msdyn_iotalertid: id('IoT Alert'),
      msdyn_description: required(text('Description')),
      msdyn_alertdata: memo('Alert Data', 8192),
      msdyn_alerttime: time('Alert Time'),
      msdyn_alerttoken: text('Alert Token'),
      msdyn_alerttype: {
        kind: 'choice',
        label: 'Alert Type',
        options: choices.alertType,
        default: choices.alertType.Anomaly,
      },
      msdyn_alerturl: text('Alert URL', 500),
      msdyn_device: lookup('Device', 'msdyn_iotdevice', 'msdyn_Device'),
      msdyn_deviceid: text('Device ID'),
      msdyn_customerasset: lookup('Customer Asset', 'msdyn_customerasset', 'msdyn_CustomerAsset'),
      msdyn_case: lookup('Case', 'incident', 'msdyn_Case'),
      msdyn_workorder: lookup('Work Order', 'msdyn_workorder', 'msdyn_Workorder'),
      msdyn_parentalert: lookup('Primary Alert', 'msdyn_iotalert', 'msdyn_ParentAlert'),
      msdyn_parentalerttoken: text('Primary Alert Token'),
      msdyn_alertpriorityscore: { kind: 'integer', label: 'Priority Score (%)', min: 0, max: 100 },
      msdyn_suggestedpriority: { kind: 'choice', label: 'Suggested Priority', options: choices.suggestedPriority },
      ccs_readingtype: readOnly(text('Reading Type')),
      ccs_reading: readOnly(amount('Reading')),
      ccs_threshold: readOnly(amount('Threshold')),
      ccs_ruleoutput: readOnly(text('Rule Output')),
      ccs_reason: readOnly(text('Reason', 400)),
      ccs_groupkey: readOnly(text('Group Key', 400)),
      ccs_duplicatecount: readOnly({ kind: 'integer', label: 'Duplicates', min: 0, max: 2_147_483_647 } as const),
      ccs_lastalerttime: readOnly(time('Last Alert Time')),
      statecode: { kind: 'choice', label: 'Status', options: choices.alertState, default: choices.alertState.Active },
      statuscode: { kind: 'choice', label: 'Alert Status', options: choices.alertStatus },
      ...createdAndModified,
    },
  },

  incident: {
    set: 'incidents',
    displayName: 'Case',
    key: 'incidentid',
    primaryName: 'title',
    stored: { table: 'alerts', prefix: 'C' },
    states: caseStates,
    columns: {
      incidentid: id('Case'),
      title: required(text('Case Title', 200)),
      ticketnumber: readOnly(text('Case Number')),
      description: memo('Description', 10_000),
      customerid: required(lookup('Customer', 'account', 'customerid_account')),
      caseorigincode: { kind: 'choice', label: 'Origin', options: choices.caseOrigin },
      prioritycode: { kind: 'choice', label: 'Priority', options: choices.priority, default: choices.priority.Normal },
      msdyn_iotalert: lookup('IoT Alert', 'msdyn_iotalert', 'msdyn_IoTAlert'),
      ccs_groupkey: readOnly(text('Group Key', 400)),
      statecode: { kind: 'choice', label: 'Status', options: choices.caseState, default: choices.caseState.Active },
      statuscode: { kind: 'choice', label: 'Status Reason', options: choices.caseStatus },
      ...createdAndModified,
    },
  },

  msdyn_workorder: {
    set: 'msdyn_workorders',
    displayName: 'Work Order',
    key: 'msdyn_workorderid',
    primaryName: 'msdyn_name',
    stored: { table: 'alerts', prefix: 'W' },
    states: active,
    columns: {
      msdyn_workorderid: id('Work Order'),
      msdyn_name: readOnly(text('Work Order Number')),
      msdyn_workordersummary: memo('Work Order Summary', 10_000),
      msdyn_primaryincidentdescription: memo('Primary Incident Description', 10_000),
      msdyn_serviceaccount: required(lookup('Service Account', 'account', 'msdyn_serviceaccount')),
      msdyn_systemstatus: {
        kind: 'choice',
        label: 'System Status',
        options: choices.workOrderStatus,
        default: choices.workOrderStatus.Unscheduled,
      },
      ccs_prioritycode: {
        kind: 'choice',
        label: 'Priority',
        options: choices.priority,
        default: choices.priority.Normal,
      },
      msdyn_iotalert: lookup('IoT Alert', 'msdyn_iotalert', 'msdyn_IoTAlert'),
      msdyn_customerasset: lookup('Customer Asset', 'msdyn_customerasset', 'msdyn_CustomerAsset'),
      ccs_groupkey: readOnly(text('Group Key', 400)),
      ...plainStates,
      ...createdAndModified,
    },
  },

  ccs_parkedmessage: {
    set: 'ccs_parkedmessages',
    displayName: 'Parked Message',
    key: 'ccs_parkedmessageid',
    primaryName: 'ccs_detail',
    stored: { table: 'parked', prefix: 'P' },
    states: active,
    columns: {
      ccs_parkedmessageid: id('Parked Message'),
      ccs_parkedreason: readOnly(text('Reason')),
      ccs_detail: readOnly(text('Detail', 400)),
      ccs_hub: readOnly(text('Hub', 260)),
      ccs_partition: readOnly(text('Partition', 20)),
      ccs_sequencenumber: readOnly(text('Sequence Number', 20)),
      ccs_itemindex: readOnly({ kind: 'integer', label: 'Item', min: 0, max: 2_147_483_647 } as const),
      ccs_enqueuedtime: readOnly(time('Enqueued Time')),
      msdyn_deviceid: readOnly(text('Device ID', 200)),
      ccs_body: readOnly(memo('Body', 400_000)),
      ccs_bodyencoding: readOnly(text('Body Encoding', 10)),
      ...plainStates,
      ...createdAndModified,
    },
  },
} as const satisfies Record<string, Entity>;

/** Logical name of a table, e.g. `msdyn_iotalert`. */
export type EntityName = keyof typeof entities;

/** A record of the table with that logical name, its properties named as in the Web API. */
export type EntityRecord<N extends EntityName> = RecordOf<(typeof entities)[N]>;

export type Alert = EntityRecord<'msdyn_iotalert'>;
export type Case = EntityRecord<'incident'>;
export type Device = EntityRecord<'msdyn_iotdevice'>;
export type DeviceCategory = EntityRecord<'msdyn_iotdevicecategory'>;
export type WorkOrder = EntityRecord<'msdyn_workorder'>;

/** The table's row, seen as data: what generic code (OData, storage) reads. */
export function entity(name: EntityName): Entity {
  return entities[name];
}

const bySet = new Map<string, EntityName>(Object.entries(entities).map(([name, row]) => [row.set, name as EntityName]));

/** Logical name of the table behind an entity set, or undefined when there is no such set. */
export function entityOfSet(set: string): EntityName | undefined {
  return bySet.get(set);
}
