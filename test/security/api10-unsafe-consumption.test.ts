import { Message } from 'azure-iot-device';
import { Amqp } from 'azure-iot-device-amqp';
import { deviceConnectionString } from '../kit/hub';
import { connectDevice, eventually } from '../kit/stack';
import { startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';

/*
 * OWASP API10:2023, unsafe consumption of APIs. What comes from the hub, and from devices through it, is text until it is shown
 * to be more: it is stored as it came or put aside with a reason, and stops nothing. An issuer of tokens that answers
 * nonsense: test/identity. A hub that is away or throttles: test/end-to-end.
 */

jest.setTimeout(240_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack();
});
afterAll(async () => stack?.stop());

const admin = () => stack.as('IoT.Administrator');
const rows = async (path: string) => (await stack.send('GET', path, admin())).json.value!;
const quoted = (text: string) => encodeURIComponent(`'${text.replaceAll("'", "''")}'`);
const alertsOf = async (id: string) => rows(`msdyn_iotalerts?$filter=msdyn_deviceid eq ${quoted(id)}`);
const alert = { ruleoutput: 'AlarmTemp', readingtype: 'Temperature', reading: 90 };
const now = () => new Date().toISOString();

/** Whatever was sent before has been dealt with when this has. */
async function afterThat(send: (body: unknown) => Promise<void>, mark: string): Promise<void> {
  await send({ ...alert, deviceid: mark, time: now() });
  await eventually(
    () => alertsOf(mark),
    (found) => found.length === 1,
    60,
  );
}

const names = [
  "'; drop table alerts; --",
  "x' or '1' eq '1",
  "' or PartitionKey ne '",
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '../../../etc/passwd',
  '..\\..\\host.json',
  '__proto__',
  'constructor',
  'toString',
  '${7*7}{{7*7}}',
  '%00%0d%0aSet-Cookie: x=1',
  'a\r\nX-Injected: 1',
  '\u202egnirts',
  '\ud83d\ude00 pump \u0000 null',
  '/#?\\',
  '=cmd|calc!A1',
];

test.each([
  ['MQTT', undefined],
  ['AMQP', Amqp],
] as const)('texts that mean something elsewhere mean nothing here, over %s', async (transport, kind) => {
  const sender = `sender-${transport}`;
  await stack.hub.addDevice(sender);
  const client = await stack.hub.connect(
    await deviceConnectionString(stack.hub.registry, stack.hub.hostName, sender),
    kind,
  );
  const send = async (body: unknown) => {
    await client.sendEvent(new Message(JSON.stringify(body)));
  };
  const own = names.map((name) => `${name} ${transport}`);
  const before = (await rows('msdyn_iotdevices')).length;
  for (const name of own)
    await send({ ...alert, deviceid: name, readingtype: name, ruleoutput: name, eventtoken: name, time: now() });
  await afterThat(send, `mark-${transport}`);
  for (const name of own) {
    // Control characters are kept as JSON writes them.
    const kept = name.replace('\0', '\\u0000');
    const found = await alertsOf(kept);
    expect(found.map((row) => row['msdyn_deviceid'])).toEqual([kept]);
    expect(JSON.parse(String(found[0]!['msdyn_alertdata']))).toMatchObject({ readingtype: name });
    const { headers } = await stack.send('GET', `msdyn_iotalerts(${String(found[0]!['msdyn_iotalertid'])})`, admin());
    expect([headers.get('x-injected'), headers.get('set-cookie')]).toEqual([null, null]);
  }
  expect(await rows('msdyn_iotdevices')).toHaveLength(before);
});

test('bodies that are nothing, or too much, are put aside with a reason, and those after them are heard', async () => {
  const device = await connectDevice(stack.hub, 'nonsense');
  const bodies = [
    '',
    'null',
    '7',
    '"text"',
    '{',
    '[1,2]',
    '{"reading":',
    '\u0000\u0001',
    `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    // Valid, and deep enough to use up the stack of what would write it down.
    `{"ruleoutput":"AlarmTemp","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    JSON.stringify({ ...alert, reading: 'NaN' }),
    JSON.stringify({ ...alert, time: 'yesterday' }),
    JSON.stringify({ ...alert, time: '+275760-09-13T00:00:00.001Z' }),
    JSON.stringify({ ...alert, deviceid: 'x'.repeat(5_000) }),
    JSON.stringify({ ...alert, more: 'x'.repeat(20_000) }),
    JSON.stringify({ ...alert, deviceid: { $ne: null } }),
    JSON.stringify({ ...alert, ruleoutput: ['a', 'b'] }),
    '{"ruleoutput":"AlarmTemp","reading":1e999}',
  ];
  for (const body of bodies) await device.send(Buffer.from(body));
  await device.send(Buffer.from([0xff, 0xfe, 0xc0, 0x80]));
  await afterThat(async (body) => device.send(body), 'after-nonsense');
  const parked = await rows("ccs_parkedmessages?$filter=msdyn_deviceid eq 'nonsense'");
  // "[1,2]" has two parts.
  expect(parked.length + (await alertsOf('nonsense')).length).toBe(bodies.length + 2);
  expect(parked.length).toBeGreaterThanOrEqual(bodies.length - 1);
  for (const row of parked) expect(String(row['ccs_detail'])).toMatch(/^.{10,}$/s);
});

test('names that every object has change no object', async () => {
  const device = await connectDevice(stack.hub, 'polluter');
  const polluting =
    '{"__proto__":{"polluted":1,"reading":99},"constructor":{"prototype":{"polluted":1}},"temperature":1}';
  await device.send(Buffer.from(polluting));
  await device.send(Buffer.from(`{"ruleoutput":"a","readingtype":"t","__proto__":${JSON.stringify(alert)}}`));
  await afterThat(async (body) => device.send(body), 'after-polluting');
  for (const name of ['polluted', 'reading']) {
    const { status } = await stack.send('GET', `accounts?$select=${name}`, admin());
    expect(status).toBe(400);
  }
  const [row] = await alertsOf('polluter');
  // Not "t reading of 90", which is what the prototype would have made of it.
  expect(row).toMatchObject({ msdyn_description: 't' });
});

test('properties with which a message plays the hub are only properties', async () => {
  const created = await stack.send(
    'POST',
    'msdyn_iotdevices',
    { ...admin(), prefer: 'return=representation' },
    {
      msdyn_name: 'victim',
      msdyn_deviceid: 'victim',
      msdyn_registrationstatus: 192350003,
    },
  );
  expect(created.status).toBe(201);
  await stack.hub.addDevice('actor');
  const { registry, hostName } = stack.hub;
  const client = await stack.hub.connect(await deviceConnectionString(registry, hostName, 'actor'));
  const message = new Message(JSON.stringify({ deviceId: 'victim', sequenceNumber: '1' }));
  const played = {
    'iothub-message-source': 'deviceLifecycleEvents',
    'iothub-connection-device-id': 'victim',
    opType: 'deleteDeviceIdentity',
    deviceId: 'victim',
    hubName: 'hub',
    operationTimestamp: now(),
  };
  for (const [name, value] of Object.entries(played)) message.properties.add(name, value);
  await client.sendEvent(message);
  await afterThat(async (body) => void (await client.sendEvent(new Message(JSON.stringify(body)))), 'after-playing');
  const [victim] = await rows("msdyn_iotdevices?$filter=msdyn_deviceid eq 'victim'");
  expect(victim).toMatchObject({ msdyn_registrationstatus: 192350003 });
});

test('what a device reports of itself is text on its record', async () => {
  const connection = await stack.hub.addDevice('reporter');
  const client = await stack.hub.connect(connection);
  const twin = await client.getTwin();
  const reported = { note: '<script>alert(1)</script>', path: "'; drop", deep: { constructor: 'x' } };
  await new Promise<void>((resolve, reject) => {
    twin.properties.reported.update(reported, (error: Error | null) => (error ? reject(error) : resolve()));
  });
  const created = await stack.send(
    'POST',
    'msdyn_iotdevices',
    { ...admin(), prefer: 'return=representation' },
    {
      msdyn_name: 'reporter',
      msdyn_deviceid: 'reporter',
      msdyn_registrationstatus: 192350003,
    },
  );
  const id = String(created.json['msdyn_iotdeviceid']);
  expect((await stack.send('POST', 'msdyn_PullDataForIoTDevice', admin(), { IoTDeviceIds: id })).status).toBeLessThan(
    300,
  );
  const [row] = await eventually(
    () => rows(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${id}`),
    ([found]) => Boolean(found?.['msdyn_devicereportedproperties']),
    60,
  );
  expect(JSON.parse(String(row!['msdyn_devicereportedproperties']))).toMatchObject(reported);
});
