import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { endAll, runToEnd, startHost } from '../functions-host/running-host';

const root = resolve(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ccs-package-'));
const app = join(folder, 'unzipped');
const zipIn = (out: string) => join(folder, out, 'connected-customer-service.zip');

/** `npm run package`. */
function run(args: string[], env: Record<string, string> = {}) {
  const program = join(root, 'dist', 'infra', 'package', 'main.js');
  return spawnSync(process.execPath, [program, ...args], { env: { ...process.env, ...env }, encoding: 'utf8' });
}

/** Measures no times, unless told. */
function make(out: string, env: Record<string, string> = {}, rounds = 0) {
  return run(['--rounds', String(rounds), '--out', join(folder, out)], env);
}

beforeAll(() => {
  const { status, stdout, stderr } = make('first');
  if (status !== 0) throw new Error(`The package was not made: ${stdout}${stderr}`);
  mkdirSync(app);
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zipIn('first'))))) {
    mkdirSync(dirname(join(app, name)), { recursive: true });
    writeFileSync(join(app, name), bytes);
  }
});
afterAll(endAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the zip holds the bundle and what the host reads, and nothing else', () => {
  expect(readdirSync(app).toSorted()).toEqual(
    ['app.js', 'app.js.LEGAL.txt', 'app.js.map', 'console', 'host.json', 'index.js', 'package.json'].toSorted(),
  );
  const { main, dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect({ main, dependencies }).toEqual({ main: 'index.js', dependencies: undefined });
});

test('the same sources make the same bytes, in another folder and another time zone, and their digest is told', () => {
  const { status, stdout } = make('second', { TZ: 'Pacific/Kiritimati' });
  const bytes = readFileSync(zipIn('second'));
  expect({ status, same: bytes.equals(readFileSync(zipIn('first'))) }).toEqual({ status: 0, same: true });
  expect(stdout).toContain(`SHA-256 ${createHash('sha256').update(bytes).digest('hex')}`);
});

test('no file names the folder it was made from', () => {
  const files = readdirSync(app, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const naming = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8').includes(root));
  expect(naming).toEqual([]);
});

/** A budget that is not the one of the sources. */
function budgeted(changed: string): Record<string, string> {
  const budget = join(root, 'dist', 'infra', 'package', 'budget.js');
  const preload = join(folder, 'budget.cjs');
  writeFileSync(preload, `Object.assign(require(${JSON.stringify(budget)}).budget, ${changed});`);
  return { NODE_OPTIONS: `--require "${preload}"` };
}

test('a package over its size ends the command with 1', () => {
  const { status, stderr } = make('third', budgeted('{ zip: 1000 }'));
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('over its budget') });
});

test('the first answer is told beside that of the unbundled app, and ends the command with 1 when it is over its budget', () => {
  // Where a package is already: it is replaced.
  const { status, stdout, stderr } = make('third', budgeted('{ firstAnswer: 0 }'), 1);
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('over its budget') });
  expect(stdout).toMatch(/^first answer \d+ and \d+ ms bundled, \d+ and \d+ ms unbundled, budget 0 times that;$/m);
  expect(readdirSync(join(folder, 'third')).toSorted()).toEqual(['app', 'connected-customer-service.zip']);
});

test('a folder of something else is left alone', () => {
  mkdirSync(join(folder, 'taken', 'app'), { recursive: true });
  const file = join(folder, 'taken', 'app', 'package.json');
  writeFileSync(file, '{ "name": "of-somebody-else", "main": "index.js" }');
  const { status, stderr } = make('taken');
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/app is there already .* --out/) });
  expect(readFileSync(file, 'utf8')).toContain('of-somebody-else');
});

test('a wrong option ends with 2 and names those there are; --help with 0', () => {
  const { status, stdout } = run(['--outt', 'x']);
  expect({ status, stdout }).toEqual({ status: 2, stdout: expect.stringMatching(/'--outt'.*--out DIR, --rounds N/) });
  expect(run(['--help'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/--out DIR .*\n.*--rounds N/) });
});

test('keys beside an identity keep it from starting, and the message leads to our own line', async () => {
  const { code, output } = await runToEnd(['--root', app, '--port', '0', '--verbose'], {
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    TABLES_ENDPOINT: 'https://example.table.core.windows.net/',
    IOT_HUB_EVENTS: 'Endpoint=sb://example/',
    IOT_HUB_EVENTS__fullyQualifiedNamespace: 'example.servicebus.windows.net',
    IOT_HUB_EVENT_HUB_NAME: 'example',
    IOT_HUB_CONSUMER_GROUP: 'example',
  });
  expect(code).toBe(1);
  expect(output).toMatch(/TABLES_ENDPOINT: use either .* not both/);
  expect(output).toMatch(/IOT_HUB_EVENTS: use either .* not both/);
  expect(output).toMatch(/at readConfig \(.*shared\/config\.ts:\d+:\d+\)/);
});

test("with the settings of a deployment, an identity's and no key, it starts and serves the console it holds", async () => {
  // What is triggered would open its connections; the local host has no identity for them.
  const triggered = readdirSync(join(root, 'functions')).filter((file) => file.startsWith('on'));
  const { url, end } = await startHost(app, {
    ...Object.fromEntries(triggered.map((file) => [`AzureWebJobs.${file.replace(/\.ts$/, '')}.Disabled`, 'true'])),
    AzureWebJobsStorage__accountName: 'example',
    TABLES_ENDPOINT: 'https://example.table.core.windows.net/',
    IOT_HUB_EVENTS__fullyQualifiedNamespace: 'example.servicebus.windows.net',
    IOT_HUB_EVENT_HUB_NAME: 'example',
    IOT_HUB_CONSUMER_GROUP: 'example',
    IOT_HUB_HOST_NAME: 'example.azure-devices.net',
  });
  const ask = async (path: string) => fetch(url + path, { headers: { 'accept-encoding': 'br' } });
  const page = await ask('/console/devices');
  const files = [...(await page.text()).matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path]) => path!);
  const answers = await Promise.all(['/api/health', ...files].map(ask));
  await end();
  expect(answers.map(({ status, url: asked }) => `${status} ${new URL(asked).pathname}`)).toEqual(
    ['/api/health', ...files].map((path) => `200 ${path}`),
  );
  expect(files.filter((path) => path.endsWith('.js'))).not.toEqual([]);
  expect(page.headers.get('content-encoding')).toBe('br');
});

// Every suite that drives the whole app, on the unzipped package, far from any node_modules.
describe('unzipped in an empty folder', () => {
  beforeAll(() => {
    process.env['CCS_TESTED_APP'] = app;
  });
  afterAll(() => {
    delete process.env['CCS_TESTED_APP'];
  });

  const suites = join(__dirname, '..', '..', 'end-to-end');
  for (const suite of readdirSync(suites).filter((file) => file.endsWith('.test.ts'))) {
    describe(suite.replace(/\.test\.ts$/, ''), () => {
      require(join(suites, suite));
    });
  }
  // Each of them sets its own, and the last would hold for all.
  jest.setTimeout(900_000);
});
