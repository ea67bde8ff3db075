import fc from 'fast-check';
import { startAzurite } from '../../infra/local/azurite';
import type { Row } from '../../shared/model/edm';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { linkWaitingAlerts } from '../../shared/workflows/link-waiting-alerts';
import { anyLife } from '../kit/any-life';
import type { Life } from '../kit/any-life';
import { lead } from '../kit/lead-life';
import { told, worldInMemory, worldOn } from '../kit/life-worlds';
import { all } from '../kit/ingestion';

/*
 * Lives of alerts: a few devices storm, people change, close, delete and parent, devices appear, cases are closed.
 */

/** More, and others: `LIVES=100 SEED=2 npx jest any-life`. */
const lives = Number(process.env['LIVES'] ?? 6);
const seed = Number(process.env['SEED'] ?? 1);

async function ofAnyLife(check: (life: Life, connectionString: string) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(anyLife, async (life) => {
    // Its own, because it slows down as it fills.
    const azurite = await startAzurite();
    try {
      await check(life, azurite.connectionString);
    } finally {
      await azurite.stop();
    }
  });
  await fc.assert(property, { numRuns: lives, seed, endOnFailure: true });
}

test(
  'a life of any course is the same in memory, where every alert is a record, and on Table Storage, by three processes',
  async () => {
    await ofAnyLife(async (life, connectionString) => {
      const [memory, stored] = [worldInMemory(life), worldOn(connectionString, life)];
      const expected = await lead(life, memory);
      expect(await lead(life, stored)).toEqual(expected);
      expect(await told(stored.processes[0].deps.records)).toEqual(await told(memory.processes[0].deps.records));
    });
  },
  60_000 * lives,
);

test(
  'a life that three processes lead at once leaves nothing that contradicts itself',
  async () => {
    await ofAnyLife(async (life, connectionString) => {
      const answers = await lead(life, worldOn(connectionString, life), 3);
      const faults = answers.filter((answer) => typeof answer === 'object' && answer.status >= 500);
      expect(faults).toEqual([]);
      // One that remembers nothing.
      const [{ deps }] = worldOn(connectionString, life).processes;
      await linkWaitingAlerts(deps);
      expect(await contradictions(deps.records, life)).toEqual([]);
    });
  },
  60_000 * lives,
);

/** What is wrong with the alerts and cases there are, in words. */
async function contradictions(records: IngestDeps['records'], { steps }: Life): Promise<string[]> {
  const alerts = await all(records, 'msdyn_iotalert');
  const cases = await all(records, 'incident');
  const devices = new Set((await all(records, 'msdyn_iotdevice')).map((row) => row['msdyn_deviceid']));
  const byId = new Map(alerts.map((row) => [row['msdyn_iotalertid'], row]));
  const isCase = new Set(cases.map((row) => row['incidentid']));
  const duplicates = new Map<unknown, number>();
  for (const { _msdyn_parentalert_value: under } of alerts) duplicates.set(under, (duplicates.get(under) ?? 0) + 1);
  // What a deleted duplicate counted stays counted.
  const deletes = steps.some(({ does }) => does === 'delete');
  const wrong: string[] = [];
  const complain = (words: string, row: Row) => wrong.push(`${words}: ${JSON.stringify(row)}`);
  if (byId.size < alerts.length) wrong.push('An id is listed twice.');
  if (new Set(alerts.map((row) => row['msdyn_description'])).size < alerts.length)
    wrong.push('An alert is there twice.');
  for (const row of alerts) {
    const { msdyn_iotalertid: id, _msdyn_parentalert_value: parent, _msdyn_case_value: ticket } = row;
    const [own, counted] = [duplicates.get(id) ?? 0, Number(row['ccs_duplicatecount'] ?? 0)];
    if (parent && !byId.has(parent)) complain('Its primary alert is gone', row);
    if (parent && own > 0) complain('A duplicate has duplicates', row);
    if (!parent && (deletes ? counted < own : counted !== own)) complain(`It has ${own} duplicates`, row);
    if (ticket && !isCase.has(ticket)) complain('Its case is gone', row);
    if (devices.has(row['msdyn_deviceid']) && !row['_msdyn_device_value']) complain('It is not linked', row);
    const alone = (await records.get('msdyn_iotalert', String(id)))?.row;
    if (JSON.stringify(alone) !== JSON.stringify(row)) complain(`By its id it is ${JSON.stringify(alone)}`, row);
  }
  for (const row of cases) {
    const alert = row['_msdyn_iotalert_value'];
    if (alert && !byId.has(alert)) complain('Its alert is gone', row);
  }
  return wrong;
}
