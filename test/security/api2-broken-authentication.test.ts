import { ada, each, startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { badTokens } from '../kit/bad-tokens';
import { mainDoors, sideDoors } from '../kit/doors';

/*
 * OWASP API2:2023, broken authentication. Nobody comes in without a proof that is good, at any door. What is said of each bad
 * proof, changed keys and pages of elsewhere is in test/identity.
 */

jest.setTimeout(300_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack();
});
afterAll(async () => stack?.stop());

const good = { oid: ada, name: 'Ada', roles: ['IoT.Administrator'] };
const others = [
  { method: 'GET', path: '' },
  { method: 'GET', path: '$metadata' },
  { method: 'GET', path: 'WhoAmI' },
  { method: 'POST', path: '$batch' },
  { method: 'GET', path: 'no/such/place' },
];
const doors: readonly { method: string; path: string; body?: string }[] = [...mainDoors, ...others];

/** Who came in with these headers, of all doors. */
async function letIn(proof: Record<string, string>, tried = doors): Promise<string[]> {
  const open: string[] = [];
  await each(tried, async ({ method, path, body }) => {
    const { status, json, headers } = await stack.send(method, path, proof, body);
    const isRefused = status === 401 && json.error?.code === '0x80040220' && headers.has('www-authenticate');
    // Headers that are too long do not reach the app.
    if (!isRefused && status !== 431) open.push(`${method} ${path}: ${status}`);
  });
  return open;
}

test('without a proof no door opens, not even those of links and single values', async () => {
  expect(await letIn({}, [...doors, ...sideDoors])).toEqual([]);
});

test('with a good token and a good key they do', async () => {
  const proofs = [stack.as('IoT.Administrator'), { 'x-functions-key': stack.keyFor('IoT.Administrator') }];
  for (const proof of proofs) expect(await letIn(proof)).toHaveLength(doors.length);
});

test.each(badTokens)('with a token $which no door opens', async ({ token }) => {
  const authorization = `Bearer ${await token(stack.issuer, good)}`;
  expect(await letIn({ authorization })).toEqual([]);
});

test.each<{ which: string; proof: () => Record<string, string> }>([
  { which: 'a key that nobody has', proof: () => ({ 'x-functions-key': 'letmein' }) },
  { which: "the host's own master key", proof: () => ({ 'x-functions-key': stack.masterKey() }) },
  {
    which: 'a principal that the platform did not set',
    proof: () => ({
      'x-ms-client-principal': Buffer.from(
        JSON.stringify({
          claims: [
            { typ: 'oid', val: ada },
            { typ: 'roles', val: 'IoT.Administrator' },
          ],
        }),
      ).toString('base64'),
      'x-ms-client-principal-id': ada,
    }),
  },
  {
    which: 'headers that say it is this machine',
    proof: () => ({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', origin: 'http://localhost:7071' }),
  },
  {
    which: 'a bad token beside a good key',
    proof: () => ({ authorization: 'Bearer x', 'x-functions-key': stack.keyFor('IoT.Administrator') }),
  },
  { which: 'a name and a password', proof: () => ({ authorization: 'Basic YWRtaW46YWRtaW4=' }) },
  { which: 'a cookie', proof: () => ({ cookie: 'AppServiceAuthSession=x; ReqClientId=x' }) },
])('with $which no door opens', async ({ proof }) => {
  expect(await letIn(proof())).toEqual([]);
});

test('with a key in the address no door opens, because addresses are logged', async () => {
  const code = encodeURIComponent(stack.keyFor('IoT.Administrator'));
  const tried = doors.map((door) => ({ ...door, path: `${door.path}?code=${code}` }));
  expect(await letIn({}, tried)).toEqual([]);
});

test('with another word for the method no door opens', async () => {
  const proof = { 'x-http-method-override': 'GET', 'x-http-method': 'GET', 'x-method-override': 'GET' };
  expect(await letIn(proof)).toEqual([]);
});

test('what is wrong is said without the proof itself', async () => {
  const token = stack.issuer.token({ ...good, exp: 1 });
  const { text } = await stack.send('GET', 'accounts', { authorization: `Bearer ${token}` });
  expect(text).not.toContain(token.split('.')[2]!);
  const byKey = await stack.send('GET', 'accounts', { 'x-functions-key': 'a-key-with-a-typo' });
  expect(byKey.text).not.toContain('a-key-with-a-typo');
});
