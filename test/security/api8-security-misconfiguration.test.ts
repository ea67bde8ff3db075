import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { startAttackedStack } from '../kit/attacked-stack';
import type { AttackedStack } from '../kit/attacked-stack';
import { mainDoors, nobodys } from '../kit/doors';

/*
 * OWASP API8:2023, security misconfiguration. Answers tell nothing of the inside and are what they say they are; pages of elsewhere
 * get nothing; nothing is served but what is meant to be. Settings that contradict each other: test/config.test.ts.
 */

jest.setTimeout(240_000);

let stack: AttackedStack;
beforeAll(async () => {
  stack = await startAttackedStack();
});
afterAll(async () => stack?.stop());

const admin = () => stack.as('IoT.Administrator');
const origin = () => new URL(stack.api()).origin;

/** What would help somebody who wants in. */
const inside =
  /\n\s+at |node_modules|\/shared\/|\.[jt]s:\d|AccountKey|AccountName|SharedAccessKey|devstoreaccount|127\.0\.0\.1:\d+\/dev|ECONNREFUSED|RestError/;

const odd: { which: string; method: string; path: string; body?: string }[] = [
  { which: 'a body that is no JSON', method: 'POST', path: 'accounts', body: '{' },
  { which: 'an address that is not well encoded', method: 'GET', path: 'accounts(%E0%A4%A)' },
  { which: 'an address with a null character', method: 'GET', path: 'accounts(%00)' },
  { which: 'a filter that is none', method: 'GET', path: "accounts?$filter=name eq 'x' or PartitionKey ne ''" },
  { which: 'an option that is none', method: 'GET', path: 'accounts?$where=1' },
  { which: 'a property that is none', method: 'GET', path: `accounts(${nobodys})/constructor` },
  { which: 'a method that is none', method: 'PUT', path: 'accounts' },
  { which: 'half a batch', method: 'POST', path: '$batch', body: '--x' },
  { which: 'an ETag that is none', method: 'DELETE', path: `accounts(${nobodys})` },
  { which: 'a link to itself', method: 'POST', path: 'accounts', body: '{"createdby@odata.bind":"/"}' },
];

test.each(odd)('$which is answered without a word of the inside', async ({ method, path, body }) => {
  const { status, text } = await stack.send(method, path, { ...admin(), 'if-match': 'W/"\'"' }, body);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(text).not.toMatch(inside);
});

test('storage that is away is answered so, and without its address', async () => {
  await stack.withoutStorage(async () => {
    const { status, text, headers } = await stack.send('GET', 'accounts', admin());
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(text).not.toMatch(inside);
  });
});

test('every answer of the Web API says that it is what it says, and is not to be kept', async () => {
  for (const { method, path, body } of [...mainDoors.slice(0, 12), ...mainDoors.slice(-6)]) {
    for (const proof of [{}, admin()]) {
      const { headers } = await stack.send(method, path, proof, body);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('private, no-cache');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('server')).toBeNull();
    }
  }
});

test('the console may be framed by nobody and loads nothing from elsewhere', async () => {
  for (const place of ['', '/devices', '/nothing/of/the/kind', '/static/none.js']) {
    const { headers } = await fetch(`${origin()}/console${place}`);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  }
});

test.each([
  '..%2f..%2fpackage.json',
  '..%2f..%2flocal.settings.json',
  '%2e%2e/%2e%2e/host.json',
  '....//....//package.json',
  '..%5c..%5cpackage.json',
  '%252e%252e%252fpackage.json',
  '..%2f%2e%2e%2f..%2f..%2f..%2fetc%2fpasswd',
  'static/%00.js',
])('no file beside the console is served for %s', async (path) => {
  const text = await (await fetch(`${origin()}/console/${path}`)).text();
  expect(text).not.toMatch(/"version"|connected-customer-service"|IsEncrypted|root:/);
});

test('a page of elsewhere may neither ask nor read', async () => {
  for (const foreign of ['https://evil.example', 'null', 'http://localhost.evil.example']) {
    const asked = await stack.send('OPTIONS', 'accounts', {
      origin: foreign,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization',
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    const read = await stack.send('GET', 'accounts', { ...admin(), origin: foreign });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
    expect(read.headers.get('access-control-allow-credentials')).toBeNull();
  }
});

test('methods that nobody offers are not there', async () => {
  for (const method of ['OPTIONS', 'HEAD', 'PROPFIND', 'MERGE', 'LINK']) {
    const { status, text } = await stack.send(method, 'accounts', admin());
    expect([404, 405, 501]).toContain(status);
    expect(text).not.toMatch(inside);
  }
});

test('a value in a filter is a value to storage, too, whatever it looks like', async () => {
  const names = ["x' or 1 eq 1 or name eq '", "' or PartitionKey ne '", "x') or (true", '%27 or 1 eq 1', "''"];
  for (const name of names) expect((await stack.send('POST', 'accounts', admin(), { name })).status).toBe(204);
  for (const name of names) {
    const value = encodeURIComponent(`'${name.replaceAll("'", "''")}'`);
    for (const filter of [
      `name eq ${value}`,
      `startswith(name,${value})`,
      `contains(name,${value}) and statecode eq 0`,
    ]) {
      const { status, json } = await stack.send('GET', `accounts?$filter=${filter}`, admin());
      const wanted = filter.startsWith('contains') ? names.filter((each) => each.includes(name)) : [name];
      expect([status, json.value!.map((row) => row['name']).toSorted()]).toEqual([200, wanted.toSorted()]);
    }
  }
});

/** Sends a request whose Host is another than where it goes, as a page does whose name was made to lead here. */
async function rebound(path: string, headers: Record<string, string>, method = 'POST'): Promise<number> {
  const asked = request(`${origin()}${path}`, { method, headers: { 'content-type': 'text/plain', ...headers } });
  asked.end(method === 'POST' ? '{"input":"{}"}' : undefined);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode!;
}

test('the administration of the local host is closed to pages of elsewhere', async () => {
  const pages: Record<string, string>[] = [
    { host: 'rebound.example:7071' },
    { host: 'localhost.evil.example' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  for (const headers of pages) {
    expect(await rebound('/admin/functions/onRegistrations', headers)).toBe(401);
    expect(await rebound('/admin/host/drain', headers)).toBe(401);
    expect(await rebound('/admin/functions', headers, 'GET')).toBe(401);
  }
  const key = { 'x-functions-key': stack.masterKey() };
  expect(await rebound('/admin/functions', { ...key, host: 'rebound.example' }, 'GET')).toBe(200);
});
