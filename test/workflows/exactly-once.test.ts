import { inTurns } from '../../shared/workflows/in-turns';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { HubEvent } from '../../shared/domain/hub-event';
import { makeId } from '../../shared/domain/ids';
import { TooMuchAtOnce } from '../../shared/ports/alert-ledger';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { postAlerts } from '../../shared/workflows/post-alerts';
import { replayParked } from '../../shared/workflows/replay-parked';
import { alertRecord, all, event, everything, ingestionOn, seed, start } from '../kit/ingestion';

/*
 * The same promises as in ingest-events.test.ts, on the real storage: each writer below is a process that remembers
 * nothing of the others.
 */

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const source = { hub: 'hub', partition: '0' };

function newWriter(more: Parameters<typeof ingestionOn>[1] = {}) {
  const tables = openTables({ connectionString: azurite.connectionString });
  return ingestionOn({ records: tableRecordStore(tables), ledger: tableAlertLedger(tables) }, more);
}

/** 24 events: 3 devices, one of them with an account, one event sent twice, one that nobody understands. */
async function scene(prefix: string): Promise<HubEvent[]> {
  const { records } = newWriter();
  const account = await seed(records, 'account', `${prefix} account`, {});
  const device = `${prefix} d0`;
  await seed(records, 'msdyn_iotdevice', device, { msdyn_deviceid: device, _msdyn_account_value: account });
  return Array.from({ length: 24 }, (_, i) => {
    if (i === 11) return event(i, 'garbage');
    return event(i, alertRecord(`${prefix} d${i % 3}`, { eventtoken: `e${i === 20 ? 17 : i}` }));
  });
}

async function countsOf(prefix: string) {
  const { records } = newWriter();
  const alerts = (await all(records, 'msdyn_iotalert')).filter((row) =>
    String(row['msdyn_deviceid']).startsWith(`${prefix} `),
  );
  const parents = alerts.filter((row) => !row['_msdyn_parentalert_value']);
  const cases = (await all(records, 'incident')).filter((row) => String(row['ccs_groupkey']).startsWith(`${prefix} `));
  return {
    alerts: alerts.length,
    parents: parents.length,
    duplicates: parents.reduce((sum, row) => sum + Number(row['ccs_duplicatecount']), 0),
    cases: cases.length,
  };
}

const expected = { alerts: 22, parents: 3, duplicates: 19, cases: 1 };

test('a batch that is cut at any index, repeated whole and repeated backwards leaves the same rows', async () => {
  const cuts = Array.from({ length: 25 }, (_, i) => i);
  await inTurns(cuts, 5, async (cut) => {
    const prefix = `cut ${cut}`;
    const events = await scene(prefix);
    const own = { ...source, hub: prefix };
    for (const part of [events.slice(0, cut), events.slice(cut), events, events.toReversed()]) {
      await ingestEvents(own, part, newWriter());
    }
    expect(await countsOf(prefix)).toEqual(expected);
  });
  const { records } = newWriter();
  expect(await all(records, 'ccs_parkedmessage')).toHaveLength(cuts.length);
});

test('four hosts that all work on the same batches at once leave the same rows as one', async () => {
  const events = await scene('crowd');
  const own = { ...source, hub: 'crowd' };
  const parts = [events.slice(0, 9), events.slice(9, 10), events.slice(10)];
  const host = async () => {
    const deps = newWriter();
    for (const part of parts) await ingestEvents(own, part, deps);
  };
  await Promise.all([host(), host(), host(), host()]);
  expect(await countsOf('crowd')).toEqual(expected);
});

test('alerts of one group from two hub partitions at once have one parent and one case', async () => {
  const events = await scene('shared');
  const writers = ['0', '1'].map(async (partition) => {
    const deps = newWriter();
    const own = events.filter(({ sequence }) => sequence % 2 === Number(partition));
    for (const one of own) await ingestEvents({ hub: 'shared', partition }, [one], deps);
  });
  await Promise.all(writers);
  expect(await countsOf('shared')).toEqual(expected);
});

test('a second delivery writes nothing at all', async () => {
  const events = await scene('again');
  const own = { ...source, hub: 'again' };
  await ingestEvents(own, events, newWriter());
  const before = await everything(newWriter().records);
  const { opened, skipped, parked } = await ingestEvents(own, events, newWriter());
  expect({ opened, skipped, parked }).toEqual({ opened: [], skipped: 23, parked: [] });
  expect(await everything(newWriter().records)).toEqual(before);
});

test('a batch of a thousand new devices, each of which opens a case, fits the limits of the storage', async () => {
  const { records } = newWriter();
  const account = await seed(records, 'account', 'many', {});
  const category = await seed(records, 'msdyn_iotdevicecategory', 'many', {});
  const ids = Array.from({ length: 1000 }, (_, i) => `many d${i}`);
  const link = { _msdyn_account_value: account, _msdyn_category_value: category };
  await inTurns(ids, 32, async (id) => {
    await seed(records, 'msdyn_iotdevice', id, { msdyn_deviceid: id, ...link });
  });
  const text = 'x'.repeat(7_000);
  const events = ids.map((id, i) => event(i, alertRecord(id, { text })));
  await ingestEvents({ ...source, hub: 'many' }, events, newWriter());
  expect(await countsOf('many')).toEqual({ alerts: 1000, parents: 1000, duplicates: 0, cases: 1000 });
});

test('devices that all send again what they sent, under new numbers, add nothing, and hold nobody up', async () => {
  const own = { ...source, hub: 'resent' };
  const deps = newWriter();
  const sent = (from: number, token: string) =>
    Array.from({ length: 1_000 }, (_, i) =>
      event(from + i, alertRecord(`resent d${i}`, { eventtoken: `${token}${i}` }), { enqueued: start }),
    );
  await ingestEvents(own, sent(0, 'a'), deps);
  const before = await countsOf('resent');
  await ingestEvents(own, sent(1_000, 'a'), deps);
  expect(await countsOf('resent')).toEqual(before);
  // By a process that has read all of it from the store.
  await ingestEvents(own, [...sent(2_000, 'a'), ...sent(3_000, 'b')], newWriter());
  expect(await countsOf('resent')).toEqual({ alerts: 2_000, parents: 1_000, duplicates: 1_000, cases: 0 });
});

test('a device that nobody knows joins hundreds of groups of others in one batch, within the limits of the storage', async () => {
  const own = { ...source, hub: 'guest' };
  const deps = newWriter({ groupByText: 'alert.ccs_ruleoutput' });
  const sent = (from: number, device: string) =>
    Array.from({ length: 600 }, (_, i) =>
      event(from + i, alertRecord(`guest ${device}`, { ruleoutput: `rule ${i}` }), { enqueued: start }),
    );
  await ingestEvents(own, sent(0, 'host'), deps);
  await ingestEvents(own, [...sent(1_000, 'guest'), ...sent(2_000, 'guest')], deps);
  expect(await countsOf('guest')).toEqual({ alerts: 1_800, parents: 600, duplicates: 1_200, cases: 0 });
  let notes = 0;
  for await (const _ of deps.ledger.waiting('guest guest')) notes += 1;
  expect(notes).toBe(600);
});

test('what the storage takes no transaction of is tried in smaller ones', async () => {
  const own = { ...source, hub: 'small' };
  const deps = newWriter();
  let refusals = 0;
  const ledger: AlertLedger = {
    ...deps.ledger,
    commit: async (shard, entry, version) => {
      if (entry.inserts.length + entry.packed.length <= 3) return deps.ledger.commit(shard, entry, version);
      refusals += 1;
      throw new TooMuchAtOnce('more than three');
    },
  };
  await ingestEvents(own, await scene('small'), { ...deps, ledger });
  expect(await countsOf('small')).toEqual(expected);
  expect(refusals).toBeGreaterThan(0);
});

describe('alerts that the storage takes no transaction of', () => {
  const refusing = (deps: IngestDeps, words: RegExp): IngestDeps => {
    const commit: AlertLedger['commit'] = async (shard, entry, version) => {
      const alerts = [...entry.inserts.map(({ row }) => row), ...entry.packed.map(({ arrival }) => arrival.alert)];
      if (alerts.some((alert) => words.test(JSON.stringify(alert)))) throw new TooMuchAtOnce('1 row: InvalidInput');
      return deps.ledger.commit(shard, entry, version);
    };
    return { ...deps, ledger: { ...deps.ledger, commit } };
  };

  test('are parked, and hold up neither their batch nor their device', async () => {
    const own = { ...source, hub: 'odd' };
    const deps = newWriter();
    const events = Array.from({ length: 200 }, (_, i) => {
      const alerts = [alertRecord(`odd d${i % 4}`), alertRecord(`odd d${i % 4}`, { ruleoutput: `rule ${i}.` })];
      return event(i, alerts, { enqueued: start });
    });
    const odd = refusing(deps, /rule (0|7|150|199)\./);
    const parked = async () =>
      (await all(deps.records, 'ccs_parkedmessage')).filter((row) => row['ccs_hub'] === 'odd').toReversed();
    const result = await ingestEvents(own, events, odd);
    expect(result.parked.map((row) => row.ccs_sequencenumber).toSorted()).toEqual(['0', '150', '199', '7']);
    const counts = await countsOf('odd');
    expect(counts).toEqual({ alerts: 396, parents: 4, duplicates: 392, cases: 0 });
    const rows = await parked();
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatchObject({
      ccs_parkedreason: 'not-storable',
      ccs_detail: 'The storage takes no transaction with this alert: 1 row: InvalidInput',
      ccs_itemindex: 1,
      ccs_part: '1',
    });
    // The same again, by a process that knows nothing of it.
    await ingestEvents(own, events, refusing(newWriter(), /rule (0|7|150|199)\./));
    expect(await countsOf('odd')).toEqual(counts);
    expect(await parked()).toHaveLength(4);
    // Once the storage takes them, a replay brings the alerts, and nothing but them.
    for (const row of rows) {
      const told = await replayParked(String(row['ccs_parkedmessageid']), newWriter());
      expect(told).toEqual({ kind: 'replayed', alerts: 1 });
    }
    expect(await countsOf('odd')).toEqual({ ...counts, alerts: 400, duplicates: 396 });
  });

  test('of one rule of several that read the same message are parked for that rule', async () => {
    const deps = newWriter();
    const rules = ['temp', 'humidity', 'battery'].map((measure) => ({ measure, threshold: 70, ruleoutput: measure }));
    const category = await seed(deps.records, 'msdyn_iotdevicecategory', 'ruled', { ccs_rules: JSON.stringify(rules) });
    await seed(deps.records, 'msdyn_iotdevice', 'ruled', { msdyn_deviceid: 'ruled', _msdyn_category_value: category });
    const values = [{ temp: 1 }, { temp: 80, humidity: 90, battery: 100 }];
    const body = values.map((each) => ({ deviceid: 'ruled', ...each }));
    await ingestEvents({ ...source, hub: 'ruled' }, [event(1, body)], refusing(deps, /humidity/));
    const [row] = (await all(deps.records, 'ccs_parkedmessage')).filter((each) => each['ccs_hub'] === 'ruled');
    expect(row).toMatchObject({ ccs_part: '1', ccs_judgedmeasures: '["temp","battery"]', ccs_itemindex: 1 });
    const outputs = async () =>
      (await all(deps.records, 'msdyn_iotalert'))
        .filter((each) => each['msdyn_deviceid'] === 'ruled')
        .map((each) => each['ccs_ruleoutput'])
        .toSorted();
    expect(await outputs()).toEqual(['battery', 'temp']);
    await replayParked(String(row!['ccs_parkedmessageid']), newWriter());
    expect(await outputs()).toEqual(['battery', 'humidity', 'temp']);
  });

  test('that came in a request are refused there, and those that went together with it are written', async () => {
    const deps = refusing(newWriter(), /unkeepable/);
    const post = async (text: string) =>
      postAlerts(
        [{ msdyn_description: text, msdyn_deviceid: 'asked d', createdon: new Date(start).toISOString() }],
        undefined,
        deps,
        () => text,
      );
    const batch = [event(1, alertRecord('asked d'))];
    const told = await Promise.allSettled([
      post('unkeepable'),
      post('fine'),
      ingestEvents({ ...source, hub: 'asked' }, batch, deps),
    ]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(told[0]).toMatchObject({
      reason: { code: 'invalid-value', message: expect.stringMatching(/takes no transaction/) },
    });
    expect((await countsOf('asked')).alerts).toBe(2);
  });
});

test('a transaction that the storage does not take leaves nothing behind', async () => {
  const { ledger, records } = newWriter();
  const { version } = await ledger.read(0, []);
  const rows = Array.from({ length: 120 }, (_, i) => ({
    msdyn_iotalertid: makeId({ time: start, shard: 0, seed: `too many ${i}` }),
    msdyn_description: 'too many',
  }));
  const inserts = rows.map((row) => ({ entity: 'msdyn_iotalert' as const, row }));
  const entry = { inserts, merges: [], packed: [], groups: new Map(), steps: [], ended: [], waiting: [] };
  await expect(ledger.commit(0, entry, version)).rejects.toThrow(TooMuchAtOnce);
  expect(await records.get('msdyn_iotalert', rows[0]!.msdyn_iotalertid)).toBeUndefined();
});
