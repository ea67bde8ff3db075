import { connectDevice, eventually } from '../kit/stack';
import { batchOf, repliesIn, startAttackedStack, stranger } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { nobodys } from '../kit/doors';

/*
 * OWASP API4:2023, unrestricted resource consumption. Whatever would cost much is refused with a reason before it costs it, and the
 * service goes on.
 */

jest.setTimeout(240_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack({ REQUESTS_PER_MINUTE: '300' });
});
afterAll(async () => stack?.stop());

let met = 0;
/** Each test is somebody else, with an allowance of his own. */
const somebody = () => stack.as('IoT.Administrator', stranger((met += 1)));

afterEach(async () => {
  expect((await fetch(`${new URL(stack.api()).origin}/api/health`)).status).toBe(200);
});

const mebibyte = 1024 * 1024;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const ids = (count: number) => Array.from({ length: count }, () => nobodys).join(',');

test.each<{ which: string; method?: string; path: string; body?: () => string; status: number[] }>([
  {
    which: 'a record of more than a mebibyte',
    path: 'accounts',
    body: () => `{"name":"${'x'.repeat(mebibyte)}"}`,
    status: [413],
  },
  {
    which: 'a change of more than a mebibyte',
    method: 'PATCH',
    path: `accounts(${nobodys})`,
    body: () => `{"name":"${'x'.repeat(mebibyte)}"}`,
    status: [413],
  },
  {
    which: 'a value of more than a mebibyte',
    method: 'PUT',
    path: `accounts(${nobodys})/name`,
    body: () => `{"value":"${'x'.repeat(mebibyte)}"}`,
    status: [413],
  },
  {
    which: 'a name that is longer than its column',
    path: 'accounts',
    body: () => `{"name":"${'x'.repeat(200_000)}"}`,
    status: [400],
  },
  {
    which: 'a body nested a hundred thousand times',
    path: 'accounts',
    body: () => `{"name":${nested(100_000)}}`,
    status: [400],
  },
  {
    which: 'arguments of an action that are too large',
    path: 'msdyn_JsonGetString',
    body: () => JSON.stringify({ Json: 'x'.repeat(40 * mebibyte), PropertyPath: 'a' }),
    status: [413],
  },
  {
    which: 'more ids than a job takes',
    path: 'msdyn_RegisterIoTDevice',
    body: () => JSON.stringify({ IoTDeviceIds: ids(20_001) }),
    status: [400],
  },
  {
    which: 'more ids than can be dealt with at once',
    path: 'msdyn_IoTSendTestAlert',
    body: () => JSON.stringify({ IoTDeviceIds: ids(1_001) }),
    status: [400],
  },
  {
    which: 'more records than one request creates',
    path: 'accounts/Microsoft.Dynamics.CRM.CreateMultiple',
    body: () =>
      JSON.stringify({
        Targets: Array.from({ length: 1_001 }, () => ({ '@odata.type': 'Microsoft.Dynamics.CRM.account', name: 'x' })),
      }),
    status: [400],
  },
  {
    which: 'a filter of thousands of parts',
    method: 'GET',
    path: `accounts?$filter=${'name eq null or '.repeat(900)}name eq null`,
    status: [400, 431],
  },
  {
    which: 'a filter of thousands of parentheses',
    method: 'GET',
    path: `accounts?$filter=${'('.repeat(5_000)}`,
    status: [400],
  },
  { which: 'a page of a million records', method: 'GET', path: 'accounts?$top=99999999999999999999', status: [400] },
  {
    which: 'expansions in expansions',
    method: 'GET',
    path: 'accounts?$expand=createdby($expand=createdby($expand=createdby($expand=createdby)))',
    status: [400],
  },
  {
    which: 'an address of a hundred thousand letters',
    method: 'GET',
    path: `accounts?$filter=name eq '${'x'.repeat(100_000)}'`,
    status: [400, 414, 431],
  },
])('$which is refused, and says why', async ({ method = 'POST', path, body, status }) => {
  const answer = await stack.send(method, path, somebody(), body?.());
  expect(status).toContain(answer.status);
  if (answer.status < 414) expect(answer.json.error!.message).toMatch(/^.{10,}$/s);
});

test.each<{ which: string; set: string; body: (deep: string) => object }>([
  {
    which: 'tags',
    set: 'msdyn_iotdevices',
    body: (msdyn_tags) => ({ msdyn_name: 'x', msdyn_deviceid: 'deep', msdyn_tags }),
  },
  { which: 'rules', set: 'msdyn_iotdevicecategories', body: (ccs_rules) => ({ msdyn_name: 'x', ccs_rules }) },
  {
    which: 'the data of an alert',
    set: 'msdyn_iotalerts',
    body: (msdyn_alertdata) => ({ msdyn_description: 'x', msdyn_deviceid: 'x', msdyn_alertdata }),
  },
  {
    which: 'the message of a command',
    set: 'msdyn_iotdevicecommands',
    body: (msdyn_message) => ({ msdyn_name: 'x', msdyn_deviceid: 'x', msdyn_message }),
  },
])('texts of JSON nested thousands of times are no fault of the service, as $which', async ({ set, body }) => {
  for (const depth of [300, 2_000, 4_000, 100_000]) {
    const { status } = await stack.send('POST', set, somebody(), body(`{"a":${nested(depth)}}`));
    expect(status).toBeLessThan(500);
  }
});

test('a page is no larger than allowed, whatever is preferred', async () => {
  const proof = { ...somebody(), prefer: 'odata.maxpagesize=1000000' };
  const { status, headers } = await stack.send('GET', 'accounts', proof);
  expect([200, 400]).toContain(status);
  expect(headers.get('preference-applied') ?? '').not.toContain('1000000');
});

test('a batch of more requests than allowed is refused before one of them is looked at', async () => {
  const proof = somebody();
  const { body, headers } = batchOf(
    stack.api(),
    Array.from({ length: 1_001 }, () => ({ method: 'GET', path: 'accounts' })),
  );
  const { status, json } = await stack.send('POST', '$batch', { ...proof, ...headers }, body);
  expect(status).toBe(400);
  expect(json.error!.message).toContain('1000');
});

test('a batch in a batch in a batch is refused', async () => {
  const inner = batchOf(stack.api(), [{ method: 'GET', path: 'accounts' }]);
  const outer = batchOf(stack.api(), [{ method: 'POST', path: '$batch', body: inner.body }]);
  const { text } = await stack.send('POST', '$batch', { ...somebody(), ...outer.headers }, outer.body);
  expect([400, 415]).toContain(repliesIn(text)[0]!.status);
});

describe('a caller who has sent what he may send in a minute', () => {
  test('waits as long as he is told, in a batch and alone, and nobody else does', async () => {
    const greedy = somebody();
    const parts = Array.from({ length: 400 }, () => ({ method: 'GET', path: 'WhoAmI' }));
    const { body, headers } = batchOf(stack.api(), parts);
    const whole = await stack.send('POST', '$batch', { ...greedy, ...headers }, body);
    // It is let in as a whole, and made up for.
    expect(repliesIn(whole.text).filter(({ status }) => status === 200)).toHaveLength(400);
    for (const [method, path] of [
      ['GET', 'WhoAmI'],
      ['POST', 'accounts'],
      ['POST', '$batch'],
    ] as const) {
      const refused = await stack.send(method, path, greedy, method === 'POST' ? '{}' : undefined);
      expect(refused.status).toBe(429);
      expect(refused.json.error).toMatchObject({
        code: '0x80072322',
        message: expect.stringMatching(/Try again in/) as string,
      });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await stack.send('GET', 'WhoAmI', somebody())).status).toBe(200);
  });

  test('is one caller, however many tokens he has', async () => {
    const who = stranger((met += 1));
    const { body, headers } = batchOf(
      stack.api(),
      Array.from({ length: 400 }, () => ({ method: 'GET', path: 'WhoAmI' })),
    );
    await stack.send('POST', '$batch', { ...stack.as('IoT.Reader', who), ...headers }, body);
    expect((await stack.send('GET', 'WhoAmI', stack.as('IoT.Administrator', who))).status).toBe(429);
  });

  test('comes in again when it is time', async () => {
    const proof = somebody();
    const { body, headers } = batchOf(
      stack.api(),
      Array.from({ length: 303 }, () => ({ method: 'GET', path: 'WhoAmI' })),
    );
    await stack.send('POST', '$batch', { ...proof, ...headers }, body);
    await eventually(
      async () => (await stack.send('GET', 'WhoAmI', proof)).status,
      (status) => status === 200,
    );
  });
});

test('a device that floods opens one case, and nonsense is put aside', async () => {
  const proof = { ...somebody(), prefer: 'return=representation' };
  const { json: account } = await stack.send('POST', 'accounts', proof, { name: 'Contoso' });
  await stack.send('POST', 'msdyn_iotdevices', proof, {
    msdyn_name: 'flood',
    msdyn_deviceid: 'flood',
    'msdyn_Account@odata.bind': `/accounts(${String(account['accountid'])})`,
  });
  const device = await connectDevice(stack.hub, 'flood');
  const time = new Date().toISOString();
  for (let i = 0; i < 20; i += 1) {
    const alert = { ruleoutput: 'AlarmTemp', readingtype: 'Temperature', reading: 90, time };
    await device.send(Array.from({ length: 50 }, () => alert));
    await device.send(Buffer.from('{"not":'));
  }
  const filter = "msdyn_iotalerts?$filter=msdyn_deviceid eq 'flood'";
  const all = await eventually(
    async () => Number((await stack.send('GET', filter.replace('?', '/$count?'), proof)).text),
    (count) => count === 1_000,
    60,
  );
  expect(all).toBe(1_000);
  const parents = await stack.send('GET', `${filter} and _msdyn_parentalert_value eq null`, proof);
  expect(parents.json.value).toHaveLength(1);
  expect((await stack.send('GET', 'incidents/$count', proof)).text).toBe('1');
});
