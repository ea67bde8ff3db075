import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { tableAlertLedger } from '../../../shared/adapters/table/alert-ledger';
import { hashesWanted, mayHold } from '../../../shared/adapters/table/asked-by';
import { logPages } from '../../../shared/adapters/table/log-pages';
import type { LogPiece } from '../../../shared/adapters/table/log-pages';
import { logRange } from '../../../shared/adapters/table/log-row';
import { inRange, partition } from '../../../shared/adapters/table/placement';
import { tableRecordStore } from '../../../shared/adapters/table/record-store';
import { shardLogs } from '../../../shared/adapters/table/shard-log';
import { openTables } from '../../../shared/adapters/table/tables';
import { shardOf } from '../../../shared/domain/ids';
import { ingestEvents } from '../../../shared/workflows/ingest-events';
import { alertRecord, event, ingestionOn, seed, start } from '../../kit/ingestion';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const near = Array.from({ length: 2000 }, (_, i) => `n${i}`).filter((id) => shardOf(id) === 0);

/** Commits of one shard, each with five alerts of a device of its own, one of them a primary alert. */
async function filled(commits: number) {
  const tables = openTables({ connectionString: azurite.connectionString });
  const logs = shardLogs(tables);
  const deps = ingestionOn({ records: tableRecordStore(tables, { logs }), ledger: tableAlertLedger(tables, logs) });
  const devices: string[] = [];
  for (const id of near.slice(0, 3))
    devices.push(await seed(deps.records, 'msdyn_iotdevice', id, { msdyn_deviceid: id }));
  for (let i = 0; i < commits; i += 1) {
    const same = [0, 1, 2, 3, 4].map((n) =>
      event(5 * i + n, alertRecord(near[i]!), { enqueued: start + i * 1000 + n }),
    );
    await ingestEvents({ hub: 'marks', partition: '0' }, same, deps);
  }
  return { client: await tables.client('alerts'), records: deps.records, devices };
}

test('of a log, the rows that hold what is asked for are read, and of the others each hundredth', async () => {
  const { client, records, devices } = await filled(230);
  const read = async (wanted: ReadonlySet<number>) => {
    const filter = inRange(partition(0), logRange);
    const next = logPages(client, partition(0), { filter, pageSizes: [100], hashes: wanted });
    const pieces: LogPiece[] = [];
    for (let some = await next(); some; some = await next()) pieces.push(...some);
    expect(pieces).toHaveLength(230);
    return pieces.filter(({ isWhole }) => isWhole).map(({ stored }) => stored);
  };
  const byName = hashesWanted({ limit: 1, equals: { msdyn_deviceid: near[1]! } })!;
  const byRecord = hashesWanted({ limit: 1, among: { property: '_msdyn_device_value', values: [devices[1]!] } })!;
  const parents = await records.list('msdyn_iotalert', {
    limit: 1,
    equals: { msdyn_deviceid: near[1]!, _msdyn_parentalert_value: null },
  });
  const parent = parents.records[0]!.row['msdyn_iotalertid']!;
  const byParent = hashesWanted({ limit: 1, equals: { _msdyn_parentalert_value: parent } })!;
  for (const wanted of [byName, byRecord, byParent]) {
    const whole = await read(wanted);
    const holding = whole.filter((stored) => mayHold(stored, wanted));
    expect(holding.length).toBeGreaterThanOrEqual(1);
    // Others may share a hash.
    expect(holding.length).toBeLessThanOrEqual(3);
    expect(whole.length - holding.length).toBe(2);
  }
  const found = await records.list('msdyn_iotalert', { limit: 10, equals: { _msdyn_device_value: devices[1]! } });
  expect(found.records.map(({ row }) => row['msdyn_deviceid'])).toEqual(Array.from({ length: 5 }, () => near[1]));
}, 120_000);

test('a row that does not say may hold anything', () => {
  const wanted = hashesWanted({ limit: 1, equals: { msdyn_deviceid: 'd1' } })!;
  expect(mayHold({}, wanted)).toBe(true);
  expect(mayHold({ askedBy: Buffer.alloc(0) }, wanted)).toBe(false);
  expect(hashesWanted({ limit: 1, equals: { _msdyn_device_value: null } })).toBeUndefined();
});
