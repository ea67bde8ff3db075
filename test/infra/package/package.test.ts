import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { runToEnd } from '../functions-host/running-host';

jest.setTimeout(90_000);

const root = resolve(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ccs-package-'));
const app = join(folder, 'unzipped');
const zipIn = (out: string) => join(folder, out, 'connected-customer-service.zip');

/** `npm run package`, without measuring times. */
function make(out: string, env: Record<string, string> = {}) {
  const args = [join(root, 'dist', 'infra', 'package', 'main.js'), '--rounds', '0', '--out', join(folder, out)];
  return spawnSync(process.execPath, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
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
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the zip holds the bundle and what the host reads, and nothing else', () => {
  expect(readdirSync(app).toSorted()).toEqual(
    ['app.js', 'app.js.LEGAL.txt', 'app.js.map', 'console', 'host.json', 'index.js', 'package.json'].toSorted(),
  );
  const { main, dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Record<string, unknown>;
  expect({ main, dependencies }).toEqual({ main: 'index.js', dependencies: undefined });
});

test('the same sources make the same bytes, in another folder and another time zone', () => {
  expect(make('second', { TZ: 'Pacific/Kiritimati' }).status).toBe(0);
  expect(readFileSync(zipIn('second')).equals(readFileSync(zipIn('first')))).toBe(true);
});

test('no file names the folder it was made from', () => {
  const files = readdirSync(app, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const naming = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8').includes(root));
  expect(naming).toEqual([]);
});

test('a package over its size ends the command with 1', () => {
  const budget = join(root, 'dist', 'infra', 'package', 'budget.js');
  const tighter = join(folder, 'tighter.cjs');
  writeFileSync(tighter, `require(${JSON.stringify(budget)}).budget.zip = 1000;`);
  const { status, stderr } = make('third', { NODE_OPTIONS: `--require "${tighter}"` });
  expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('over its budget') });
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
});
