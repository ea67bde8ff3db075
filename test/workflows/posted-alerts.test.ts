import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { shardOf } from '../../shared/domain/ids';
import { linkWaitingAlerts } from '../../shared/workflows/link-waiting-alerts';
import { parentAlert } from '../../shared/workflows/parent-alert';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { actionsOn, expectExactTree, memoryAdapters } from '../kit/actions-on';
import { seed } from '../kit/ingestion';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const openAzurite = () => {
  const tables = openTables({ connectionString: azurite.connectionString });
  return { records: tableRecordStore(tables), ledger: tableAlertLedger(tables) };
};

let devices = 0;
const chosen = () => `0a0a0a0a-0000-4000-8000-${String((devices += 1)).padStart(12, '0')}`;
const newDevice = () => `posted ${process.pid} ${(devices += 1)}`;

describe.each([
  { which: 'memory', open: memoryAdapters },
  { which: 'Table Storage', open: openAzurite },
])('on $which, an alert that is posted', ({ open }) => {
  const openWorld = () => actionsOn(open(), { parentOnCreate: true });

  test('goes under an earlier one of its device, or beside it when that is switched off', async () => {
    const device = newDevice();
    const world = openWorld();
    const first = await world.alert(device, 0);
    expect((await world.alertNow(await world.alert(device, 60)))._msdyn_parentalert_value).toBe(first);
    const alone = actionsOn(world, { parentOnCreate: false });
    expect(await world.alertNow(await alone.alert(device, 1))).toMatchObject({
      ccs_reason: expect.stringContaining('not-parented') as string,
      ccs_duplicatecount: 0,
    });
    expectExactTree(await world.alertsOf(device));
  });

  test('under a primary alert is counted there, whatever the time between them', async () => {
    const world = openWorld();
    const [device, other] = [newDevice(), newDevice()];
    const parent = await world.alert(device, 0);
    const children = await Promise.all(
      Array.from({ length: 20 }, async (_, i) =>
        world.alert(i % 2 ? device : other, 1000 + i, { _msdyn_parentalert_value: parent }),
      ),
    );
    const late = await world.alert(device, 10);
    const tree = [...(await world.alertsOf(device)), ...(await world.alertsOf(other))];
    expectExactTree(tree);
    expect(tree).toHaveLength(22);
    expect(await world.alertNow(parent)).toMatchObject({
      ccs_duplicatecount: 21,
      ccs_lastalerttime: (await world.alertNow(children[19]!)).msdyn_alerttime,
    });
    expect((await world.alertNow(children[0]!)).ccs_reason).toContain('parent-given');
    expect((await world.alertNow(late))._msdyn_parentalert_value).toBe(parent);
  });

  test('under a duplicate goes under its primary alert, so that depth stays one', async () => {
    const world = openWorld();
    const device = newDevice();
    const parent = await world.alert(device, 0);
    const child = await world.alert(device, 1);
    const grandchild = await world.alert(device, 900, { _msdyn_parentalert_value: child });
    expect((await world.alertNow(grandchild))._msdyn_parentalert_value).toBe(parent);
    expectExactTree(await world.alertsOf(device));
  });

  test('with the token of a primary alert goes under it; with a token that nobody has it is like any other', async () => {
    const world = openWorld();
    const device = newDevice();
    const parent = await world.alert(device, 0, { msdyn_alerttoken: `token of ${device}` });
    const child = await world.alert(device, 900, { msdyn_parentalerttoken: `token of ${device}` });
    expect((await world.alertNow(child))._msdyn_parentalert_value).toBe(parent);
    const stray = await world.alert(device, 1800, { msdyn_parentalerttoken: 'nobody' });
    expect(await world.alertNow(stray)).toMatchObject({ msdyn_parentalerttoken: 'nobody', ccs_duplicatecount: 0 });
    expectExactTree(await world.alertsOf(device));
  });

  test('with an id that its creator chose has it, and is settled like any other', async () => {
    const world = openWorld();
    const device = newDevice();
    const account = await seed(world.records, 'account', device, {});
    await seed(world.records, 'msdyn_iotdevice', device, { msdyn_deviceid: device, _msdyn_account_value: account });
    const [one, two, three] = [chosen(), chosen(), chosen()];
    await world.alert(device, 0, { msdyn_iotalertid: one });
    const incident = (await world.alertNow(one))._msdyn_case_value!;
    expect((await world.records.get('incident', incident))?.row).toMatchObject({ _msdyn_iotalert_value: one });
    await world.alert(device, 100, { msdyn_iotalertid: two });
    await world.alert(device, 110);
    await world.alert(device, 5000, { msdyn_iotalertid: three, _msdyn_parentalert_value: two });
    expect(await world.alertNow(two)).toMatchObject({ ccs_duplicatecount: 2, _msdyn_case_value: incident });
    await parentAlert(two, 120_000, world.deps);
    expect(await world.alertNow(one)).toMatchObject({ ccs_duplicatecount: 3 });
    expect((await world.alertNow(three))._msdyn_parentalert_value).toBe(one);
    expectExactTree(await world.alertsOf(device));
  });

  test('with an id that is in use is refused, also when many try at once', async () => {
    const world = openWorld();
    const [device, id] = [newDevice(), chosen()];
    // In the same shard, and in another.
    const others = Array.from({ length: 40 }, newDevice);
    const near = others.find((each) => shardOf(each) === shardOf(device))!;
    const far = others.find((each) => shardOf(each) !== shardOf(device))!;
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, async (_, i) => world.alert([device, near, far][i % 3]!, i, { msdyn_iotalertid: id })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of tries) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'already-exists' });
    }
    const alerts = (await Promise.all([device, near, far].map(async (each) => world.alertsOf(each)))).flat();
    expect(alerts.map(({ msdyn_iotalertid }) => msdyn_iotalertid)).toEqual([id]);
    const under = world.alert(device, 50, { msdyn_iotalertid: id, _msdyn_parentalert_value: id });
    await expect(under).rejects.toMatchObject({ code: 'already-exists' });
  });

  test('before its device is linked when the device appears, whoever chose its id and its parent', async () => {
    const world = openWorld();
    const [deviceId, id] = [newDevice(), chosen()];
    const first = await world.alert(deviceId, 0);
    await world.alert(deviceId, 500, { msdyn_iotalertid: id });
    await world.alert(deviceId, 900, { _msdyn_parentalert_value: first });
    const device = await seed(world.records, 'msdyn_iotdevice', deviceId, { msdyn_deviceid: deviceId });
    expect(await linkWaitingAlerts(world.deps, deviceId)).toBe(3);
    for (const alert of await world.alertsOf(deviceId)) expect(alert._msdyn_device_value).toBe(device);
  });

  test('under an alert that moves later is taken along', async () => {
    const world = openWorld();
    const device = newDevice();
    const first = await world.alert(device, 0);
    const second = await world.alert(device, 100);
    const child = await world.alert(device, 5000, { _msdyn_parentalert_value: second });
    await parentAlert(second, 120_000, world.deps);
    expect((await world.alertNow(child))._msdyn_parentalert_value).toBe(first);
    expectExactTree(await world.alertsOf(device));
  });
});

test('an alert that is posted under another has the links of its device', async () => {
  const world = actionsOn(memoryAdapters(), { parentOnCreate: true });
  const asset = await seed(world.records, 'msdyn_customerasset', 'Boiler', {});
  const deviceId = newDevice();
  const device = await seed(world.records, 'msdyn_iotdevice', deviceId, {
    msdyn_deviceid: deviceId,
    _ccs_customerasset_value: asset,
  });
  const parent = await world.alert(deviceId, 0);
  for (const columns of [{ _msdyn_parentalert_value: parent }, { statecode: 3, statuscode: 6 }]) {
    expect(await world.alertNow(await world.alert(deviceId, 5, columns))).toMatchObject({
      _msdyn_device_value: device,
      _msdyn_customerasset_value: asset,
      ccs_groupkey: deviceId,
    });
  }
});

test('an alert without a device is counted under the one it is posted under', async () => {
  const world = actionsOn(memoryAdapters(), { parentOnCreate: true });
  const parent = await world.alert('', 0, { msdyn_deviceid: null });
  await world.alert('', 5, { msdyn_deviceid: null, _msdyn_parentalert_value: parent });
  expect(await world.alertNow(parent)).toMatchObject({ ccs_duplicatecount: 1 });
});

test('a test alert takes no real one for its repeat, and repeats none', async () => {
  const world = actionsOn(memoryAdapters(), { parentOnCreate: true });
  const test = await world.alert('tested', 0, { msdyn_alerttype: 192350003 });
  const real = await world.alert('tested', 1);
  const again = await world.alert('tested', 2, { msdyn_alerttype: 192350003 });
  expect((await world.alertNow(real))._msdyn_parentalert_value).toBeUndefined();
  expect((await world.alertNow(again))._msdyn_parentalert_value).toBe(test);
});
