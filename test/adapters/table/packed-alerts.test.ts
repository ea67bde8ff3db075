import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { tableAlertLedger } from '../../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../../shared/adapters/table/record-store';
import { shardLogs } from '../../../shared/adapters/table/shard-log';
import { openTables } from '../../../shared/adapters/table/tables';
import { shardOf } from '../../../shared/domain/ids';
import type { HubEvent } from '../../../shared/domain/hub-event';
import type { Row } from '../../../shared/model/edm';
import type { ListRequest, RecordStore } from '../../../shared/ports/record-store';
import { ingestEvents } from '../../../shared/workflows/ingest-events';
import type { IngestDeps } from '../../../shared/workflows/ingest-events';
import { linkWaitingAlerts } from '../../../shared/workflows/link-waiting-alerts';
import { alertRecord, all, event, everything, ingestionOn, seed, start } from '../../kit/ingestion';

/*
 * Duplicates have no rows of their own on Table Storage. Here the same events go into memory, where every alert is a
 * record, and into storage; whoever reads must not be able to tell the difference.
 */

let azurite: Azurite;
beforeEach(async () => {
  azurite = await startAzurite();
});
afterEach(() => azurite.stop());

const source = { hub: 'hub', partition: '0' };

/** A process of its own, which writes the groups back soon. */
function newProcess(tail = { entries: 12, alerts: 150 }): IngestDeps {
  const tables = openTables({ connectionString: azurite.connectionString });
  const logs = shardLogs(tables, tail);
  return ingestionOn({ records: tableRecordStore(tables, { logs }), ledger: tableAlertLedger(tables, logs) });
}

async function withDevices(deps: IngestDeps): Promise<IngestDeps> {
  const account = await seed(deps.records, 'account', 'owner', {});
  for (const id of ['d0', 'd1', 'd2']) {
    await seed(deps.records, 'msdyn_iotdevice', id, { msdyn_deviceid: id, _msdyn_account_value: account });
  }
  return deps;
}

/** Alerts of 7 devices, of which 3 are known, over some minutes, late and early ones among them; some are sent twice. */
function storm(count: number, more: (i: number) => Row = () => ({})): HubEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const time = start + i * 900 - (i % 11 === 0 ? 200_000 : 0);
    const token = `token ${i % 13 === 0 ? i - (i % 2) : i}`;
    const text = i % 17 === 0 ? { note: `two\nlines, "quoted", ü and 😀 of ${i}` } : {};
    const body = alertRecord(`d${(i * i) % 7}`, {
      reading: 70 + (i % 40) / 8,
      time: new Date(time).toISOString(),
      ...(i % 5 === 0 ? {} : { eventtoken: token }),
      ...text,
      ...more(i),
    });
    return event(i, body, i % 5 === 0 ? { messageId: token } : {});
  });
}

async function deliver(events: readonly HubEvent[], deps: IngestDeps, size: number): Promise<void> {
  for (let at = 0; at < events.length; at += size) await ingestEvents(source, events.slice(at, at + size), deps);
}

/** All that a request lists, page by page. */
async function listed(records: RecordStore, request: ListRequest): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ;) {
    const page = await records.list('msdyn_iotalert', { ...request, ...(after !== undefined && { after }) });
    rows.push(...page.records.map(({ row }) => row));
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

/** More than a query of storage takes. */
const manyDevices = Array.from({ length: 80 }, (_, i) => `unknown ${i}`);

const idOf = (row: Row) => String(row['msdyn_iotalertid']);
const isDuplicate = (row: Row) => Boolean(row['_msdyn_parentalert_value']);

test('alerts in the log are the same records as in memory: in lists, by id, by parent, by device and by time', async () => {
  const events = storm(700);
  const memory = await withDevices(ingestionOn());
  const stored = await withDevices(newProcess());
  await deliver(events, memory, 40);
  for (const [i, size] of [1, 7, 90, 300].entries()) {
    // Processes come and go, and go over what is done already.
    await deliver(events.slice(0, [30, 200, 400, 700][i]), i % 2 === 0 ? stored : newProcess(), size);
  }
  const { records } = newProcess();
  expect(await everything(records)).toEqual(await everything(memory.records));
  const alerts = await all(memory.records, 'msdyn_iotalert');
  expect(alerts.filter(isDuplicate).length).toBeGreaterThan(400);
  const parent = String(alerts.find(isDuplicate)!['_msdyn_parentalert_value']);
  const device = (await memory.records.getByAlternateKey('msdyn_iotdevice', 'd1'))!.row['msdyn_iotdeviceid']!;
  const requests: ListRequest[] = [
    { limit: 13 },
    { limit: 13, equals: { _msdyn_parentalert_value: parent } },
    { limit: 200, equals: { _msdyn_parentalert_value: null } },
    { limit: 50, equals: { _msdyn_device_value: device } },
    { limit: 50, equals: { msdyn_deviceid: 'd5', statecode: 0 } },
    { limit: 50, between: { msdyn_alerttime: { from: new Date(start + 100_000).toISOString() } } },
    { limit: 50, equals: { ccs_duplicatecount: 3 } },
  ];
  for (const request of requests) {
    expect(await listed(records, request)).toEqual(await listed(memory.records, request));
  }
  const some = await listed(records, { limit: 50, properties: ['msdyn_description'] });
  expect(some.map((row) => row['msdyn_description'])).toEqual(alerts.map((row) => row['msdyn_description']));
  for (const row of alerts.filter((_, i) => i % 9 === 0)) {
    expect((await records.get('msdyn_iotalert', idOf(row)))?.row).toEqual(row);
  }
  expect(await records.get('msdyn_iotalert', idOf(alerts[0]!).replace(/....$/, 'ffff'))).toBeUndefined();
});

test('alerts in the log are found like those in memory when one of several values, or a test of ours, is asked for', async () => {
  const events = storm(240);
  const memory = await withDevices(ingestionOn());
  const stored = await withDevices(newProcess());
  await deliver(events, memory, 40);
  await deliver(events, stored, 80);
  const device = (await memory.records.getByAlternateKey('msdyn_iotdevice', 'd1'))!.row['msdyn_iotdeviceid']!;
  const requests: ListRequest[] = [
    { limit: 20, among: { property: 'ccs_duplicatecount', values: [17, 18] } },
    { limit: 20, among: { property: '_msdyn_device_value', values: [device, 'nobody'] } },
    { limit: 20, among: { property: 'msdyn_deviceid', values: ['d1', 'd5', ...manyDevices] } },
    {
      limit: 5,
      equals: { _msdyn_parentalert_value: null },
      among: { property: 'msdyn_deviceid', values: ['d2', 'd4'] },
    },
    { limit: 20, matches: { looksAt: ['ccs_duplicatecount'], holds: (row) => Number(row['ccs_duplicatecount']) > 2 } },
    {
      limit: 20,
      examine: 60,
      equals: { msdyn_deviceid: 'd1' },
      matches: { looksAt: ['ccs_reading'], holds: (row) => Number(row['ccs_reading']) > 74 },
    },
  ];
  for (const request of requests) {
    const expected = await listed(memory.records, request);
    expect(expected.length).toBeGreaterThan(2);
    expect(await listed(stored.records, request)).toEqual(expected);
  }
}, 120_000);

test('one of them can be changed and deleted like any other, once for each ETag', async () => {
  const stored = await withDevices(newProcess());
  await deliver(storm(60), stored, 20);
  const { records } = newProcess();
  const before = await all(records, 'msdyn_iotalert');
  const [first, second] = before.filter(isDuplicate);
  const found = (await records.get('msdyn_iotalert', idOf(first!)))!;
  const changed = { ...found.row, msdyn_description: 'looked at' };
  const results = await Promise.all(
    [1, 2, 3].map(async () => newProcess().records.replace('msdyn_iotalert', changed, found.etag)),
  );
  expect(results.map(({ kind }) => kind).toSorted()).toEqual(['changed', 'changed', 'replaced']);
  const other = (await records.get('msdyn_iotalert', idOf(second!)))!;
  expect(await records.remove('msdyn_iotalert', idOf(second!), other.etag)).toEqual({ kind: 'removed' });
  expect(await records.remove('msdyn_iotalert', idOf(second!), other.etag)).toEqual({ kind: 'changed' });
  expect(await records.get('msdyn_iotalert', idOf(second!))).toBeUndefined();
  const expected = before.filter((row) => row !== second).map((row) => (row === first ? changed : row));
  expect(await all(newProcess().records, 'msdyn_iotalert')).toEqual(expected);
  // A second delivery does not bring it back.
  await deliver(storm(60), newProcess(), 20);
  expect(await all(newProcess().records, 'msdyn_iotalert')).toEqual(expected);
});

test('alerts that came before their device are linked to it', async () => {
  const stored = await withDevices(newProcess());
  await deliver(storm(80), stored, 16);
  const device = await seed(stored.records, 'msdyn_iotdevice', 'd4', { msdyn_deviceid: 'd4' });
  const linked = await linkWaitingAlerts(newProcess(), 'd4');
  const alerts = (await all(newProcess().records, 'msdyn_iotalert')).filter((row) => row['msdyn_deviceid'] === 'd4');
  expect(alerts.length).toBeGreaterThan(5);
  expect(linked).toBe(alerts.length);
  expect(alerts.every((row) => row['_msdyn_device_value'] === device)).toBe(true);
  expect(await linkWaitingAlerts(newProcess(), 'd4')).toBe(0);
});

test('so are those that came later than others and are older, from a partition that was behind', async () => {
  const stored = newProcess();
  const late = (sequence: number, hour: number) =>
    event(sequence, alertRecord('late'), { enqueued: start + hour * 3_600_000 });
  const hours = [9, 8, 2, 5, -30];
  for (const [i, hour] of hours.entries()) {
    const batch = [late(2 * i, hour), late(2 * i + 1, hour)];
    await ingestEvents({ hub: 'hub', partition: String(i) }, batch, i % 2 === 0 ? stored : newProcess());
  }
  await seed(stored.records, 'msdyn_iotdevice', 'late', { msdyn_deviceid: 'late' });
  expect(await linkWaitingAlerts(newProcess(), 'late')).toBe(10);
  const alerts = await all(stored.records, 'msdyn_iotalert');
  expect(alerts.filter((row) => !row['_msdyn_device_value'])).toEqual([]);
  expect(await linkWaitingAlerts(newProcess())).toBe(0);
});

test('so are those of more unknown devices than a group remembers', async () => {
  const groupByText = 'alert.ccs_ruleoutput';
  const many = ingestionOn(newProcess(), { groupByText });
  const ids = Array.from({ length: 150 }, (_, i) => `guest ${i}`);
  const sent = (from: number, hour: number) =>
    ids.map((id, i) => event(from + i, alertRecord(id), { enqueued: start + hour * 3_600_000 + i }));
  for (let hour = 0; hour < 3; hour += 1) await ingestEvents(source, sent(hour * 1_000, hour), many);
  for (const id of [ids[0]!, ids[149]!]) {
    await seed(many.records, 'msdyn_iotdevice', id, { msdyn_deviceid: id });
    expect(await linkWaitingAlerts(newProcess(), id)).toBe(3);
  }
  // The group has room again, and does not know of all who wait.
  await ingestEvents(source, sent(9_000, 5), many);
  for (const id of [ids[1]!, ids[100]!, ids[148]!]) {
    await seed(many.records, 'msdyn_iotdevice', id, { msdyn_deviceid: id });
    expect(await linkWaitingAlerts(newProcess(), id)).toBe(4);
  }
});

test('what a parent counts is exact for every process at any moment, and its ETag changes with it', async () => {
  const [writer, reader] = [await withDevices(newProcess()), newProcess()];
  const same = Array.from({ length: 40 }, (_, i) => event(i, alertRecord('d0'), { enqueued: start + i }));
  const etags = new Set<string>();
  for (const [i, one] of same.entries()) {
    await ingestEvents(source, [one], i % 3 === 0 ? newProcess() : writer);
    const [parent] = (
      await reader.records.list('msdyn_iotalert', { limit: 1, equals: { _msdyn_parentalert_value: null } })
    ).records;
    expect(parent!.row).toMatchObject({
      ccs_duplicatecount: i,
      ccs_lastalerttime: new Date(start + i).toISOString(),
    });
    const alone = await reader.records.get('msdyn_iotalert', idOf(parent!.row));
    expect(alone).toEqual(parent);
    etags.add(parent!.etag);
  }
  expect(etags.size).toBe(40);
});

test('a group that has forgotten a window still tells what its primary alert counts and which duplicates it has', async () => {
  const stored = await withDevices(newProcess());
  // Fifteen windows, half an hour apart, of five alerts each.
  const events = Array.from({ length: 75 }, (_, i) =>
    event(i, alertRecord('d0'), { enqueued: start + Math.floor(i / 5) * 1_800_000 + (i % 5) * 1_000 }),
  );
  await deliver(events, stored, 8);
  const { records } = newProcess();
  const alerts = await all(records, 'msdyn_iotalert');
  const parents = alerts.filter((row) => !isDuplicate(row));
  expect(parents).toHaveLength(15);
  for (const parent of parents) {
    expect(parent['ccs_duplicatecount']).toBe(4);
    const children = await listed(records, { limit: 3, equals: { _msdyn_parentalert_value: idOf(parent) } });
    expect(children.map(idOf)).toEqual(
      alerts.filter((row) => row['_msdyn_parentalert_value'] === idOf(parent)).map(idOf),
    );
    expect(children).toHaveLength(4);
  }
});

test('paging through alerts while others arrive misses and doubles none that were there', async () => {
  const stored = await withDevices(newProcess());
  const events = storm(600);
  await deliver(events.slice(0, 300), stored, 60);
  const device = (await stored.records.getByAlternateKey('msdyn_iotdevice', 'd1'))!.row['msdyn_iotdeviceid']!;
  const requests: ListRequest[] = [
    { limit: 4, equals: { _msdyn_parentalert_value: null } },
    { limit: 10, equals: { _msdyn_device_value: device } },
    { limit: 10, matches: { looksAt: ['ccs_reading'], holds: (row) => Number(row['ccs_reading']) > 72 } },
  ];
  let delivered = 300;
  for (const request of requests) {
    const before = new Set((await listed(newProcess().records, request)).map(idOf));
    expect(before.size).toBeGreaterThan(10);
    const seen: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await newProcess().records.list('msdyn_iotalert', {
        ...request,
        ...(after !== undefined && { after }),
      });
      seen.push(...page.records.map(({ row }) => idOf(row)));
      if (page.next === undefined) break;
      after = page.next;
      await deliver(events.slice(delivered, (delivered += 10)), stored, 10);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect([...before].filter((id) => !seen.includes(id))).toEqual([]);
  }
  expect(delivered).toBeGreaterThan(400);
}, 120_000);

test('processes that write to one shard at the same time lose and double nothing', async () => {
  await withDevices(newProcess());
  const near = Array.from({ length: 400 }, (_, i) => `n${i}`).filter((id) => shardOf(id) === 3);
  const parts = ['0', '1', '2', '3'].map((partition, p) => ({
    own: { hub: 'busy', partition },
    events: Array.from({ length: 150 }, (_, i) =>
      event(i, alertRecord(near[(i * 7 + p) % near.length]!, { eventtoken: `e${p}-${i}` }), { enqueued: start + i }),
    ),
  }));
  await Promise.all(
    parts.map(async ({ own, events }) => {
      const deps = newProcess();
      for (let at = 0; at < events.length; at += 10) await ingestEvents(own, events.slice(at, at + 10), deps);
    }),
  );
  const alerts = await all(newProcess().records, 'msdyn_iotalert');
  expect(new Set(alerts.map(idOf)).size).toBe(600);
  expect(alerts).toHaveLength(600);
  const parents = alerts.filter((row) => !isDuplicate(row));
  expect(new Set(parents.map((row) => row['msdyn_deviceid'])).size).toBe(parents.length);
  expect(parents.reduce((sum, row) => sum + 1 + Number(row['ccs_duplicatecount']), 0)).toBe(600);
});
