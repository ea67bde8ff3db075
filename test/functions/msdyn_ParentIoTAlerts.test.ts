import { call } from '../kit/actions';
import { parentIoTAlerts } from '../../functions/msdyn_ParentIoTAlerts';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { actionsOn, expectExactTree, memoryAdapters, rivals } from '../kit/actions-on';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const openAzurite = () => {
  const tables = openTables({ connectionString: azurite.connectionString });
  return { records: tableRecordStore(tables), ledger: tableAlertLedger(tables) };
};

type World = ReturnType<typeof actionsOn>;

const parent = async (world: Pick<World, 'deps'>, id: string, body: unknown = { TimespanSeconds: 60 }) =>
  call(
    parentIoTAlerts(() => world.deps),
    `msdyn_iotalerts(${id})/Microsoft.Dynamics.CRM.msdyn_ParentIoTAlerts`,
    body,
  );

let devices = 0;
const newDevice = () => `device ${process.pid} ${(devices += 1)}`;

/** 200 in the long form, as the environment says. */
const roundsOf = (usual: number) => Number(process.env['PARENTING_ROUNDS'] ?? usual);

describe.each([
  { which: 'memory', open: () => memoryAdapters(), rounds: roundsOf(20) },
  { which: 'Table Storage', open: openAzurite, rounds: roundsOf(4) },
])('on $which, msdyn_ParentIoTAlerts', ({ open, rounds }) => {
  test('puts an alert under the earlier one, and answers 204 with no body', async () => {
    const world = actionsOn(open());
    const device = newDevice();
    const [first, second] = [await world.alert(device, 0), await world.alert(device, 60)];
    const answer = await parent(world, second);
    expect([answer.status, answer.text, answer.faults]).toEqual([204, '', []]);
    expect(await world.alertNow(second)).toMatchObject({
      _msdyn_parentalert_value: first,
      ccs_duplicatecount: 0,
      ccs_reason: expect.stringContaining('parented-later') as string,
    });
    expect(await world.alertNow(first)).toMatchObject({
      ccs_duplicatecount: 1,
      ccs_lastalerttime: (await world.alertNow(second)).msdyn_alerttime,
    });
    expect((await parent(world, second)).status).toBe(204);
    expectExactTree(await world.alertsOf(device));
  });

  test('takes the children of an alert along, so that depth stays one and the counts exact', async () => {
    const world = actionsOn(open());
    const device = newDevice();
    const ids = [];
    for (const second of [0, 50, 100, 110]) ids.push(await world.alert(device, second));
    const [a, b, c, d] = ids as [string, string, string, string];
    for (const id of [d, c, b]) expect((await parent(world, id)).status).toBe(204);
    const alerts = await world.alertsOf(device);
    expectExactTree(alerts);
    for (const id of [b, c, d]) expect((await world.alertNow(id))._msdyn_parentalert_value).toBe(a);
    expect(await world.alertNow(a)).toMatchObject({
      ccs_duplicatecount: 3,
      ccs_lastalerttime: (await world.alertNow(d)).msdyn_alerttime,
    });
  });

  test('of 64 concurrent calls never leaves two parents in one window', async () => {
    const adapters = open();
    // Two processes: each remembers and queues for itself.
    const worlds = [actionsOn(adapters), actionsOn(open === openAzurite ? open() : adapters)] as const;
    for (let round = 0; round < rounds; round += 1) {
      const device = newDevice();
      const spread = [0, 55, 170][round % 3]!;
      const ids = await Promise.all(
        Array.from({ length: 64 }, async (_, i) => worlds[0].alert(device, (i * spread) / 63)),
      );
      const answers = await Promise.all(ids.map(async (id, i) => parent(worlds[i % 2]!, id)));
      // Whole answers, so that one that failed says why.
      expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
      const alerts = await worlds[0].alertsOf(device);
      expect(alerts).toHaveLength(64);
      expect(rivals(alerts, 60)).toEqual([]);
      expectExactTree(alerts);
      if (spread <= 60) expect(alerts.filter((alert) => !alert._msdyn_parentalert_value)).toHaveLength(1);
    }
  }, 600_000);
});

test('a parent with more duplicates than a transaction holds is moved whole', async () => {
  const world = actionsOn(memoryAdapters(), { parentOnCreate: true });
  const device = newDevice();
  const first = await world.alert(device, 0);
  const second = await world.alert(device, 100);
  for (let i = 0; i < 250; i += 1) await world.alert(device, 101 + i / 10);
  let commits = 0;
  const ledger = {
    ...world.ledger,
    commit: async (...args: Parameters<typeof world.ledger.commit>) => {
      commits += 1;
      if (commits === 2) throw new Error('the process ends here');
      return world.ledger.commit(...args);
    },
  };
  const crashed = await parent({ deps: { ...world.deps, ledger } }, second, { TimespanSeconds: 120 });
  expect([crashed.status, commits]).toEqual([500, 2]);
  expectExactTree(await world.alertsOf(device));
  expect((await world.alertNow(first)).ccs_duplicatecount).toBe(90);

  expect((await parent(world, second, { TimespanSeconds: 120 })).status).toBe(204);
  expectExactTree(await world.alertsOf(device));
  expect((await world.alertNow(first)).ccs_duplicatecount).toBe(251);
});

test('what comes from the hub afterwards joins the parent that is left, and a repeat is not counted again', async () => {
  const world = actionsOn(memoryAdapters(), { parentOnCreate: true });
  const device = newDevice();
  const first = await world.alert(device, 0);
  const second = await world.alert(device, 100);
  await parent(world, second, { TimespanSeconds: 120 });
  const third = await world.alert(device, 30);
  expect((await world.alertNow(third))._msdyn_parentalert_value).toBe(first);
  expect((await world.alertNow(first)).ccs_duplicatecount).toBe(2);
});

test('an alert with a case of its own keeps it', async () => {
  const world = actionsOn();
  const device = newDevice();
  const [first, second] = [await world.alert(device, 0), await world.alert(device, 10)];
  const stored = (await world.records.get('msdyn_iotalert', second))!;
  const incident = '00000000-0000-0000-0000-00000000000c';
  await world.records.replace('msdyn_iotalert', { ...stored.row, _msdyn_case_value: incident }, stored.etag);
  await parent(world, second);
  expect(await world.alertNow(second)).toMatchObject({
    _msdyn_parentalert_value: first,
    _msdyn_case_value: incident,
    ccs_reason: expect.stringContaining('kept-its-ticket') as string,
  });
});

test.each([
  { which: 'is alone', times: [0], moved: 0 },
  { which: 'is outside the timespan', times: [0, 61], moved: 1 },
  { which: 'is earlier than the others', times: [50, 0], moved: 1 },
  { which: 'has no device', times: [0, 10], moved: 1, columns: { msdyn_deviceid: null } },
  { which: 'would go under a closed one', times: [0, 10], moved: 1, close: true },
])('an alert that $which stays as it is, and that is a success', async ({ times, moved, columns, close }) => {
  const world = actionsOn();
  const device = newDevice();
  const ids: string[] = [];
  for (const time of times) ids.push(await world.alert(device, time, columns));
  if (close) {
    const { row, etag } = (await world.records.get('msdyn_iotalert', ids[0]!))!;
    await world.writes.revise('msdyn_iotalert', row, { ...row, statecode: 3, statuscode: 6 }, etag);
  }
  const before = await world.alertNow(ids[moved]!);
  expect((await parent(world, ids[moved]!)).status).toBe(204);
  expect(await world.alertNow(ids[moved]!)).toEqual(before);
});

const id = '01234567-89AB-4cde-8f01-23456789abcd';

test.each([
  { which: 'a bare GUID', key: id },
  { which: 'braces', key: `{${id}}` },
  { which: 'encoded braces', key: `%7B${id}%7D` },
  { which: 'the name of the key', key: `msdyn_iotalertid=${id}` },
])('an alert is named by $which; an unknown one is answered with 404', async ({ key }) => {
  const { status, json } = await parent(actionsOn(), key);
  expect([status, json.error]).toEqual([
    404,
    { code: '0x80040217', message: `msdyn_iotalerts(${id.toLowerCase()}) does not exist.` },
  ]);
});

test.each([
  { which: 'an id that is no GUID', key: 'nonsense', code: '0x80060888', says: 'no key of msdyn_iotalerts' },
  { which: 'an empty id', key: '', code: '0x80060888', says: 'no key of msdyn_iotalerts' },
  { which: 'another key', key: `accountid=${id}`, code: '0x80060888', says: 'no key of msdyn_iotalerts' },
  { which: 'a bad encoding', key: '%zz', code: '0x80060888', says: 'encoded' },
  { which: 'no timespan', body: {}, code: '0x80040203', says: 'TimespanSeconds of msdyn_ParentIoTAlerts is missing' },
  { which: 'a timespan of null', body: { TimespanSeconds: null }, code: '0x80040203', says: 'must not be null' },
  { which: 'a timespan in words', body: { TimespanSeconds: '60' }, code: '0x80040203', says: 'whole number' },
  { which: 'half a second', body: { TimespanSeconds: 60.5 }, code: '0x80040203', says: 'whole number' },
  { which: 'a short timespan', body: { TimespanSeconds: 59 }, code: '0x80040203', says: 'from 60 to 180; got 59' },
  { which: 'a long timespan', body: { TimespanSeconds: 181 }, code: '0x80040203', says: 'from 60 to 180; got 181' },
])('a call with $which is refused', async ({ key = id, body, code, says }) => {
  const { status, json, faults } = await parent(actionsOn(), key, body);
  expect([status, json.error?.code, faults]).toEqual([400, code, []]);
  expect(json.error?.message).toContain(says);
});
