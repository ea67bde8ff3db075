import { eventually, connectDevice } from '../kit/stack';
import { batchOf, repliesIn, startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { nobodys } from '../kit/doors';

/*
 * OWASP API1:2023, broken object level authorization. Whoever may not read or change records of a table does not get at one of
 * them by knowing its id, or another record that leads to it; a device speaks for itself.
 */

jest.setTimeout(240_000);

const secret = 'what nobody should read';

let stack: AttackedStack;
/** A parked message, whose body readers may not see, and a device with its account. */
let parked: string;
let device: string;
let account: string;

const [reader, operator, admin] = ['IoT.Reader', 'IoT.EndpointUser', 'IoT.Administrator'] as const;
const create = async (set: string, body: object) => {
  const proof = { ...stack.as(admin), prefer: 'return=representation' };
  return (await stack.send('POST', set, proof, body)).json;
};
const found = async (path: string) => (await stack.send('GET', path, stack.as(admin))).json.value!;

beforeAll(async () => {
  stack = await startAttackedStack({ DEVICES_SPEAK_FOR_OTHERS: 'false' });
  const sender = await connectDevice(stack.hub, 'mumbler');
  await sender.send(Buffer.from(secret));
  const rows = await eventually(
    () => found('ccs_parkedmessages'),
    (list) => list.length > 0,
  );
  parked = String(rows[0]!['ccs_parkedmessageid']);
  account = String((await create('accounts', { name: 'Contoso' }))['accountid']);
  const bind = { 'msdyn_Account@odata.bind': `/accounts(${account})` };
  device = String(
    (await create('msdyn_iotdevices', { msdyn_name: 'p', msdyn_deviceid: 'pump', ...bind }))['msdyn_iotdeviceid'],
  );
});
afterAll(async () => stack?.stop());

const system = async () => (await found("systemusers?$filter=fullname eq 'SYSTEM'"))[0]!['systemuserid'] as string;

describe('a record that one may not read', () => {
  const ways = [
    'ccs_parkedmessages(PARKED)',
    'ccs_parkedmessages(PARKED)?$select=ccs_detail',
    'ccs_parkedmessages(PARKED)/ccs_body',
    'ccs_parkedmessages(PARKED)/ccs_body/$value',
    'ccs_parkedmessages(PARKED)/createdby',
    'ccs_parkedmessages(PARKED)/createdby/$ref',
    'ccs_parkedmessages',
    'ccs_parkedmessages/$count',
    "ccs_parkedmessages?$filter=contains(ccs_body,'nobody')&$count=true",
    'systemusers(USER)/lk_ccs_parkedmessage_createdby',
    'systemusers(USER)/lk_ccs_parkedmessage_createdby/$count',
    'systemusers(USER)/lk_ccs_parkedmessage_createdby/$ref',
    'systemusers(USER)?$expand=lk_ccs_parkedmessage_createdby',
    'systemusers?$expand=lk_ccs_parkedmessage_createdby($select=ccs_body)',
    'accounts?$expand=createdby($expand=lk_ccs_parkedmessage_modifiedby)',
  ];

  test.each(ways)('is not read as %s, alone or in a batch', async (way) => {
    const path = way.replace('PARKED', parked).replace('USER', await system());
    const alone = await stack.send('GET', path, stack.as(reader));
    const { body, headers } = batchOf(stack.api(), [{ method: 'GET', path }]);
    const batch = await stack.send('POST', '$batch', { ...stack.as(reader), ...headers }, body);
    const [inBatch] = repliesIn(batch.text);
    expect([alone.status, inBatch!.status]).toEqual([403, 403]);
    expect(alone.text + batch.text).not.toContain(secret);
    // It is there for those who may read it.
    expect((await stack.send('GET', path, stack.as(operator))).status).toBeLessThan(300);
  });

  test('is not told from one that is not there', async () => {
    const there = await stack.send('GET', `ccs_parkedmessages(${parked})`, stack.as(reader));
    const not = await stack.send('GET', `ccs_parkedmessages(${nobodys})`, stack.as(reader));
    expect([there.status, there.text]).toEqual([not.status, not.text]);
  });
});

describe('a record that one may not change', () => {
  const ways: { method: string; path: string; body?: object }[] = [
    { method: 'PATCH', path: 'msdyn_iotdevices(DEVICE)', body: { msdyn_name: 'mine' } },
    { method: 'PATCH', path: "msdyn_iotdevices(msdyn_deviceid='pump')", body: { msdyn_name: 'mine' } },
    { method: 'PUT', path: 'msdyn_iotdevices(DEVICE)/msdyn_name', body: { value: 'mine' } },
    { method: 'DELETE', path: 'msdyn_iotdevices(DEVICE)/msdyn_name' },
    { method: 'DELETE', path: 'msdyn_iotdevices(DEVICE)' },
    { method: 'DELETE', path: 'msdyn_iotdevices(DEVICE)/msdyn_Account/$ref' },
    { method: 'PUT', path: 'msdyn_iotdevices(DEVICE)/msdyn_Account/$ref', body: { '@odata.id': 'accounts(ACCOUNT)' } },
    { method: 'DELETE', path: 'accounts(ACCOUNT)/msdyn_account_msdyn_iotdevice_Account(DEVICE)/$ref' },
    {
      method: 'POST',
      path: 'accounts(ACCOUNT)/msdyn_account_msdyn_iotdevice_Account/$ref',
      body: { '@odata.id': 'msdyn_iotdevices(DEVICE)' },
    },
    {
      method: 'POST',
      path: 'msdyn_iotdevices/Microsoft.Dynamics.CRM.UpdateMultiple',
      body: {
        Targets: [
          { '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotdevice', msdyn_iotdeviceid: 'DEVICE', msdyn_name: 'x' },
        ],
      },
    },
  ];
  const filled = (text: string) => text.replaceAll('DEVICE', device).replaceAll('ACCOUNT', account);

  test.each(ways)('is not changed by $method $path', async ({ method, path, body }) => {
    const before = (await found(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${device}`))[0];
    const sent = body && filled(JSON.stringify(body));
    const { status } = await stack.send(method, filled(path), stack.as(reader), sent);
    expect(status).toBe(403);
    expect((await found(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${device}`))[0]).toEqual(before);
  });

  test('is not replaced by creating one with its id', async () => {
    const { status } = await stack.send('POST', 'msdyn_iotdevices', stack.as(operator), {
      msdyn_iotdeviceid: device,
      msdyn_name: 'mine',
      msdyn_deviceid: 'mine',
    });
    expect(status).toBe(412);
    const [row] = await found(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${device}`);
    expect(row).toMatchObject({ msdyn_name: 'p', msdyn_deviceid: 'pump' });
  });

  test('does not lose its Device ID to another one', async () => {
    const body = { msdyn_name: 'mine', msdyn_deviceid: 'pump' };
    expect((await stack.send('POST', 'msdyn_iotdevices', stack.as(operator), body)).status).toBe(412);
  });
});

describe('a device', () => {
  const alert = { ruleoutput: 'AlarmTemp', readingtype: 'Temperature', reading: 90 };
  const alertsOf = async (id: string) => found(`msdyn_iotalerts?$filter=msdyn_deviceid eq '${id}'`);

  test('that speaks for another one is not heard, and what it said is kept', async () => {
    const thief = await connectDevice(stack.hub, 'thief');
    const time = new Date().toISOString();
    await thief.send([
      { ...alert, deviceid: 'pump', time },
      { ...alert, DeviceId: 'pump', time },
      { ...alert, deviceid: 'thief', time },
    ]);
    expect(
      await eventually(
        () => alertsOf('thief'),
        (rows) => rows.length > 0,
      ),
    ).toHaveLength(1);
    expect(await alertsOf('pump')).toEqual([]);
    const kept = await found("ccs_parkedmessages?$filter=ccs_parkedreason eq 'foreign-device'");
    expect(kept).toHaveLength(2);
    expect(kept[0]).toMatchObject({ msdyn_deviceid: 'thief' });
    expect(kept[0]!['ccs_detail']).toMatch(/pump.*DEVICES_SPEAK_FOR_OTHERS/);
  });

  test('cannot say that another one is gone: what it claims of the hub is not the hub', async () => {
    const status = { msdyn_registrationstatus: 192350003 };
    await stack.send('PATCH', `msdyn_iotdevices(${device})`, stack.as(admin), status);
    const liar = await connectDevice(stack.hub, 'liar');
    await liar.send({ deviceId: 'pump', opType: 'deleteDeviceIdentity', hubName: 'hub', operationTimestamp: 'now' });
    await liar.send({ ...alert, time: new Date().toISOString() });
    await eventually(
      () => alertsOf('liar'),
      (rows) => rows.length > 0,
    );
    const [row] = await found(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${device}`);
    expect(row).toMatchObject(status);
  });
});
