import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { shardLogs } from '../../shared/adapters/table/shard-log';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { expireAlerts } from '../../shared/workflows/expire-alerts';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import { alertRecord, all, event, ingestionOn, seed, start } from '../kit/ingestion';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const day = 86_400_000;
const source = { hub: 'hub', partition: '0' };

const adapters: { which: string; open: () => { records: RecordStore; ledger: AlertLedger } }[] = [
  {
    which: 'memory',
    open: () => {
      const records = memoryRecordStore();
      return { records, ledger: memoryAlertLedger(records) };
    },
  },
  {
    which: 'Table Storage',
    open: () => {
      const tables = openTables({ connectionString: azurite.connectionString });
      const logs = shardLogs(tables, { entries: 4, alerts: 20 });
      return { records: tableRecordStore(tables, { logs }), ledger: tableAlertLedger(tables, logs) };
    },
  },
];

describe.each(adapters)('retention on $which', ({ open }) => {
  test('removes old alerts that have nothing open, with their duplicates, and touches nobody else', async () => {
    const adapters = open();
    const { records, ledger } = adapters;
    let clock = start;
    const deps = ingestionOn(adapters, { now: () => clock });
    const account = await seed(records, 'account', 'owner', {});
    for (const id of ['open', 'done']) {
      await seed(records, 'msdyn_iotdevice', id, { msdyn_deviceid: id, _msdyn_account_value: account });
    }
    // On day 0 three devices storm; on day 20 two of them again, and others, whose alerts fill the logs.
    const devices = ['open', 'done', 'stranger'];
    let sequence = 0;
    const storm = async (ids: readonly string[], count: number, at: number) => {
      clock = at;
      for (let i = 0; i < count; i += 1) {
        const events = ids.map((id) => event((sequence += 1), alertRecord(id), { enqueued: at + i * 1000 }));
        await ingestEvents(source, events, deps);
      }
    };
    await storm(devices, 20, start);
    const closed = (await records.list('incident', { limit: 10 })).records.find(
      ({ row }) => row['ccs_groupkey'] === 'done',
    )!;
    const regroup = {
      groupKey: 'done',
      change: (group: Parameters<NonNullable<Parameters<AlertLedger['revise']>[3]>['change']>[0]) => ({
        ...group,
        tickets: [],
      }),
    };
    await ledger.revise('incident', { ...closed.row, statecode: 1, statuscode: 5 }, closed.etag, regroup);
    await storm(['stranger', ...Array.from({ length: 20 }, (_, i) => `other ${i}`)], 20, start + 20 * day);
    const before = await all(records, 'msdyn_iotalert');
    expect(before).toHaveLength(3 * 20 + 21 * 20);

    const now = () => start + 30 * day;
    expect(await expireAlerts({ ledger, retention: 0, now })).toBe(0);
    expect(await expireAlerts({ ledger, retention: 40 * day, now })).toBe(0);
    expect(await all(records, 'msdyn_iotalert')).toEqual(before);

    for (let run = 0; run < 3; run += 1) await expireAlerts({ ledger, retention: 15 * day, now });
    const after = await all(records, 'msdyn_iotalert');
    const isOld = (row: (typeof before)[number]) => Date.parse(String(row['createdon'])) < start + 10 * day;
    const gone = before.filter((row) => isOld(row) && row['msdyn_deviceid'] !== 'open');
    // Alerts of the log go with all others of their row, or stay a while.
    expect(after).toEqual(expect.arrayContaining(before.filter((row) => !gone.includes(row))));
    const left = after.filter((row) => gone.some((other) => other['msdyn_iotalertid'] === row['msdyn_iotalertid']));
    expect(left.filter((row) => !row['_msdyn_parentalert_value'])).toEqual([]);
    expect(left.length).toBeLessThan(gone.length / 2);

    // A late alert of that time is the first of its group again, and the others go on as if nothing had been.
    clock = start + 30 * day;
    await ingestEvents(source, [event((sequence += 1), alertRecord('done'), { enqueued: start + 21_000 })], deps);
    const last = (await all(records, 'msdyn_iotalert')).filter((row) => row['msdyn_deviceid'] === 'done');
    expect(last.filter((row) => !row['_msdyn_parentalert_value'])).toMatchObject([{ ccs_duplicatecount: 0 }]);
    expect(await all(records, 'incident')).toHaveLength(3);
  });
});
