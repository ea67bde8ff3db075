import { roles } from '../../shared/model/rights';
import { batchOf, each, repliesIn, startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { isRefused, mainDoors, sideDoors } from '../kit/doors';

/*
 * OWASP API5:2023, broken function level authorization. What the table of rights says is what happens, for every role at every
 * door, alone and in a batch.
 */

jest.setTimeout(300_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack();
});
afterAll(async () => stack?.stop());

describe.each(roles)('%s', (role) => {
  const shut = (knocks: readonly { which: string; allowed: readonly string[] }[]) =>
    knocks.filter(({ allowed }) => !allowed.includes(role)).map(({ which }) => which);

  test('is refused where the table of rights says so, and nowhere else, with a token and with a key', async () => {
    for (const proof of [stack.as(role), { 'x-functions-key': stack.keyFor(role) }]) {
      const refused: string[] = [];
      await each(mainDoors, async ({ which, method, path, body }) => {
        const answer = await stack.send(method, path, proof, body);
        expect([which, answer.status]).not.toEqual([which, 401]);
        expect(answer.status).toBeLessThan(500);
        if (isRefused(answer)) refused.push(which);
      });
      expect(refused.toSorted()).toEqual(shut(mainDoors).toSorted());
    }
  });

  test('gets in a batch what it gets alone', async () => {
    const { body, headers } = batchOf(stack.api(), mainDoors);
    const { status, text } = await stack.send('POST', '$batch', { ...stack.as(role), ...headers }, body);
    expect(status).toBe(200);
    const replies = repliesIn(text);
    expect(replies).toHaveLength(mainDoors.length);
    const refused = mainDoors.filter((_, i) => isRefused(replies[i]!)).map(({ which }) => which);
    expect(refused).toEqual(shut(mainDoors));
  });

  test('sees no value, link or record of another table that it may not read', async () => {
    const proof = stack.as(role);
    const reads = sideDoors.filter(({ method }) => method === 'GET');
    const refused: string[] = [];
    await each(reads, async ({ which, method, path }) => {
      if (isRefused(await stack.send(method, path, proof))) refused.push(which);
    });
    expect(refused.toSorted()).toEqual(shut(reads).toSorted());
  });
});

test('a role that is not ours, or is almost one, is none', async () => {
  for (const held of [
    ['Global.Administrator'],
    ['iot.administrator'],
    ['IoT.Administrator '],
    'IoT.Administrator',
    [],
  ]) {
    const token = stack.issuer.token({ oid: '11111111-0000-4000-8000-00000000000b', roles: held });
    await each(mainDoors.slice(0, 20), async ({ method, path, body }) => {
      const { status } = await stack.send(method, path, { authorization: `Bearer ${token}` }, body);
      expect(status).toBe(403);
    });
  }
});

test('a change set that holds one change too many changes nothing', async () => {
  const change = (id: number, path: string, body: object) =>
    [
      '--inner',
      'Content-Type: application/http',
      `Content-ID: ${id}`,
      '',
      `POST ${stack.api()}${path} HTTP/1.1`,
      'Content-Type: application/json',
      '',
      JSON.stringify(body),
    ].join('\r\n');
  const set = [
    change(1, 'msdyn_iotdevices', { msdyn_name: 'Not to be', msdyn_deviceid: 'not-to-be' }),
    change(2, 'accounts', { name: 'Not to be' }),
    '--inner--',
  ].join('\r\n');
  const body = `--outer\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n${set}\r\n--outer--`;
  const proof = stack.as('IoT.EndpointUser');
  const headers = { ...proof, 'content-type': 'multipart/mixed; boundary=outer' };
  const { text } = await stack.send('POST', '$batch', headers, body);
  expect(text).toMatch(/HTTP\/1.1 403.*create records of accounts, you need the role IoT.Administrator/s);
  expect((await stack.send('GET', "msdyn_iotdevices(msdyn_deviceid='not-to-be')", proof)).status).toBe(404);
});
