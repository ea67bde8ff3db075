import * as choices from '../choices';
import type { Entity, State } from '../edm';
import {
  active,
  choice,
  choiceOr,
  createdAndModified,
  id,
  lookup,
  memo,
  plainStates,
  readOnly,
  required,
  text,
} from './columns';

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

/** What alerts open: cases and work orders. */
export const ticketTables = {
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
      customerid: required(lookup('Customer', 'account', 'customerid_account', 'incident_customer_accounts')),
      caseorigincode: choice('Origin', choices.caseOrigin),
      prioritycode: choiceOr('Priority', choices.priority, choices.priority.Normal),
      msdyn_iotalert: lookup('IoT Alert', 'msdyn_iotalert', 'msdyn_IoTAlert', 'msdyn_msdyn_iotalert_incident_IoTAlert'),
      ccs_groupkey: readOnly(text('Group Key', 400)),
      statecode: choiceOr('Status', choices.caseState, choices.caseState.Active),
      statuscode: choice('Status Reason', choices.caseStatus),
      ...createdAndModified('incident'),
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
      msdyn_serviceaccount: required(
        lookup('Service Account', 'account', 'msdyn_serviceaccount', 'msdyn_account_msdyn_workorder_ServiceAccount'),
      ),
      msdyn_systemstatus: choiceOr('System Status', choices.workOrderStatus, choices.workOrderStatus.Unscheduled),
      ccs_prioritycode: choiceOr('Priority', choices.priority, choices.priority.Normal),
      msdyn_iotalert: lookup(
        'IoT Alert',
        'msdyn_iotalert',
        'msdyn_IoTAlert',
        'msdyn_msdyn_iotalert_msdyn_workorder_IoTAlert',
      ),
      msdyn_customerasset: lookup(
        'Customer Asset',
        'msdyn_customerasset',
        'msdyn_CustomerAsset',
        'msdyn_msdyn_customerasset_msdyn_workorder_CustomerAsset',
      ),
      ccs_groupkey: readOnly(text('Group Key', 400)),
      ...plainStates,
      ...createdAndModified('msdyn_workorder'),
    },
  },
} as const satisfies Record<string, Entity>;
