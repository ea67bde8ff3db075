import fc from 'fast-check';
import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { shardLogs } from '../../shared/adapters/table/shard-log';
import { openTables } from '../../shared/adapters/table/tables';
import type { Row } from '../../shared/model/edm';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { linkWaitingAlerts } from '../../shared/workflows/link-waiting-alerts';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { parentAlert } from '../../shared/workflows/parent-alert';
import { all, event, ingestionOn, seed, start } from './ingestion';
import { openWebApi } from './web-api';
import type { TestApi } from './web-api';

/** What happens in a life; `which` and `under` are places among the alerts, or cases, that there are by then. */
export type Step =
  | { does: 'storm'; size: number; devices: number; jump: number; tokens: number }
  | { does: 'send again'; of: number }
  | { does: 'post'; device: number; jump: number; under: number | null; isChosen: boolean }
  | { does: 'post many'; size: number; devices: number; jump: number }
  | { does: 'change' | 'close' | 'resolve' | 'delete'; which: number }
  | { does: 'parent'; which: number; minutes: number }
  | { does: 'close ticket'; which: number }
  | { does: 'appear'; device: number };

const which = fc.nat(10_000);
const devices = fc.constantFrom(1, 2, 5);
/** Minutes until the next alerts, or back. */
const jump = fc.constantFrom(0, 0, 0, 1, 3, -2, 60, -45);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      does: fc.constant('storm' as const),
      size: fc.constantFrom(1, 5, 40, 150),
      devices,
      jump,
      tokens: fc.constantFrom(3, 100_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('send again' as const), of: which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('post' as const),
      device: fc.nat(4),
      jump,
      under: fc.option(which),
      isChosen: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('post many' as const), size: fc.constantFrom(2, 30), devices, jump }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom('change' as const, 'close' as const, 'resolve' as const, 'delete' as const),
      which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('parent' as const), which, minutes: fc.constantFrom(1, 30, 600) }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('close ticket' as const), which }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('appear' as const), device: fc.nat(4) }) },
);
export interface Life {
  steps: Step[];
  groupByText: string;
  mode: 'fixed' | 'sliding';
  joinOpenTicket: boolean;
  parentOnCreate: boolean;
}

export const anyLife: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 30 }),
  groupByText: fc.constantFrom('alert.msdyn_deviceid', 'alert.msdyn_alerttype', 'device.msdyn_account'),
  mode: fc.constantFrom('fixed', 'sliding'),
  joinOpenTicket: fc.boolean(),
  parentOnCreate: fc.boolean(),
});

/** What a caller was answered; of a workflow what it returned. */
export type Answer = { status: number; code: string | undefined; faults: unknown[] } | string | number;

interface Process {
  deps: IngestDeps;
  api: TestApi;
}

/** What there is, and who works on it, one step each. */
export interface World {
  processes: [Process, ...Process[]];
}

let made = 0;

function processOn(adapters: Parameters<typeof ingestionOn>[0], life: Life) {
  const { groupByText, mode, joinOpenTicket, parentOnCreate } = life;
  const rules = { span: 60_000, mode, maxAge: 3_600_000 };
  const deps = ingestionOn(adapters, { groupByText, joinOpenTicket, rules });
  const unique = () => `life ${(made += 1)}`;
  const alerts = groupedAlertWrites(deps, unique, { parentOnCreate, oneAtATime: oneAtATime() });
  return { deps, api: openWebApi(deps.records, { alerts, unique, now: deps.now }) };
}

export function worldInMemory(life: Life): World {
  const records = memoryRecordStore();
  return { processes: [processOn({ records, ledger: memoryAlertLedger(records) }, life)] };
}

/** Three processes, which write the groups back soon. */
export function worldOn(connectionString: string, life: Life): World {
  const open = () => {
    const tables = openTables({ connectionString });
    const logs = shardLogs(tables, { entries: 6, alerts: 60 });
    return processOn({ records: tableRecordStore(tables, { logs }), ledger: tableAlertLedger(tables, logs) }, life);
  };
  return { processes: [open(), open(), open()] };
}

async function settle(world: World): Promise<void> {
  const { records } = world.processes[0].deps;
  const account = await seed(records, 'account', 'owner', {});
  for (const id of ['d0', 'd1']) {
    await seed(records, 'msdyn_iotdevice', id, { msdyn_deviceid: id, _msdyn_account_value: account });
  }
}

export interface Told {
  alerts: Row[];
  cases: Row[];
}

/** All records of both kinds with descriptions and names in place of ids, in an order that does not depend on these. */
export async function told(records: IngestDeps['records']): Promise<Told> {
  const alerts = await all(records, 'msdyn_iotalert');
  const cases = await all(records, 'incident');
  const names = new Map<unknown, string>();
  for (const row of await all(records, 'msdyn_iotdevice'))
    names.set(row['msdyn_iotdeviceid'], String(row['msdyn_name']));
  for (const row of alerts) names.set(row['msdyn_iotalertid'], String(row['msdyn_description']));
  for (const row of cases) names.set(row['incidentid'], `case of ${names.get(row['_msdyn_iotalert_value'])}`);
  const named = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row)
        // Where nothing is told, a column is null or not there. Ticket numbers are made of ids.
        .filter(([key, value]) => value !== null && key !== 'ticketnumber')
        .map(([key, value]) => [key, names.get(value) ?? value]),
    );
  const inOrder = (rows: Row[]) => rows.map(named).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { alerts: inOrder(alerts), cases: inOrder(cases) };
}

/**
 * Leads a life, so many steps at once, each by the next process. Answers what callers were answered, in the order in which that came.
 */
export async function lead({ steps }: Life, world: World, atOnce = 1): Promise<Answer[]> {
  await settle(world);
  let now = start;
  let count = 0;
  let sequence = 0;
  const batches: Parameters<typeof ingestEvents>[1][] = [];
  const answers: Answer[] = [];
  const take = async (each: Step, at: number): Promise<void> => {
    const { deps, api } = world.processes[at % world.processes.length]!;
    const { records } = deps;
    const ordered = async (name: 'msdyn_iotalert' | 'incident', column: string) =>
      (await all(records, name)).toSorted((a, b) => (String(a[column]) < String(b[column]) ? -1 : 1));
    const alertAt = async (index: number) => {
      const alerts = await ordered('msdyn_iotalert', 'msdyn_description');
      return String(alerts[index % Math.max(1, alerts.length)]?.['msdyn_iotalertid']);
    };
    const time = () => new Date((now += 1_000)).toISOString();
    const description = () => `a${String((count += 1)).padStart(5, '0')}`;
    const status = async (answer: ReturnType<TestApi['get']>): Promise<Answer> => {
      const { status: code, json, faults } = await answer;
      return { status: code, code: json?.error?.code, faults };
    };
    const patch = async (body: object, index: number) =>
      status(api.patch(`/msdyn_iotalerts(${await alertAt(index)})`, body));
    switch (each.does) {
      case 'storm': {
        now += each.jump * 60_000;
        const batch = Array.from({ length: each.size }, () => {
          const token = `t${count % each.tokens}`;
          const body = {
            deviceid: `d${count % each.devices}`,
            alerttype: 'Anomaly',
            description: description(),
            eventtoken: token,
            time: time(),
          };
          return event((sequence += 1), body, { enqueued: now });
        });
        batches.push(batch);
        await ingestEvents({ hub: 'hub', partition: '0' }, batch, deps);
        break;
      }
      case 'send again':
        await ingestEvents({ hub: 'hub', partition: '0' }, batches[each.of % (batches.length || 1)] ?? [], deps);
        break;
      case 'post': {
        now += each.jump * 60_000;
        const parent = each.under === null ? undefined : await alertAt(each.under);
        const row = {
          msdyn_description: description(),
          msdyn_deviceid: `d${each.device}`,
          msdyn_alerttime: time(),
          ...(each.isChosen && { msdyn_iotalertid: `c0ffee00-0000-4000-8000-${String(count).padStart(12, '0')}` }),
          ...(parent && { 'msdyn_ParentAlert@odata.bind': `/msdyn_iotalerts(${parent})` }),
        };
        answers.push(await status(api.post('/msdyn_iotalerts', row)));
        break;
      }
      case 'post many': {
        now += each.jump * 60_000;
        const Targets = Array.from({ length: each.size }, () => ({
          '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotalert',
          msdyn_deviceid: `d${count % each.devices}`,
          msdyn_description: description(),
          msdyn_alerttime: time(),
        }));
        answers.push(await status(api.post('/msdyn_iotalerts/Microsoft.Dynamics.CRM.CreateMultiple', { Targets })));
        break;
      }
      case 'change':
        answers.push(await patch({ msdyn_alertdata: `{"changed":${at}}` }, each.which));
        break;
      case 'close':
        answers.push(await patch({ statecode: 1, statuscode: 2 }, each.which));
        break;
      case 'resolve':
        answers.push(await patch({ statecode: 3 }, each.which));
        break;
      case 'delete':
        answers.push(await status(api.send('DELETE', `/msdyn_iotalerts(${await alertAt(each.which)})`)));
        break;
      case 'parent': {
        const id = await alertAt(each.which);
        if (id === 'undefined') break;
        answers.push(await parentAlert(id, each.minutes * 60_000, { ...deps, oneAtATime: oneAtATime() }));
        break;
      }
      case 'close ticket': {
        const cases = await ordered('incident', 'title');
        const id = cases[each.which % (cases.length || 1)]?.['incidentid'];
        if (id) answers.push(await status(api.patch(`/incidents(${String(id)})`, { statecode: 1, statuscode: 5 })));
        break;
      }
      case 'appear': {
        const id = `d${each.device}`;
        const row = { msdyn_name: id, msdyn_deviceid: id };
        answers.push(await status(api.post('/msdyn_iotdevices', row)));
        answers.push(await linkWaitingAlerts(deps, id));
        break;
      }
    }
  };
  for (let at = 0; at < steps.length; at += atOnce) {
    await Promise.all(steps.slice(at, at + atOnce).map((each, i) => take(each, at + i)));
  }
  return answers;
}
