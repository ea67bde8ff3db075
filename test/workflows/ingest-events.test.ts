import fc from 'fast-check';
import { alertType, categoryResponse } from '../../shared/model/choices';
import type { Row } from '../../shared/model/edm';
import type { HubEvent } from '../../shared/domain/hub-event';
import { ingestEvents } from '../../shared/workflows/ingest-events';
import type { IngestDeps } from '../../shared/workflows/ingest-events';
import { alertRecord, all, event, everything, ingestionOn, seed, start } from '../kit/ingestion';

const source = { hub: 'hub', partition: '0' };
const ingest = (events: HubEvent[], deps: IngestDeps) => ingestEvents(source, events, deps);
const alertsIn = (deps: IngestDeps) => all(deps.records, 'msdyn_iotalert');
const casesIn = (deps: IngestDeps) => all(deps.records, 'incident');
const parkedIn = (deps: IngestDeps) => all(deps.records, 'ccs_parkedmessage');
const isParent = (row: Row) => !row['_msdyn_parentalert_value'];

async function withDevice(deviceId: string, row: Row = {}, deps = ingestionOn()) {
  const account = await seed(deps.records, 'account', `account of ${deviceId}`, {});
  const device = await seed(deps.records, 'msdyn_iotdevice', deviceId, {
    msdyn_deviceid: deviceId,
    _msdyn_account_value: account,
    ...row,
  });
  return { deps, account, device };
}

async function thermostat(rules: unknown, row: Row = {}) {
  const deps = ingestionOn();
  const category = await seed(deps.records, 'msdyn_iotdevicecategory', 'Thermostat', {
    ccs_rules: JSON.stringify(rules),
    ...row,
  });
  return withDevice('t1', { _msdyn_category_value: category }, deps);
}

describe('an alert record', () => {
  test('is stored with the columns of Dynamics and opens one case for the account of its device', async () => {
    const { deps, account, device } = await withDevice('smt-1298');
    const time = '2018-09-06T15:58:08.964Z';
    await ingest([event(1, alertRecord('smt-1298', { reading: 113, eventtoken: 'c802338d', time }))], deps);
    const [alert] = await alertsIn(deps);
    const [incident] = await casesIn(deps);
    expect(alert).toMatchObject({
      msdyn_description: 'Temperature reading of 113 exceeded a threshold of 70',
      msdyn_alerttime: time,
      msdyn_alerttoken: 'c802338d',
      msdyn_alerttype: alertType.Anomaly,
      msdyn_deviceid: 'smt-1298',
      _msdyn_device_value: device,
      _msdyn_case_value: incident!['incidentid'],
      ccs_readingtype: 'Temperature',
      ccs_reading: 113,
      ccs_duplicatecount: 0,
      statecode: 2,
      statuscode: 3,
    });
    expect(JSON.parse(String(alert!['msdyn_alertdata']))).toMatchObject({ deviceid: 'smt-1298', reading: 113 });
    expect(alert!['ccs_reason']).toMatch(/^first-of-group, case-opened: /);
    expect(incident).toMatchObject({
      title: 'Temperature reading of 113 exceeded a threshold of 70',
      _customerid_value: account,
      _msdyn_iotalert_value: alert!['msdyn_iotalertid'],
      caseorigincode: 700610000,
      prioritycode: 2,
      statecode: 0,
      statuscode: 1,
    });
    expect(incident!['ticketnumber']).toMatch(/^CAS-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  });

  test.each([
    { which: 'lower-case names', body: alertRecord('d') },
    { which: 'mixed-case names', body: { DeviceID: 'd', ReadingType: 'Temperature', Reading: 80, RuleOutput: 'x' } },
    { which: 'an array of one', body: [alertRecord('d')] },
    { which: 'only the sender says which device', body: { readingtype: 'Door' }, sender: 'd' },
    { which: 'a byte order mark in front', body: Buffer.from(`\ufeff${JSON.stringify(alertRecord('d'))}`) },
  ])('is understood with $which', async ({ body, sender }) => {
    const deps = ingestionOn();
    await ingest([event(1, body, { connectionDeviceId: sender })], deps);
    expect(await alertsIn(deps)).toMatchObject([{ msdyn_deviceid: 'd' }]);
    expect(await parkedIn(deps)).toEqual([]);
  });

  test('takes the time the hub received it when it has none of its own', async () => {
    const deps = ingestionOn();
    await ingest([event(7, alertRecord('d'))], deps);
    expect(await alertsIn(deps)).toMatchObject([{ msdyn_alerttime: new Date(start + 7000).toISOString() }]);
  });

  test('of an unknown device is kept with its Device ID and opens nothing', async () => {
    const deps = ingestionOn();
    await ingest([event(1, alertRecord('stranger'))], deps);
    const [alert] = await alertsIn(deps);
    expect(alert).toMatchObject({ msdyn_deviceid: 'stranger', statecode: 0 });
    expect(alert!['_msdyn_device_value']).toBeUndefined();
    expect(alert!['ccs_reason']).toContain('unknown-device');
    expect(await casesIn(deps)).toEqual([]);
  });
});

describe('repeats', () => {
  test('hang under one parent, which counts them, and open nothing more', async () => {
    const { deps } = await withDevice('d');
    await ingest(
      Array.from({ length: 40 }, (_, i) => event(i, alertRecord('d'))),
      deps,
    );
    const alerts = await alertsIn(deps);
    const parents = alerts.filter(isParent);
    expect(alerts).toHaveLength(40);
    expect(parents).toMatchObject([
      { ccs_duplicatecount: 39, ccs_lastalerttime: new Date(start + 39_000).toISOString() },
    ]);
    expect(new Set(alerts.map((row) => row['_msdyn_parentalert_value'] ?? ''))).toEqual(
      new Set(['', parents[0]!['msdyn_iotalertid']]),
    );
    expect(await casesIn(deps)).toHaveLength(1);
  });

  test('spread over several batches count up in the same parent', async () => {
    const { deps } = await withDevice('d');
    for (let i = 0; i < 5; i += 1) await ingest([event(i, alertRecord('d'))], deps);
    expect((await alertsIn(deps)).filter(isParent)).toMatchObject([{ ccs_duplicatecount: 4 }]);
  });

  test('of more devices than fit into one transaction are all written', async () => {
    const deps = ingestionOn();
    await ingest(
      Array.from({ length: 900 }, (_, i) => event(i, alertRecord(`d${i % 300}`), { enqueued: start + i })),
      deps,
    );
    const alerts = await alertsIn(deps);
    expect(alerts).toHaveLength(900);
    expect(alerts.filter(isParent)).toHaveLength(300);
    expect(alerts.filter(isParent).every((row) => row['ccs_duplicatecount'] === 2)).toBe(true);
  });

  test.each([
    { which: 'the same event token', first: { eventtoken: 'e' }, second: { eventtoken: 'e' }, alerts: 1 },
    { which: 'different event tokens', first: { eventtoken: 'e' }, second: { eventtoken: 'f' }, alerts: 2 },
    {
      which: 'one token for two kinds of reading',
      first: { eventtoken: 'e' },
      second: { eventtoken: 'e', readingtype: 'Humidity' },
      alerts: 2,
    },
    {
      which: 'event tokens that differ in half of an emoji only',
      first: { eventtoken: '\ud83d' },
      second: { eventtoken: '\ud83e' },
      alerts: 2,
    },
  ])('with $which are $alerts', async ({ first, second, alerts }) => {
    const deps = ingestionOn();
    await ingest([event(1, alertRecord('d', first)), event(2, alertRecord('d', second))], deps);
    expect(await alertsIn(deps)).toHaveLength(alerts);
  });

  test('whose texts cannot be kept as they are say what was sent', async () => {
    const deps = ingestionOn();
    const sent = { description: `Kessel ${'🔥'.repeat(30)}\ud83d`, eventtoken: 'e\0', ruleoutput: 'hot \udd25' };
    await ingest([event(1, alertRecord('d\ud83d', sent))], deps);
    expect(await alertsIn(deps)).toMatchObject([
      {
        msdyn_deviceid: 'd\\ud83d',
        msdyn_alerttoken: 'e\\u0000',
        ccs_ruleoutput: 'hot \\udd25',
        msdyn_description: `Kessel ${'🔥'.repeat(30)}\\ud83d`,
      },
    ]);
  });

  test('with the same message id are one event, yet several alerts of one message are not', async () => {
    const deps = ingestionOn();
    const body = [alertRecord('d'), alertRecord('d')];
    await ingest([event(1, body, { messageId: 'm' }), event(2, body, { messageId: 'm' })], deps);
    expect(await alertsIn(deps)).toHaveLength(2);
  });
});

describe('a parent alert', () => {
  const later = (sequence: number) => event(sequence, alertRecord('d'), { enqueued: start + sequence * 100_000 });

  test('of a device without an account opens nothing and says why; with the account the next one opens a case', async () => {
    const { deps, account, device } = await withDevice('d', { _msdyn_account_value: null });
    await ingest([later(1)], deps);
    expect((await alertsIn(deps))[0]!['ccs_reason']).toContain('no-account');
    expect(await casesIn(deps)).toEqual([]);
    const stored = (await deps.records.get('msdyn_iotdevice', device))!;
    await deps.records.replace('msdyn_iotdevice', { ...stored.row, _msdyn_account_value: account }, stored.etag);
    await ingest([later(2)], deps);
    expect(await casesIn(deps)).toMatchObject([{ _customerid_value: account }]);
  });

  test('joins the case that is still open for its group', async () => {
    const { deps } = await withDevice('d');
    await ingest([later(1), later(2)], deps);
    const alerts = await alertsIn(deps);
    expect(alerts.filter(isParent)).toHaveLength(2);
    expect(await casesIn(deps)).toHaveLength(1);
    expect(new Set(alerts.map((row) => row['_msdyn_case_value']))).toHaveProperty('size', 1);
    expect(alerts[0]!['ccs_reason']).toContain('joined-open-case');
  });

  test('opens a case of its own when the setting says so', async () => {
    const { deps } = await withDevice('d', {}, ingestionOn(undefined, { joinOpenTicket: false }));
    await ingest([later(1), later(2)], deps);
    expect(await casesIn(deps)).toHaveLength(2);
  });

  test.each([
    { which: 'Info', alerttype: 'Info', reason: 'information-only' },
    { which: 'Test', alerttype: alertType.Test, reason: 'test-alert' },
  ])('of type $which opens nothing', async ({ alerttype, reason }) => {
    const { deps } = await withDevice('d');
    await ingest([event(1, alertRecord('d', { alerttype }))], deps);
    expect((await alertsIn(deps))[0]!['ccs_reason']).toContain(reason);
    expect(await casesIn(deps)).toEqual([]);
  });

  test("takes the account of the device's customer asset when the device has none", async () => {
    const deps = ingestionOn();
    const account = await seed(deps.records, 'account', 'asset owner', {});
    const asset = await seed(deps.records, 'msdyn_customerasset', 'freezer', { _msdyn_account_value: account });
    await withDevice('d', { _msdyn_account_value: null, _ccs_customerasset_value: asset }, deps);
    await ingest([event(1, alertRecord('d'))], deps);
    expect(await casesIn(deps)).toMatchObject([{ _customerid_value: account }]);
    expect(await alertsIn(deps)).toMatchObject([{ _msdyn_customerasset_value: asset }]);
  });
});

describe('telemetry', () => {
  const rules = [
    { measure: 'temperature', threshold: 70, ruleoutput: 'AlarmTemp' },
    { measure: 'humidity', threshold: 80 },
    { measure: 'battery', threshold: 20, when: 'below' },
  ];

  test.each([
    { which: 'above the threshold', body: { Temperature: 70.1 }, outputs: ['AlarmTemp'] },
    { which: 'equal to the threshold', body: { Temperature: 70 }, outputs: [] },
    {
      which: 'of every numeric measure',
      body: { temperature: 71, humidity: 81 },
      outputs: ['AlarmTemp', 'Alarmhumidity'],
    },
    { which: 'below a lower limit', body: { battery: 19.9 }, outputs: ['Alarmbattery'] },
    { which: 'equal to a lower limit', body: { battery: 20 }, outputs: [] },
    { which: 'null', body: { temperature: null }, outputs: [] },
    { which: 'of something without a rule', body: { pressure: 1000 }, outputs: [] },
  ])('$which raises $outputs', async ({ body, outputs }) => {
    const { deps } = await thermostat(rules);
    await ingest([event(1, { DeviceID: 't1', EventToken: 'e1', ...body })], deps);
    const raised = (await alertsIn(deps)).map((row) => row['ccs_ruleoutput']);
    expect(raised.toSorted()).toEqual(outputs.toSorted());
    expect(await parkedIn(deps)).toEqual([]);
  });

  test('raises an alert whose data is the record a rule engine would have sent', async () => {
    const { deps } = await thermostat(rules);
    await ingest([event(1, { DeviceID: 't1', Temperature: 75, EventToken: 'e1', time: '2026-03-01T07:00:00Z' })], deps);
    const [alert] = await alertsIn(deps);
    expect(JSON.parse(String(alert!['msdyn_alertdata']))).toEqual({
      deviceid: 't1',
      readingtype: 'temperature',
      reading: 75,
      eventtoken: 'e1',
      threshold: 70,
      ruleoutput: 'AlarmTemp',
      time: '2026-03-01T07:00:00.000Z',
    });
  });

  test.each([
    { which: 'Work order', response: categoryResponse['Work order'], cases: 0, workOrders: 1 },
    { which: 'None', response: categoryResponse.None, cases: 0, workOrders: 0 },
    { which: 'Case', response: categoryResponse.Case, cases: 1, workOrders: 0 },
  ])('of a category with response $which opens that', async ({ response, cases, workOrders }) => {
    const { deps, account } = await thermostat(rules, { ccs_response: response, ccs_prioritycode: 1 });
    await ingest([event(1, { temperature: 99 }, { connectionDeviceId: 't1' })], deps);
    const orders = await all(deps.records, 'msdyn_workorder');
    expect(await casesIn(deps)).toHaveLength(cases);
    expect(orders).toHaveLength(workOrders);
    for (const order of orders) {
      expect(order).toMatchObject({
        _msdyn_serviceaccount_value: account,
        msdyn_systemstatus: 690970000,
        ccs_prioritycode: 1,
      });
      expect(order['msdyn_name']).toMatch(/^WO-/);
      expect(await alertsIn(deps)).toMatchObject([
        { _msdyn_workorder_value: order['msdyn_workorderid'], statecode: 2, statuscode: 4 },
      ]);
    }
  });

  test('that is not about readings (connections, twin changes) is left alone', async () => {
    const deps = ingestionOn();
    const notice = event(1, { x: 1 }, { messageSource: 'deviceConnectionStateEvents' });
    expect(await ingest([notice], deps)).toMatchObject({ ignored: 1, parked: [] });
  });
});

describe('a body that cannot be understood', () => {
  test.each([
    { which: 'not JSON', body: Buffer.from('{"deviceid":'), reason: 'not-json' },
    { which: 'not UTF-8', body: Buffer.from([0xff, 0xfe, 0x80]), reason: 'not-utf8' },
    { which: 'empty', body: Buffer.alloc(0), reason: 'empty' },
    { which: 'a number', body: 5, reason: 'not-an-object' },
    { which: 'null', body: null, reason: 'not-an-object' },
    { which: 'a text', body: 'hot', reason: 'not-an-object' },
    { which: 'an array in an array', body: [[alertRecord('d')]], reason: 'not-an-object' },
    { which: 'without a device', body: { readingtype: 'Temperature', reading: 1 }, reason: 'no-device' },
    { which: 'with a number as device', body: alertRecord('d', { deviceid: 5 }), reason: 'wrong-type' },
    { which: 'with a text as reading', body: alertRecord('d', { reading: 'hot' }), reason: 'wrong-type' },
    {
      which: 'with an infinite reading',
      body: Buffer.from('{"deviceid":"d","readingtype":"T","reading":1e999}'),
      reason: 'wrong-type',
    },
    { which: 'with a time that is none', body: alertRecord('d', { time: 'yesterday' }), reason: 'wrong-type' },
    { which: 'with a number as time', body: alertRecord('d', { time: 5 }), reason: 'wrong-type' },
    { which: 'with an unknown alert type', body: alertRecord('d', { alerttype: 'Panic' }), reason: 'wrong-type' },
    { which: 'with a Device ID too long', body: alertRecord('d'.repeat(101)), reason: 'too-long' },
    {
      which: 'with an event token too long',
      body: alertRecord('d', { eventtoken: 'e'.repeat(101) }),
      reason: 'too-long',
    },
    { which: 'with more data than fits', body: alertRecord('d', { more: 'x'.repeat(8192) }), reason: 'too-long' },
    {
      which: 'valid, and deeper than the stack',
      body: Buffer.from(`{"ruleoutput":"a","deviceid":"d","more":${'['.repeat(99_000)}${']'.repeat(99_000)}}`),
      reason: 'too-deep',
    },
    { which: 'with too many items', body: Array.from({ length: 2000 }, () => 1), reason: 'too-many-items' },
  ])('is parked when it is $which, and its neighbours go on', async ({ body, reason }) => {
    const deps = ingestionOn();
    const events = [event(1, alertRecord('a')), event(2, body), event(3, alertRecord('b'))];
    const { parked } = await ingest(events, deps);
    expect(parked).toHaveLength(1);
    const kept = await parkedIn(deps);
    expect(kept).toMatchObject([
      { ccs_parkedreason: reason, ccs_partition: '0', ccs_sequencenumber: '2', ccs_hub: 'hub' },
    ]);
    const encoding = kept[0]!['ccs_bodyencoding'] === 'base64' ? 'base64' : 'utf8';
    expect(Buffer.from(String(kept[0]!['ccs_body'] ?? ''), encoding)).toEqual(Buffer.from(events[1]!.body));
    expect((await alertsIn(deps)).map((row) => row['msdyn_deviceid']).toSorted()).toEqual(['a', 'b']);
  });

  test('because it names another device is parked where devices may not do that', async () => {
    const deps = ingestionOn(undefined, { speakForOthers: false });
    const sent = { connectionDeviceId: 'a' };
    await ingest(
      [event(1, alertRecord('a'), sent), event(2, alertRecord('b'), sent), event(3, alertRecord('c'))],
      deps,
    );
    expect((await alertsIn(deps)).map((row) => row['msdyn_deviceid']).toSorted()).toEqual(['a', 'c']);
    expect(await parkedIn(deps)).toMatchObject([
      { ccs_parkedreason: 'foreign-device', msdyn_deviceid: 'a', ccs_detail: expect.stringContaining("'b'") as string },
    ]);
  });

  test('in one item of an array parks that item alone', async () => {
    const deps = ingestionOn();
    await ingest([event(1, [alertRecord('a'), 5, alertRecord('b')])], deps);
    expect(await parkedIn(deps)).toMatchObject([{ ccs_itemindex: 1 }]);
    expect(await alertsIn(deps)).toHaveLength(2);
  });

  test('in one measure of telemetry parks that and raises the other alerts', async () => {
    const { deps } = await thermostat([
      { measure: 'temperature', threshold: 70 },
      { measure: 'humidity', threshold: 80 },
    ]);
    await ingest([event(1, { deviceid: 't1', temperature: 'hot', humidity: 90 })], deps);
    expect(await parkedIn(deps)).toMatchObject([{ ccs_parkedreason: 'wrong-type' }]);
    expect(await alertsIn(deps)).toMatchObject([{ ccs_readingtype: 'humidity' }]);
  });

  test('is parked once, however often it is delivered', async () => {
    const deps = ingestionOn();
    await ingest([event(1, 5)], deps);
    expect((await ingest([event(1, 5)], deps)).parked).toEqual([]);
    expect(await parkedIn(deps)).toHaveLength(1);
  });
});

describe('grouping by columns', () => {
  test('keeps kinds of reading apart when the reading type is part of the key', async () => {
    const deps = ingestionOn(undefined, { groupByText: 'alert.msdyn_deviceid, alert.ccs_readingtype' });
    await ingest(
      [event(1, alertRecord('d')), event(2, alertRecord('d', { readingtype: 'Humidity' })), event(3, alertRecord('d'))],
      deps,
    );
    expect((await alertsIn(deps)).filter(isParent)).toHaveLength(2);
  });

  test('makes one group of all devices of an account, and strangers stay on their own', async () => {
    const deps = ingestionOn(undefined, { groupByText: 'device.msdyn_account' });
    const { account } = await withDevice('a', {}, deps);
    await withDevice('b', { _msdyn_account_value: account }, deps);
    await ingest(
      ['a', 'b', 'x', 'y'].map((id, i) => event(i, alertRecord(id))),
      deps,
    );
    expect(
      (await alertsIn(deps))
        .filter(isParent)
        .map((row) => row['msdyn_deviceid'])
        .toSorted(),
    ).toEqual(['a', 'x', 'y']);
  });
});

describe('delivery at least once has its effect exactly once', () => {
  const bodies = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ device: fc.integer({ min: 0, max: 3 }), token: fc.integer({ min: 0, max: 15 }) }),
      },
      { weight: 1, arbitrary: fc.constant('garbage' as const) },
    ),
    { minLength: 1, maxLength: 25 },
  );
  type Body = 'garbage' | { device: number; token: number };
  const eventsOf = (items: readonly Body[]) =>
    items.map((item, i) =>
      item === 'garbage'
        ? event(i, 5)
        : event(i, alertRecord(`d${item.device}`, { eventtoken: `e${item.token}` }), { enqueued: start + i * 7000 }),
    );
  const fleet = async (deps = ingestionOn()) => {
    for (const id of ['d0', 'd1']) await withDevice(id, {}, deps);
    return deps;
  };
  /** Cuts, in order; and after each cut, what is delivered again: any of the events so far, in any order. */
  const schedule = bodies.chain((items) =>
    fc.record({
      items: fc.constant(items),
      cuts: fc.subarray(items.map((_, i) => i)),
      again: fc.array(fc.shuffledSubarray(items.map((_, i) => i)), { maxLength: 4 }),
    }),
  );

  test('split anywhere, delivered again and shuffled across redeliveries', async () => {
    await fc.assert(
      fc.asyncProperty(schedule, fc.boolean(), async ({ items, cuts, again }, restarts) => {
        const events = eventsOf(items);
        const once = await fleet();
        await ingest(events, once);
        let deps = await fleet();
        const ends = [...cuts, events.length];
        for (const [i, end] of ends.entries()) {
          await ingest(events.slice(ends[i - 1] ?? 0, end), deps);
          const more = (again[i] ?? []).filter((index) => index < end).map((index) => events[index]!);
          await ingest(more, deps);
          // A new process knows nothing of what the old one remembered.
          if (restarts) deps = { ...deps, progress: new Map() };
        }
        expect(await everything(deps.records)).toEqual(await everything(once.records));
      }),
      { numRuns: 150 },
    );
  });

  test('batches that arrive out of order lose and double nothing', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, fc.infiniteStream(fc.nat()), async (items, picks) => {
        const events = eventsOf(items);
        const deps = await fleet();
        const rest = events.map((one) => [one]);
        while (rest.length > 0) await ingest(rest.splice(picks.next().value % rest.length, 1)[0]!, deps);
        await ingest(events, deps);
        const alerts = await alertsIn(deps);
        const parents = alerts.filter(isParent);
        const counted = parents.reduce((sum, row) => sum + 1 + Number(row['ccs_duplicatecount']), 0);
        expect(counted).toBe(alerts.length);
        expect(new Set(alerts.map((row) => row['msdyn_iotalertid'])).size).toBe(alerts.length);
        const garbage = items.filter((item) => item === 'garbage').length;
        expect(await parkedIn(deps)).toHaveLength(garbage);
      }),
      { numRuns: 100 },
    );
  });

  test('storage that fails before or after any write, and a batch delivered until it succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        fc.array(fc.constantFrom('before', 'after', 'not'), { maxLength: 12 }),
        async (items, faults) => {
          const events = eventsOf(items);
          const once = await fleet();
          await ingest(events, once);
          const deps = await fleet();
          const { ledger } = deps;
          const broken: IngestDeps = {
            ...deps,
            ledger: {
              ...ledger,
              commit: async (...args) => {
                const fault = faults.shift() ?? 'not';
                if (fault === 'before') throw new Error('storage is away');
                const result = await ledger.commit(...args);
                if (fault === 'after') throw new Error('the answer was lost');
                return result;
              },
            },
          };
          let done = false;
          for (let attempt = 0; attempt < 20 && !done; attempt += 1) {
            done = await ingest(events, broken).then(
              () => true,
              () => false,
            );
          }
          expect(done).toBe(true);
          expect(await everything(deps.records)).toEqual(await everything(once.records));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('two hosts that work on the same batch at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async (items) => {
        const events = eventsOf(items);
        const once = await fleet();
        await ingest(events, once);
        const deps = await fleet();
        await Promise.all([ingest(events, deps), ingest(events, { ...deps, progress: new Map() })]);
        expect(await everything(deps.records)).toEqual(await everything(once.records));
      }),
      { numRuns: 50 },
    );
  });
});
