import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { HubEvent } from '../../shared/domain/hub-event';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { parkMessages } from '../../shared/workflows/park-messages';
import { replayParked } from '../../shared/workflows/replay-parked';
import { all, event, ingestionOn, seed } from '../kit/ingestion';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const source = { hub: 'hub', partition: '0' };

/** A process of its own on the real storage: it remembers nothing of others. */
function newProcess(): IngestDeps {
  const tables = openTables({ connectionString: azurite.connectionString });
  return ingestionOn({ records: tableRecordStore(tables), ledger: tableAlertLedger(tables) });
}

const stores = [
  {
    which: 'in memory',
    open: () => {
      const deps = ingestionOn();
      return () => ({ ...deps, progress: new Map() });
    },
  },
  { which: 'on table storage', open: () => newProcess },
];

describe.each(stores)('parked messages $which', ({ which, open }) => {
  let processes: () => IngestDeps;
  let deps: IngestDeps;
  let category: string;
  let name: string;
  let scenes = 0;

  beforeEach(async () => {
    processes = open();
    deps = processes();
    name = `${which} ${(scenes += 1)}`;
    const account = await seed(deps.records, 'account', `account ${name}`, {});
    category = await seed(deps.records, 'msdyn_iotdevicecategory', `category ${name}`, {
      ccs_rules: rules({ measure: 'temp' }),
    });
    await seed(deps.records, 'msdyn_iotdevice', name, {
      msdyn_deviceid: name,
      _msdyn_account_value: account,
      _msdyn_category_value: category,
    });
  });

  const rules = (...rows: object[]) => JSON.stringify(rows.map((row) => ({ threshold: 70, ...row })));
  const setRules = async (...rows: object[]) => {
    const { row, etag } = (await deps.records.get('msdyn_iotdevicecategory', category))!;
    await deps.records.replace('msdyn_iotdevicecategory', { ...row, ccs_rules: rules(...rows) }, etag);
  };
  const parked = async () =>
    (await all(deps.records, 'ccs_parkedmessage')).filter((row) => row['msdyn_deviceid'] === name);
  const alerts = async () =>
    (await all(deps.records, 'msdyn_iotalert')).filter((row) => row['msdyn_deviceid'] === name);
  const cases = async () =>
    (await all(deps.records, 'incident')).filter((row) => String(row['ccs_groupkey']).startsWith(name));
  let sequence = 0;
  const send = async (body: unknown, more: Partial<HubEvent> = {}) =>
    ingestEvents(source, [event((sequence += 1), body, { connectionDeviceId: name, ...more })], deps);
  const ids = async () => (await parked()).map((row) => String(row['ccs_parkedmessageid']));

  test('go the way they would have gone once the rules can read them, and are gone then', async () => {
    await send({ temp: '81 degrees', temperature: 81 });
    expect(await alerts()).toEqual([]);
    const [id] = await ids();
    expect(await replayParked(id!, processes())).toEqual({
      kind: 'refused',
      words: expect.stringContaining('temp') as string,
    });
    expect(await ids()).toEqual([id]);

    await setRules({ measure: 'temperature' });
    expect(await replayParked(id!, processes())).toEqual({ kind: 'replayed', alerts: 1 });
    expect(await alerts()).toMatchObject([{ ccs_readingtype: 'temperature', ccs_reading: 81 }]);
    expect(await cases()).toHaveLength(1);
    expect(await ids()).toEqual([]);
    expect(await replayParked(id!, processes())).toEqual({ kind: 'missing' });
  });

  test('that two people replay at the same time raise their alerts once', async () => {
    await send({ temp: '81 degrees', temperature: 81 });
    const [id] = await ids();
    await setRules({ measure: 'temperature' });
    const outcomes = await Promise.all([1, 2, 3, 4].map(async () => replayParked(id!, processes())));
    expect(outcomes.every(({ kind }) => kind !== 'refused')).toBe(true);
    expect(await alerts()).toHaveLength(1);
    expect(await cases()).toHaveLength(1);
    expect(await ids()).toEqual([]);
  });

  test('raise nothing more when the process died before they were removed', async () => {
    await send({ temp: '81 degrees', temperature: 81 });
    const [id] = await ids();
    await setRules({ measure: 'temperature' });
    const { records } = processes();
    const dying = { ...processes(), records: { ...records, remove: () => Promise.reject(new Error('died')) } };
    await expect(replayParked(id!, dying)).rejects.toThrow('died');
    expect(await ids()).toEqual([id]);
    expect(await replayParked(id!, processes())).toEqual({ kind: 'replayed', alerts: 0 });
    expect(await alerts()).toHaveLength(1);
    expect(await ids()).toEqual([]);
  });

  test('raise nothing again for what rules could read at once', async () => {
    await setRules({ measure: 'temp' }, { measure: 'humidity' }, { measure: 'noise' });
    await send({ temp: 'hot', humidity: 99, noise: 'loud', sound: 88 });
    expect(await alerts()).toMatchObject([{ ccs_readingtype: 'humidity' }]);
    expect(await ids()).toHaveLength(2);
    await setRules({ measure: 'humidity' }, { measure: 'humidity', threshold: 50 }, { measure: 'sound' });
    const outcomes = await Promise.all((await ids()).map(async (id) => replayParked(id, processes())));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['replayed', 'replayed']);
    expect((await alerts()).map((row) => row['ccs_readingtype']).toSorted()).toEqual(['humidity', 'sound']);
    expect(await ids()).toEqual([]);
  });

  test('of which only one value was not understood replay that one', async () => {
    await send([{ temp: 90 }, { temp: 'hot', heat: 95 }, { temp: 91 }]);
    expect(await alerts()).toHaveLength(2);
    const [id] = await ids();
    await setRules({ measure: 'heat' });
    expect(await replayParked(id!, processes())).toEqual({ kind: 'replayed', alerts: 1 });
    expect((await alerts()).map((row) => row['ccs_reading']).toSorted()).toEqual([90, 91, 95]);
  });

  test('that no rule looks at any more raise nothing, and are gone', async () => {
    await send({ temp: 'hot' });
    const [id] = await ids();
    await setRules({ measure: 'humidity' });
    expect(await replayParked(id!, processes())).toEqual({ kind: 'replayed', alerts: 0 });
    expect(await ids()).toEqual([]);
  });

  test.each([
    { which: 'no JSON', body: Buffer.from('not JSON'), words: /JSON/ },
    { which: 'no text', body: Buffer.from([0xff, 0xfe]), words: /UTF-8/ },
    { which: 'no object', body: [1], words: /object/ },
  ])('that are $which stay, and say why', async ({ body, words }) => {
    await send(body);
    const [id] = await ids();
    expect(await replayParked(id!, processes())).toEqual({
      kind: 'refused',
      words: expect.stringMatching(words) as string,
    });
    expect(await ids()).toEqual([id]);
  });

  test('that are not what a device said are refused', async () => {
    const refusal = { kind: 'refused', reason: 'unknown-operation', detail: 'What is that?' } as const;
    const notice = event((sequence += 1), {}, { connectionDeviceId: name });
    const [row] = await parkMessages(source, [{ event: notice, index: 0, refusal }], deps);
    expect(await replayParked(row!.ccs_parkedmessageid!, processes())).toMatchObject({ kind: 'refused' });
    expect(await ids()).toHaveLength(1);
  });
});
