import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, runToEnd, startHost, until } from './running-host';

let root: string;
const register = `const { app } = require('@azure/functions');\n`;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'functions-app-'));
  symlinkSync(join(__dirname, '../../../node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'functions'));
  write('package.json', { main: 'functions/*.js' });
  write('host.json', { version: '2.0' });
  write(
    'functions/hello.js',
    `${register}app.http('hello', { handler: async () => ({ body: process.env.GREETING }) });`,
  );
});
afterEach(async () => {
  await endAll();
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, content: unknown): void {
  writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content));
}

const run = (...args: string[]) => runToEnd(['--root', root, '--port', '0', ...args]);
const get = async (url: string) => (await fetch(`${url}/api/hello`)).text();

describe('ends with code 1 and one line', () => {
  test.each([
    {
      which: 'a file that throws',
      file: 'functions/bad.js',
      content: 'throw new Error("no luck")',
      line: /functions\/bad\.js threw while loading: no luck/,
    },
    {
      which: 'a file that does not parse',
      file: 'functions/bad.js',
      content: 'const = 1',
      line: /functions\/bad\.js threw while loading/,
    },
    {
      which: 'a main that matches nothing',
      file: 'package.json',
      content: { main: 'dist/*.js' },
      line: /No file matches "main": "dist\/\*\.js"/,
    },
    { which: 'no main', file: 'package.json', content: {}, line: /package\.json has no "main"/ },
    {
      which: 'another version of host.json',
      file: 'host.json',
      content: { version: '1.0' },
      line: /host\.json must have "version": "2\.0"/,
    },
    {
      which: 'a function host.json names but nobody registers',
      file: 'host.json',
      content: { version: '2.0', functions: ['nobody'] },
      line: /names the function "nobody"/,
    },
    {
      which: 'a smallest batch over the largest',
      file: 'host.json',
      content: { version: '2.0', extensions: { eventHubs: { minEventBatchSize: 200 } } },
      line: /minEventBatchSize must not be larger/,
    },
    {
      which: 'local settings without IsEncrypted',
      file: 'local.settings.json',
      content: { Values: {} },
      line: /must have "IsEncrypted": false/,
    },
    {
      which: 'a setting that is no string',
      file: 'local.settings.json',
      content: { IsEncrypted: false, Values: { A: 1 } },
      line: /the value of "A" must be a string/,
    },
    {
      which: 'a name registered twice',
      file: 'functions/twice.js',
      content: `${register}app.http('HELLO', { handler: async () => undefined });`,
      line: /"HELLO" is registered twice/,
    },
    {
      which: 'a route that can never be reached',
      file: 'functions/more.js',
      content: `${register}app.http('any', { route: '{name}', handler: async () => undefined });`,
      line: /Function "hello" can never be reached with GET, POST: .*"any"/,
    },
    {
      which: 'a reserved route',
      file: 'functions/more.js',
      content: `${register}app.http('x', { route: 'admin/x', handler: async () => undefined });`,
      line: /must not begin with "admin"/,
    },
    {
      which: 'enableHttpStream',
      file: 'functions/more.js',
      content: `${register}app.setup({ enableHttpStream: true });`,
      line: /enableHttpStream, which this host does not support/,
    },
    {
      which: 'a name that does not resolve',
      file: 'functions/more.js',
      content: `${register}app.timer('t', { schedule: '%WHEN%', handler: async () => undefined });`,
      line: /Function "t": '%WHEN%' does not resolve to a value; set WHEN/,
    },
    {
      which: 'a schedule that is none',
      file: 'functions/more.js',
      content: `${register}app.timer('t', { schedule: 'now and then', handler: async () => undefined });`,
      line: /the schedule "now and then" is wrong/,
    },
    {
      which: 'a connection nobody set',
      file: 'functions/more.js',
      content: `${register}app.storageQueue('q', { queueName: 'q', connection: 'Q', handler: async () => undefined });`,
      line: /Function "q": no setting "Q" or "AzureWebJobsQ" holds its connection string/,
    },
  ])('for $which', async ({ file, content, line }) => {
    write(file, content);
    const { code, output } = await run();
    expect(output).toMatch(line);
    expect([code, output.trim().split('\n').length]).toEqual([1, 1]);
  });

  test('for an identity-based connection', async () => {
    write(
      'functions/q.js',
      `${register}app.storageQueue('q', { queueName: 'q', connection: 'Q', handler: async () => undefined });`,
    );
    write('local.settings.json', { IsEncrypted: false, Values: { Q__queueServiceUri: 'https://x' } });
    const { code, output } = await run();
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/connection "Q" is identity-based \(Q__queueServiceUri\); locally set Q/),
    ]);
  });

  test('for a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, output } = await runToEnd(['--root', root, '--port', String(port)]);
    server.close();
    expect([code, output]).toEqual([1, expect.stringMatching(new RegExp(`^Port ${port} is in use`))]);
  });
});

test.each([['--nonsense'], ['--port', 'x'], ['--settings', 'missing.json']])(
  '%s is one line and code 2',
  async (...args) => {
    const { code, output } = await run(...args);
    expect([code, output.trim().split('\n').length]).toEqual([2, 1]);
  },
);

test('given settings win over the environment, and that over local.settings.json', async () => {
  write('local.settings.json', { IsEncrypted: false, Values: { GREETING: 'from the file' } });
  const fromFile = await startHost(root);
  expect(await get(fromFile.url)).toBe('from the file');
  const fromEnvironment = await startHost(root, { GREETING: 'from the environment' });
  expect(await get(fromEnvironment.url)).toBe('from the environment');
  write('given.json', { GREETING: 'given' });
  const given = await startHost(root, { GREETING: 'from the environment' }, ['--settings', join(root, 'given.json')]);
  expect(await get(given.url)).toBe('given');
});

test('the key file is written once, for its owner only, and kept', async () => {
  const keys = join(root, 'secrets/keys.json');
  const first = await startHost(root, {}, ['--keys', keys]);
  expect(statSync(keys).mode & 0o077).toBe(0);
  expect(JSON.parse(readFileSync(keys, 'utf8'))).toMatchObject({ master: first.masterKey, host: first.functionKey });
  const second = await startHost(root, {}, ['--keys', keys]);
  expect(second.functionKey).toBe(first.functionKey);
});

test('localhost, 127.0.0.1 and [::1] all reach it', async () => {
  const { url } = await startHost(root, { GREETING: 'hello' });
  const { port } = new URL(url);
  expect(await Promise.all(['localhost', '127.0.0.1', '[::1]'].map((name) => get(`http://${name}:${port}`)))).toEqual(
    Array.from({ length: 3 }, () => 'hello'),
  );
});

test('the origins of local.settings.json may call from a browser', async () => {
  write('local.settings.json', {
    IsEncrypted: false,
    Values: {},
    Host: { CORS: 'http://one.test, http://two.test', CORSCredentials: true },
  });
  const { url } = await startHost(root);
  const ask = (origin: string) =>
    fetch(`${url}/api/hello`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT' } });
  const [allowed, refused] = [await ask('http://two.test'), await ask('http://three.test')];
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, 'http://two.test']);
  expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
});

test('one request more than maxOutstandingRequests is 429', async () => {
  write('host.json', { version: '2.0', extensions: { http: { maxOutstandingRequests: 2, maxConcurrentRequests: 1 } } });
  write(
    'functions/slow.js',
    `${register}app.http('slow', { handler: () => new Promise((end) => setTimeout(end, 300)) });`,
  );
  const { url } = await startHost(root);
  const answers = await Promise.all([1, 2, 3].map(() => fetch(`${url}/api/slow`)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 204, 429]);
});

test('a function that runs longer than functionTimeout is 500 and a line that says so', async () => {
  write('host.json', { version: '2.0', functionTimeout: '00:00:01' });
  write('functions/long.js', `${register}app.http('long', { handler: () => new Promise(() => {}) });`);
  const { url, lines } = await startHost(root);
  expect((await fetch(`${url}/api/long`)).status).toBe(500);
  const line = /long: failed .*it ran longer than functionTimeout \(1000 ms\)/;
  await until('the line about it', () => line.test(lines.join('\n')));
  expect(lines.join('\n')).toMatch(line);
});

test('an app of ES modules is loaded as well', async () => {
  write('package.json', { main: 'functions/*.mjs', type: 'module' });
  write(
    'functions/hello.mjs',
    `import { app } from '@azure/functions';\napp.http('hello', { handler: async () => ({ body: 'module' }) });`,
  );
  const { url } = await startHost(root);
  expect(await get(url)).toBe('module');
});
