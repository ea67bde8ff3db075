import {
  alertState,
  caseState,
  caseStatus,
  commandStatus,
  registrationStatus,
  workOrderStatus,
} from '../../../shared/model/choices';
import { categoryId, deviceRecordId } from './fill';

/** A request that the console makes, in its words. */
export interface ListRequest {
  /** Page of the console. */
  list: string;
  /** View, tab or field. */
  view: string;
  set: string;
  options: Options;
  /** Records a page; 50 when left out, as in lists. */
  pageSize?: number;
}

interface Options {
  select?: string;
  filter?: string;
  orderby?: string;
  expand?: string;
  top?: number;
  count?: boolean;
}

/** Records that only the filled store can name. */
export interface Known {
  /** A primary alert with duplicates. */
  alert: string;
  /** The case that it opened, its device, and whose that is. */
  case: string;
  device: string;
  account: string;
}

/** The address after the service root. */
export function addressOf({ set, options }: Pick<ListRequest, 'set' | 'options'>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return `${set}?${given.map(([name, value]) => `$${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}

const alertSelect =
  'msdyn_description,msdyn_alerttime,ccs_duplicatecount,_msdyn_device_value,statuscode,_msdyn_case_value,_msdyn_workorder_value,ccs_reason,msdyn_deviceid';
const embeddedAlerts =
  'msdyn_description,msdyn_alerttime,ccs_duplicatecount,statuscode,_msdyn_case_value,_msdyn_workorder_value,ccs_reason';
const deviceSelect =
  'msdyn_name,msdyn_deviceid,_msdyn_account_value,_msdyn_category_value,msdyn_registrationstatus,msdyn_connectionstate,msdyn_lastactivitytime';
const accountSelect = 'name,accountnumber,telephone1,emailaddress1,address1_city,createdon';
const caseSelect = 'title,ticketnumber,_customerid_value,_msdyn_iotalert_value,prioritycode,statuscode,createdon';
const workOrderSelect =
  'msdyn_name,msdyn_workordersummary,_msdyn_serviceaccount_value,_msdyn_iotalert_value,msdyn_systemstatus,ccs_prioritycode,createdon';
const commandSelect =
  'msdyn_name,_msdyn_device_value,msdyn_commandstatus,ccs_feedback,msdyn_commandstatusreason,_msdyn_parentalert_value,createdon';
const dashboardSelect =
  'msdyn_iotalertid,createdon,msdyn_deviceid,ccs_duplicatecount,_msdyn_case_value,_msdyn_workorder_value,_msdyn_lastcommandsent_value';

const primary = '_msdyn_parentalert_value eq null';
const alertExpand = 'msdyn_Device($select=msdyn_name,_msdyn_account_value)';
const isActive = 'statecode eq 0';

const dayBefore = () => new Date(Date.now() - 24 * 3_600_000).toISOString();

const containing = (properties: readonly string[], text: string) =>
  properties.map((property) => `contains(tolower(${property}),'${text}')`).join(' or ');

/** The last device, which raised none. */
const quiet = deviceRecordId(9_999);

/** Every list of the console with its views, searches, orders and tabs, and what the dashboard asks for. */
export function requestsOf(known: Known): ListRequest[] {
  return [
    ...alertLists(known),
    ...deviceLists(known),
    ...accountLists(known),
    ...ticketLists(known),
    ...smallLists(),
    ...lookups(),
    ...dashboard(),
  ];
}

function alertLists(known: Known): ListRequest[] {
  const list = { list: 'IoT Alerts', set: 'msdyn_iotalerts' };
  const asked = (view: string, filter?: string, more: Options = {}): ListRequest => ({
    ...list,
    view,
    options: { select: alertSelect, ...(filter && { filter }), expand: alertExpand, ...more },
  });
  const search = (text: string) => containing(['msdyn_description', 'msdyn_deviceid'], text);
  return [
    asked('Primary', primary),
    asked('Primary, counted', primary, { count: true }),
    asked('Active', `statecode eq ${alertState.Active} and ${primary}`),
    asked('In Progress', `statecode eq ${alertState.InProgress}`),
    asked('Closed', `statecode eq ${alertState.Closed}`),
    asked('All'),
    asked('Primary, search: often', `(${primary}) and (${search('reading')})`),
    asked('Primary, search: one device', `(${primary}) and (${search('device-01234')})`),
    asked('Primary, search: nothing', `(${primary}) and (${search('zebra')})`),
    asked('All, search: one device', search('device-01234')),
    asked('All, search: nothing', search('zebra')),
    asked('Primary, order: time desc', primary, { orderby: 'msdyn_alerttime desc' }),
    asked('Primary, order: description', primary, { orderby: 'msdyn_description asc' }),
    asked('Primary, order: duplicates desc', primary, { orderby: 'ccs_duplicatecount desc' }),
    asked('Closed, order: time', `statecode eq ${alertState.Closed}`, { orderby: 'msdyn_alerttime asc' }),
    {
      ...list,
      view: 'Hierarchy of a primary alert',
      pageSize: 25,
      options: {
        select: 'msdyn_description,msdyn_alerttime,ccs_reading,ccs_threshold',
        filter: `_msdyn_parentalert_value eq ${known.alert}`,
      },
    },
    ...[`_msdyn_case_value eq ${known.case}`].map((filter): ListRequest => ({
      ...list,
      view: 'Alerts of a case',
      pageSize: 25,
      options: {
        select: 'msdyn_description,msdyn_alerttime,_msdyn_device_value,ccs_duplicatecount,statuscode,ccs_reason',
        filter,
      },
    })),
    {
      ...list,
      view: 'Alerts of a device',
      pageSize: 25,
      options: { select: embeddedAlerts, filter: `_msdyn_device_value eq ${known.device}` },
    },
    {
      ...list,
      view: 'Alerts of a quiet device',
      pageSize: 25,
      options: { select: embeddedAlerts, filter: `_msdyn_device_value eq ${quiet}` },
    },
    {
      ...list,
      view: 'Readings of a device',
      pageSize: 500,
      options: {
        select: 'msdyn_alerttime,ccs_readingtype,ccs_reading,ccs_threshold,_msdyn_parentalert_value',
        filter: `_msdyn_device_value eq ${known.device}`,
      },
    },
    {
      ...list,
      view: 'Alerts of an account',
      pageSize: 25,
      options: {
        select: 'msdyn_description,msdyn_alerttime,_msdyn_device_value,ccs_duplicatecount,statuscode',
        filter: `${primary} and _msdyn_device_value in (${known.device},${quiet})`,
      },
    },
  ];
}

function deviceLists(known: Known): ListRequest[] {
  const list = { list: 'Devices', set: 'msdyn_iotdevices' };
  const asked = (view: string, filter: string, orderby?: string): ListRequest => ({
    ...list,
    view,
    options: { select: deviceSelect, filter, ...(orderby && { orderby }) },
  });
  const search = (text: string) => `(${isActive}) and (${containing(['msdyn_name', 'msdyn_deviceid'], text)})`;
  const of = (view: string, filter: string): ListRequest => ({ ...asked(view, filter), pageSize: 25 });
  return [
    asked('Active', isActive),
    { ...asked('Active, counted', isActive), options: { select: deviceSelect, filter: isActive, count: true } },
    asked('Without Account', `${isActive} and _msdyn_account_value eq null`),
    asked('Not Registered', `${isActive} and msdyn_registrationstatus ne ${registrationStatus.Registered}`),
    asked('In Error', `msdyn_registrationstatus eq ${registrationStatus.Error}`),
    asked('Inactive', 'statecode eq 1'),
    asked('Active, search: often', search('contoso')),
    asked('Active, search: one', search('device-09876')),
    asked('Active, search: nothing', search('zebra')),
    asked('Active, order: name', isActive, 'msdyn_name asc'),
    asked('Active, order: name desc', isActive, 'msdyn_name desc'),
    asked('Active, order: registration', isActive, 'msdyn_registrationstatus asc'),
    of('Devices of an account', `_msdyn_account_value eq ${known.account}`),
    of('Devices of a category', `_msdyn_category_value eq ${categoryId(1)}`),
    {
      ...asked('Ids of the whole view', isActive),
      options: { select: 'msdyn_iotdeviceid', filter: isActive },
      pageSize: 5000,
    },
    {
      list: 'Devices',
      view: 'Commands to a device',
      set: 'msdyn_iotdevicecommands',
      pageSize: 25,
      options: {
        select: 'msdyn_name,createdon,msdyn_commandstatus,ccs_feedback,msdyn_commandstatusreason',
        filter: `_msdyn_device_value eq ${known.device}`,
      },
    },
    {
      list: 'Devices',
      view: 'Registrations of a device',
      set: 'msdyn_iotdeviceregistrationhistories',
      pageSize: 25,
      options: {
        select: 'msdyn_name,msdyn_action,ccs_outcome,ccs_message,createdon',
        filter: `_msdyn_device_value eq ${known.device}`,
      },
    },
    {
      list: 'Devices',
      view: 'Running jobs',
      set: 'ccs_devicejobs',
      options: { select: 'ccs_devicejobid,ccs_name,ccs_total,ccs_finished,ccs_failed', filter: isActive, top: 10 },
    },
  ];
}

function accountLists(known: Known): ListRequest[] {
  const asked = (view: string, filter: string, orderby?: string): ListRequest => ({
    list: 'Accounts',
    set: 'accounts',
    view,
    options: { select: accountSelect, filter, ...(orderby && { orderby }) },
  });
  const search = (text: string) =>
    `(${isActive}) and (${containing(['name', 'accountnumber', 'address1_city'], text)})`;
  return [
    asked('Active', isActive),
    asked('Inactive', 'statecode eq 1'),
    asked('Active, search: often', search('graz')),
    asked('Active, search: one', search('c-04321')),
    asked('Active, search: nothing', search('zebra')),
    asked('Active, order: name', isActive, 'name asc'),
    {
      list: 'Accounts',
      view: 'Devices of an account, for its alerts',
      set: 'msdyn_iotdevices',
      pageSize: 30,
      options: { select: 'msdyn_iotdeviceid', filter: `_msdyn_account_value eq ${known.account}` },
    },
    {
      list: 'Accounts',
      view: 'Cases of an account',
      set: 'incidents',
      pageSize: 25,
      options: {
        select: 'title,ticketnumber,_msdyn_iotalert_value,statuscode,createdon',
        filter: `_customerid_value eq ${known.account}`,
      },
    },
  ];
}

function ticketLists(known: Known): ListRequest[] {
  const cases = (view: string, filter?: string, orderby?: string): ListRequest => ({
    list: 'Cases',
    set: 'incidents',
    view,
    options: { select: caseSelect, ...(filter && { filter }), ...(orderby && { orderby }) },
  });
  const workOrders = (view: string, filter?: string): ListRequest => ({
    list: 'Work Orders',
    set: 'msdyn_workorders',
    view,
    options: { select: workOrderSelect, ...(filter && { filter }) },
  });
  const open = `statecode eq ${caseState.Active}`;
  return [
    cases('Active', open),
    cases('Resolved', `statuscode eq ${caseStatus['Problem Solved']}`),
    cases('All'),
    cases('Active, search: often', `(${open}) and (${containing(['title', 'ticketnumber'], 'temperature')})`),
    cases('Active, search: nothing', `(${open}) and (${containing(['title', 'ticketnumber'], 'zebra')})`),
    cases('Active, order: created desc', open, 'createdon desc'),
    cases('Active, order: title', open, 'title asc'),
    workOrders('Active', isActive),
    workOrders('Unscheduled', `msdyn_systemstatus eq ${workOrderStatus.Unscheduled}`),
    workOrders('All'),
    workOrders(
      'Active, search: nothing',
      `(${isActive}) and (${containing(['msdyn_name', 'msdyn_workordersummary'], 'zebra')})`,
    ),
    { ...cases('One case, by its id', `incidentid eq ${known.case}`) },
  ];
}

function smallLists(): ListRequest[] {
  const asked = (list: string, set: string, select: string, filter?: string): ListRequest => ({
    list,
    view: filter ? 'Active' : 'All',
    set,
    options: { select, ...(filter && { filter }) },
  });
  return [
    asked('Categories', 'msdyn_iotdevicecategories', 'msdyn_name,ccs_response,ccs_prioritycode,modifiedon', isActive),
    asked(
      'Assets',
      'msdyn_customerassets',
      'msdyn_name,_msdyn_account_value,msdyn_deviceid,_msdyn_parentasset_value,createdon',
      isActive,
    ),
    asked('Commands', 'msdyn_iotdevicecommands', commandSelect, isActive),
    asked('Parked', 'ccs_parkedmessages', 'ccs_detail,ccs_parkedreason,msdyn_deviceid,ccs_enqueuedtime'),
  ];
}

/** What is asked while somebody types an account's or a device's name: beginnings letter by letter, then anything. */
function lookups(): ListRequest[] {
  const asked = (set: string, key: string, name: string, text: string): ListRequest[] =>
    [`startswith(${name},'${text}')`, containing([name], text.toLowerCase())].map((filter) => ({
      list: 'Lookup',
      view: `${set}: ${filter.split('(')[0]} "${text}"`,
      set,
      options: { select: `${key},${name}`, filter: `(${isActive}) and (${filter})`, top: 20 },
    }));
  return [
    ...asked('accounts', 'accountid', 'name', 'Con'),
    ...asked('accounts', 'accountid', 'name', 'Litware Graz 4'),
    ...asked('accounts', 'accountid', 'name', 'Zebra'),
    ...asked('msdyn_iotdevices', 'msdyn_iotdeviceid', 'msdyn_name', 'Thermostat 98'),
    ...asked('msdyn_iotdevices', 'msdyn_iotdeviceid', 'msdyn_name', 'Zebra'),
  ];
}

function dashboard(): ListRequest[] {
  const most = 100;
  return [
    {
      list: 'Dashboard',
      view: 'Primary alerts of a day',
      set: 'msdyn_iotalerts',
      pageSize: 100,
      options: {
        select: dashboardSelect,
        filter: `createdon ge ${dayBefore()} and ${primary}`,
        expand: 'msdyn_Device($select=msdyn_name,_msdyn_category_value)',
      },
    },
    {
      list: 'Dashboard',
      view: 'Parked messages',
      set: 'ccs_parkedmessages',
      options: { select: 'ccs_parkedmessageid', top: most },
    },
    {
      list: 'Dashboard',
      view: 'Devices in error',
      set: 'msdyn_iotdevices',
      options: {
        select: 'msdyn_iotdeviceid',
        filter: `msdyn_registrationstatus eq ${registrationStatus.Error}`,
        top: most,
      },
    },
    {
      list: 'Dashboard',
      view: 'Commands in error',
      set: 'msdyn_iotdevicecommands',
      options: {
        select: 'msdyn_iotdevicecommandid',
        filter: `msdyn_commandstatus eq ${commandStatus.Error}`,
        top: most,
      },
    },
  ];
}
