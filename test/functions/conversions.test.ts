import { call } from '../kit/actions';
import { createCase } from '../../functions/ccs_CreateCase';
import { createWorkOrder } from '../../functions/ccs_CreateWorkOrder';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { makeId } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';
import { root } from '../kit/web-api';
import { actionsOn, memoryAdapters } from '../kit/actions-on';
import { all, seed } from '../kit/ingestion';

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
const kinds = { ccs_CreateCase: createCase, ccs_CreateWorkOrder: createWorkOrder };
const ask = async ({ deps }: Pick<World, 'deps'>, name: keyof typeof kinds, id: string, body?: unknown) =>
  call(
    kinds[name](() => deps),
    `msdyn_iotalerts(${id})/Microsoft.Dynamics.CRM.${name}`,
    body,
  );

let devices = 0;

/** A device with an account, whose category opens nothing by itself. */
async function owned(world: World, more: Row = {}) {
  const deviceId = `owned ${process.pid} ${(devices += 1)}`;
  const account = await seed(world.records, 'account', `${deviceId} Ltd`, {});
  const category = await seed(world.records, 'msdyn_iotdevicecategory', deviceId, {
    ccs_response: 192350002,
    ccs_prioritycode: 1,
  });
  const device = await seed(world.records, 'msdyn_iotdevice', deviceId, {
    msdyn_deviceid: deviceId,
    _msdyn_account_value: account,
    _msdyn_category_value: category,
    ...more,
  });
  return { deviceId, account, device };
}

describe.each([
  { which: 'memory', open: memoryAdapters },
  { which: 'Table Storage', open: openAzurite },
])('on $which', ({ open }) => {
  test('an alert is turned into a case, and then into a work order, with links in both directions', async () => {
    const world = actionsOn(open());
    const { deviceId, account } = await owned(world);
    const alert = await world.alert(deviceId, 0, { msdyn_alertdata: '{"reading":1}' });
    const answer = await ask(world, 'ccs_CreateCase', alert);
    expect([answer.status, answer.json['@odata.context'], answer.faults]).toEqual([
      200,
      `${root}/$metadata#Microsoft.Dynamics.CRM.ccs_CreateCaseResponse`,
      [],
    ]);
    const incident = String(answer.json['incidentid']);
    expect((await world.records.get('incident', incident))?.row).toMatchObject({
      title: `${deviceId} at 0`,
      description: '{"reading":1}',
      _customerid_value: account,
      _msdyn_iotalert_value: alert,
      caseorigincode: 700610000,
      prioritycode: 1,
      statecode: 0,
      ticketnumber: expect.stringMatching(/^CAS-/) as string,
    });
    expect(await world.alertNow(alert)).toMatchObject({ _msdyn_case_value: incident, statecode: 2, statuscode: 3 });

    const second = await ask(world, 'ccs_CreateWorkOrder', alert, {});
    const order = String(second.json['msdyn_workorderid']);
    expect((await world.records.get('msdyn_workorder', order))?.row).toMatchObject({
      msdyn_workordersummary: `${deviceId} at 0`,
      _msdyn_serviceaccount_value: account,
      _msdyn_iotalert_value: alert,
      ccs_prioritycode: 1,
    });
    expect(await world.alertNow(alert)).toMatchObject({
      _msdyn_case_value: incident,
      _msdyn_workorder_value: order,
      statecode: 2,
      statuscode: 4,
      ccs_reason: expect.stringContaining('ticket-asked-for, workorder-opened') as string,
    });
  });

  test('of 32 callers at once one opens the case, and the others are told which', async () => {
    const adapters = open();
    const world = actionsOn(adapters);
    const { deviceId } = await owned(world);
    const alert = await world.alert(deviceId, 0);
    const other = actionsOn(open === openAzurite ? open() : adapters);
    const answers = await Promise.all(
      Array.from({ length: 32 }, async (_, i) => ask(i % 2 ? world : other, 'ccs_CreateCase', alert)),
    );
    const opened = answers.filter(({ status }) => status === 200);
    expect(opened).toHaveLength(1);
    const id = String(opened[0]!.json['incidentid']);
    for (const { status, json } of answers.filter((each) => each !== opened[0])) {
      expect([status, json.error?.code]).toEqual([412, '0x80040265']);
      expect(json.error?.message).toContain(`has one already, incidents(${id})`);
    }
    const cases = (await all(world.records, 'incident')).filter((row) => row['_msdyn_iotalert_value'] === alert);
    expect(cases).toHaveLength(1);
  });
});

test('a later primary alert joins the case that was asked for', async () => {
  const world = actionsOn();
  const { deviceId } = await owned(world, { _msdyn_category_value: null });
  const info = await world.alert(deviceId, 0, { msdyn_alerttype: 192350001 });
  const incident = (await ask(world, 'ccs_CreateCase', info)).json['incidentid'];
  const later = await world.alert(deviceId, 500);
  expect(await world.alertNow(later)).toMatchObject({ _msdyn_case_value: incident, statecode: 2 });
});

test("the account of a device's customer asset counts when the device has none, and then that of the alert's", async () => {
  const world = actionsOn();
  const account = await seed(world.records, 'account', 'Asset Owner', {});
  const asset = await seed(world.records, 'msdyn_customerasset', 'Boiler', { _msdyn_account_value: account });
  const { deviceId } = await owned(world, { _msdyn_account_value: null, _ccs_customerasset_value: asset });
  const stray = await world.alert('', 0, { msdyn_deviceid: null, _msdyn_customerasset_value: asset });
  for (const alert of [await world.alert(deviceId, 0), stray]) {
    const { status, json } = await ask(world, 'ccs_CreateCase', alert);
    expect(status).toBe(200);
    const row = (await world.records.get('incident', String(json['incidentid'])))!.row;
    expect(row['_customerid_value']).toBe(account);
  }
});

describe('a ticket is refused', () => {
  let world: World;
  beforeEach(() => {
    world = actionsOn();
  });
  const refusal = async (alert: string, name: keyof typeof kinds = 'ccs_CreateCase') => {
    const before = await world.alertNow(alert);
    const { status, json, faults } = await ask(world, name, alert);
    expect([status, json.error?.code, faults]).toEqual([412, '0x80040265', []]);
    expect(await world.alertNow(alert)).toEqual(before);
    return json.error!.message;
  };

  test('while the device has no account: the message names the device and the column', async () => {
    const { deviceId, device } = await owned(world, { _msdyn_account_value: null, msdyn_name: 'Pump 7' });
    const alert = await world.alert(deviceId, 0);
    for (const name of ['ccs_CreateCase', 'ccs_CreateWorkOrder'] as const) {
      expect(await refusal(alert, name)).toContain(
        `device Pump 7 (msdyn_iotdevices(${device})) has no account. Set the device's Account (msdyn_Account) first.`,
      );
    }
  });

  test('for a duplicate: the message names its primary alert', async () => {
    const { deviceId } = await owned(world);
    const parent = await world.alert(deviceId, 0);
    const child = await world.alert(deviceId, 1, { _msdyn_parentalert_value: parent });
    expect(await refusal(child)).toContain(`Create the case for its primary alert, msdyn_iotalerts(${parent})`);
  });

  test('while nobody knows the device', async () => {
    expect(await refusal(await world.alert('stranger', 0))).toContain("no device with Device ID 'stranger' exists");
    const nobody = await world.alert('', 0, { msdyn_deviceid: null });
    expect(await refusal(nobody)).toContain('it names no device');
  });

  test('for an alert that is closed', async () => {
    const { deviceId } = await owned(world);
    expect(await refusal(await world.alert(deviceId, 0, { statecode: 3, statuscode: 6 }))).toContain('it is closed');
  });

  test('when the link to its case was taken away', async () => {
    const { deviceId } = await owned(world);
    const alert = await world.alert(deviceId, 0);
    const incident = String((await ask(world, 'ccs_CreateCase', alert)).json['incidentid']);
    const { row, etag } = (await world.records.get('msdyn_iotalert', alert))!;
    await world.records.replace('msdyn_iotalert', { ...row, _msdyn_case_value: null }, etag);
    expect(await refusal(alert)).toContain(`exists already, incidents(${incident})`);
  });
});

test.each(['ccs_CreateCase', 'ccs_CreateWorkOrder'] as const)(
  '%s takes no parameters and needs a record',
  async (name) => {
    const world = actionsOn();
    const unknown = makeId({ time: 1, shard: 1, seed: 'nobody' });
    expect((await ask(world, name, unknown)).status).toBe(404);
    const extra = await ask(world, name, unknown, { Title: 'x' });
    expect([extra.status, extra.json.error?.message]).toEqual([
      400,
      `${name} has no parameter 'Title'. It takes none.`,
    ]);
  },
);
