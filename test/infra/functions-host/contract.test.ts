// What a caller sees of a Functions host. Without FUNCTIONS_BASE_URL it runs against the local host; to compare with
// Core Tools, run `func start --enableAuth` in fixture-app with AzureWebJobs.switchedOff.Disabled=true and give the test
// FUNCTIONS_BASE_URL, FUNCTIONS_FUNCTION_KEY and FUNCTIONS_MASTER_KEY.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { endAll, startHost } from './running-host';

let base = process.env['FUNCTIONS_BASE_URL'] ?? '';
let functionKey = process.env['FUNCTIONS_FUNCTION_KEY'] ?? '';
let masterKey = process.env['FUNCTIONS_MASTER_KEY'] ?? '';

beforeAll(async () => {
  if (base) return;
  const host = await startHost('fixture-app', { 'AzureWebJobs.switchedOff.Disabled': 'true' }, ['--enable-auth']);
  ({ url: base, functionKey, masterKey } = host);
});
afterAll(endAll);

/** What the fixture app tells about a request. */
interface Echo {
  function: string;
  method: string;
  url: string;
  params: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

const call = (path: string, init?: RequestInit) => fetch(`${base}${path}`, init);
const echo = async (path: string, init?: RequestInit) => (await call(path, init)).json() as Promise<Echo>;

/** A request that fetch would not send as it is written here. */
async function raw(options: RequestOptions, write?: (request: ReturnType<typeof httpRequest>) => void) {
  const { hostname, port } = new URL(base);
  const request = httpRequest({ hostname, port, ...options });
  if (write) write(request);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

describe('routes', () => {
  test.each([
    ['GET', '/api/orders/12', 'orderByNumber', { id: '12' }],
    ['GET', '/API/Orders/12/', 'orderByNumber', { id: '12' }],
    [
      'GET',
      '/api/orders/6f9619ff-8b86-d011-b42d-00c04fc964ff',
      'orderByGuid',
      { id: '6f9619ff-8b86-d011-b42d-00c04fc964ff' },
    ],
    ['POST', '/api/orders', 'orderCreate', {}],
    [
      'POST',
      '/api/data/v9.2/alerts(6f9619ff-8b86-d011-b42d-00c04fc964ff)/Microsoft.Dynamics.CRM.CloseAlert',
      'alertClose',
      { id: '6f9619ff-8b86-d011-b42d-00c04fc964ff' },
    ],
    ['GET', '/api/things/pump', 'thing', { kind: 'pump' }],
    ['GET', '/api/things/pump/7', 'thing', { kind: 'pump', id: '7' }],
    ['GET', '/api/things/a%20b/c%2Fd', 'thing', { kind: 'a b', id: 'c%2Fd' }],
    ['GET', '/api/pages', 'page', { page: '1' }],
    ['GET', '/api/files/a.tar.gz', 'fileByExtension', { name: 'a.tar', extension: 'gz' }],
    ['GET', '/api/tree/leaf', 'treeLeaf', {}],
    ['GET', '/api/tree/a/b', 'treeRest', { rest: 'a/b' }],
    ['GET', '/api/either/7', 'eitherFirst', { number: '7' }],
    ['GET', '/api/either/x', 'eitherSecond', { word: 'x' }],
  ])('%s %s reaches %s', async (method, path, name, params) => {
    expect(await echo(path, { method })).toMatchObject({ function: name, params });
  });

  test.each([
    ['GET', '/api/nowhere'],
    ['GET', '/orders/12'],
    ['DELETE', '/api/orders/12'],
    ['HEAD', '/api/orders/12'],
    ['OPTIONS', '/api/orders/12'],
    ['GET', '/api/orders/twelve'],
    ['GET', '/api/switchedOff'],
  ])('%s %s is 404 without a body', async (method, path) => {
    const response = await call(path, { method });
    expect([response.status, await response.text()]).toEqual([404, '']);
  });
});

describe('what the function gets', () => {
  test('the whole url, the method and lower-case header names', async () => {
    const told = await echo('/api/echo?x=1', { headers: { 'X-Some-Header': 'Value' } });
    expect(told).toMatchObject({ method: 'GET', url: `${base}/api/echo?x=1` });
    expect(told.headers['x-some-header']).toBe('Value');
  });

  test('repeated query keys joined with a comma, whatever their case', async () => {
    expect((await echo('/api/echo?a=1&a=2&A=3&$filter=b%20eq+c&e=')).query).toEqual({
      a: '1,2,3',
      $filter: 'b eq c',
      e: '',
    });
  });

  test('a header sent twice joined with a comma', async () => {
    const { body } = await raw({ path: '/api/echo', headers: { 'x-twice': ['a', 'b'] } });
    expect((JSON.parse(body) as Echo).headers['x-twice']).toMatch(/^a, ?b$/);
  });

  test('the body', async () => {
    expect((await echo('/api/echo', { method: 'POST', body: 'zwölf' })).body).toBe('zwölf');
    const long = 'x'.repeat(3_000_000);
    expect((await echo('/api/echo', { method: 'PUT', body: long })).body).toBe(long);
  });

  test('no body when it came without a content-length', async () => {
    const { status, body } = await raw({ path: '/api/echo', method: 'POST' }, (request) => request.write('chunk'));
    expect([status, (JSON.parse(body) as Echo).body]).toEqual([200, '']);
  });
});

describe('what the caller gets', () => {
  test('undefined is 204, a throw is 500, both without a body', async () => {
    const answers = await Promise.all(['/api/nothing', '/api/throws'].map((path) => call(path)));
    expect(await Promise.all(answers.map(async (answer) => [answer.status, await answer.text()]))).toEqual([
      [204, ''],
      [500, ''],
    ]);
  });

  test('a body the function cannot parse is 500 when the function does not handle it', async () => {
    expect((await call('/api/notJson', { method: 'POST', body: '{' })).status).toBe(500);
  });

  test('status, JSON and bytes as the function wrote them', async () => {
    const refused = await call('/api/refuses');
    expect([refused.status, refused.headers.get('content-type'), await refused.json()]).toEqual([
      422,
      'application/json',
      { reason: 'no' },
    ]);
    const bytes = await call('/api/bytes');
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255, 128]);
  });

  test('cookies with their attributes', async () => {
    expect((await call('/api/cookies')).headers.getSetCookie()).toEqual([
      'a=x%20y; max-age=60; path=/; samesite=lax; httponly',
      'b=2; path=/api; secure',
    ]);
  });

  test('the custom headers of host.json, on a refusal too', async () => {
    const answers = [await call('/api/nothing'), await call('/api/nowhere')];
    expect(answers.map((answer) => answer.headers.get('x-content-type-options'))).toEqual(['nosniff', 'nosniff']);
  });

  test('HEAD without a body when the function lists it', async () => {
    const { status, headers, body } = await raw({ path: '/api/echo', method: 'HEAD' });
    expect([status, Number(headers['content-length']) > 0, body]).toEqual([200, true, '']);
  });

  test('413 for a body of more than 100 MB', async () => {
    const { status } = await raw(
      { path: '/api/echo', method: 'POST', headers: { 'content-length': 104_857_601 } },
      (request) => {
        request.on('error', () => undefined);
        request.flushHeaders();
      },
    );
    expect(status).toBe(413);
  });

  test.each([['a b'], ['name:99999'], [''], [['one', 'two']]])('400 for the host %j', async (host) => {
    const headers = Array.isArray(host) ? host.flatMap((name) => ['host', name]) : ['host', host];
    expect(await raw({ path: '/api/echo', setHost: false, headers })).toMatchObject({ status: 400 });
  });

  test('a home page', async () => {
    const response = await call('/');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });
});

describe('keys', () => {
  const status = async (path: string, header?: string) =>
    (await call(path, { headers: header ? { 'x-functions-key': header } : {} })).status;

  test('a function of level "function" wants the function key or the master key', async () => {
    expect(await status('/api/forFunctionKey')).toBe(401);
    expect(await status('/api/forFunctionKey', 'wrong')).toBe(401);
    expect(await status('/api/forFunctionKey', functionKey)).toBe(200);
    expect(await status('/api/forFunctionKey', masterKey)).toBe(200);
  });

  test('a function of level "admin" wants the master key', async () => {
    expect(await status('/api/forMasterKey', functionKey)).toBe(401);
    expect(await status('/api/forMasterKey', masterKey)).toBe(200);
  });

  test('the query may carry the key, but the header wins', async () => {
    const path = `/api/forFunctionKey?code=${encodeURIComponent(functionKey)}`;
    expect([await status(path), await status(path, 'wrong')]).toEqual([200, 401]);
  });

  test('a refusal has no body', async () => {
    expect(await (await call('/api/forFunctionKey')).text()).toBe('');
  });
});

describe('the admin API', () => {
  const admin = (path: string, init: RequestInit = {}) =>
    call(path, { ...init, headers: { 'x-functions-key': masterKey } });

  test('wants the master key for everything but ping', async () => {
    expect((await call('/admin/host/status')).status).toBe(401);
    expect((await call('/admin/functions', { headers: { 'x-functions-key': functionKey } })).status).toBe(401);
    expect((await call('/admin/host/ping')).status).toBe(200);
    expect((await call('/admin/host/ping', { method: 'POST' })).status).toBe(200);
  });

  test('tells that the host runs', async () => {
    expect(await (await admin('/admin/host/status')).json()).toMatchObject({
      state: 'Running',
      version: expect.any(String),
    });
  });

  test('lists the functions and one of them', async () => {
    const listed = (await (await admin('/admin/functions')).json()) as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining(['echo', 'yearly']));
    expect(await (await admin('/admin/functions/yearly')).json()).toMatchObject({ name: 'yearly' });
    expect((await admin('/admin/functions/nobody')).status).toBe(404);
  });

  test('runs a function that is not an HTTP function', async () => {
    const response = await call('/admin/functions/yearly', {
      method: 'POST',
      headers: { 'x-functions-key': masterKey, 'content-type': 'application/json' },
      body: '{"input":""}',
    });
    expect(response.status).toBe(202);
  });
});
