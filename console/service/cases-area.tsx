import { caseState, caseStatus } from '../../shared/model/choices';
import type { PageProps } from '../app/page-props';
import { Area } from '../forms/area';
import type { FormDescription } from '../forms/form-description';
import type { ListDescription } from '../lists/list-description';
import { CaseCommands } from './case-commands';
import { TicketAlerts } from './ticket-alerts';

const open = `statecode eq ${caseState.Active}`;

const list: ListDescription<'incident'> = {
  table: 'incident',
  path: 'cases',
  views: [
    { key: 'active', name: 'Active Cases', filter: open },
    { key: 'resolved', name: 'Resolved Cases', filter: `statuscode eq ${caseStatus['Problem Solved']}` },
    { key: 'all', name: 'All Cases' },
  ],
  columns: [
    'title',
    'ticketnumber',
    '_customerid_value',
    '_msdyn_iotalert_value',
    'prioritycode',
    'statuscode',
    'createdon',
  ],
  searchIn: ['title', 'ticketnumber'],
  empty: 'There are no cases in this view.',
  creatable: true,
  refreshEvery: 10_000,
};

const form: FormDescription<'incident'> = {
  table: 'incident',
  path: 'cases',
  facts: ['ticketnumber', 'statuscode', 'prioritycode'],
  sections: [
    { title: 'Case', fields: ['title', 'description', '_customerid_value', 'caseorigincode', 'prioritycode'] },
    { title: 'Where it comes from', fields: ['_msdyn_iotalert_value', 'createdon', 'modifiedon'] },
  ],
  commands: CaseCommands,
  tabs: [
    {
      key: 'alerts',
      name: 'Alerts and Devices',
      Content: ({ record }) => <TicketAlerts filter={`_msdyn_case_value eq ${record.incidentid}`} />,
    },
  ],
};

export function CasesArea({ id }: PageProps) {
  return <Area list={list} form={form} id={id} />;
}
