import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { shardLogs } from '../../shared/adapters/table/shard-log';
import { openTables } from '../../shared/adapters/table/tables';
import type { Row } from '../../shared/model/edm';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import type { Life } from './any-life';
import { all, ingestionOn, seed } from './ingestion';
import { openWebApi } from './web-api';
import type { TestApi } from './web-api';

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

/** Two devices with an owner; three more are not known yet. */
export async function settle(world: World): Promise<void> {
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
