import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../../infra/local/azurite';
import { openBrowser } from '../../../infra/local/browser';
import { processesOf, stackFile, start } from '../../infra/start-stack';
import type { Started } from '../../infra/start-stack';
import { violations } from '../../kit/axe';
import { slowdown, visit } from '../../kit/browser';

jest.setTimeout(600_000 * slowdown);

let base: string;
let data: string;
let stack: Started;
let browser: Browser;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'console-'));
  data = join(base, 'data');
  stack = start('--port', String(await freePort()), '--data', data, '--fleet', '0', '--auth');
  [browser] = await Promise.all([openBrowser(), stack.line(/^Ready /, 120)]);
});

afterAll(async () => {
  await browser?.close();
  if (stack) {
    process.kill(stack.pid, 'SIGTERM');
    await stack.exitCode;
  }
  for (const line of processesOf(base)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  await rm(base, { recursive: true, force: true });
});

/** A visitor of the stack that asks everybody; 400, 401 and 403 are what he provokes. */
async function arrive() {
  const { functionsUrl, functionKey, tokenUrl } = stackFile(data);
  const issuer = new URL(tokenUrl!).origin;
  const visitor = await visit(browser, functionsUrl, [400, 401, 403], [issuer]);
  const { page } = visitor;
  const signIn = async (role: string, name = 'Ada') => {
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Sign in to the local stack' }).waitFor();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Role').selectOption(role);
    await page.getByLabel('Password').fill(functionKey);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  return { ...visitor, signIn, functionKey, functionsUrl };
}

interface Tokens {
  access: string;
  refresh: string;
  expires: number;
}

/** What the page keeps, and the page with something else in its place. */
const kept = async (page: Page) =>
  JSON.parse(String(await page.evaluate(`sessionStorage.getItem('connected-customer-service.tokens')`))) as Tokens;
const keep = async (page: Page, tokens: Tokens) =>
  page.evaluate(
    `sessionStorage.setItem('connected-customer-service.tokens', ${JSON.stringify(JSON.stringify(tokens))})`,
  );

test('with an access key: a wrong one is asked for again, the right one is kept over a reload', async () => {
  const { page, problems, open, functionKey } = await arrive();
  await open('accounts');
  await page.getByRole('button', { name: 'Use an access key' }).click();
  const key = page.getByLabel('Access key');
  await key.fill('not the key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key is not taken.').waitFor();
  await page.getByRole('button', { name: 'Use an access key' }).click();
  await key.fill(functionKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).click();
  await page.getByRole('heading', { name: 'Contoso Cold Chain' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Contoso Cold Chain' }).waitFor();
  expect(problems).toEqual([]);
});

test.each([
  {
    role: 'IoT.Reader',
    offered: ['Refresh'],
    missing: ['New', 'Register', 'Send Command', 'Import Devices'],
    marks: 0,
    areas: ['Devices', 'Accounts'],
    hidden: ['Parked Messages'],
    accountIsField: false,
  },
  {
    role: 'IoT.EndpointUser',
    offered: ['New', 'Register', 'Send Command', 'Import Devices', 'Refresh'],
    missing: [],
    marks: 1,
    areas: ['Devices', 'Accounts', 'Parked Messages'],
    hidden: [],
    accountIsField: true,
  },
  {
    role: 'IoT.Administrator',
    offered: ['New', 'Register', 'Send Command', 'Import Devices', 'Refresh'],
    missing: [],
    marks: 1,
    areas: ['Devices', 'Accounts', 'Parked Messages'],
    hidden: [],
    accountIsField: true,
  },
])('$role comes back to the page he wanted, and is offered what he may do', async (row) => {
  const { page, problems, open, signIn } = await arrive();
  await open('devices?view=without-account');
  await signIn(row.role);
  await page.getByRole('heading', { name: 'Devices without Account' }).waitFor();
  expect(new URL(page.url()).search).toBe('?view=without-account');
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.getByText(row.role, { exact: true }).waitFor();
  await page.keyboard.press('Escape');

  const button = (name: string) => page.getByRole('main').getByRole('button', { name, exact: true });
  const area = (name: string) =>
    page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name, exact: true });
  await page.locator('tbody').getByRole('link').first().waitFor();
  for (const name of row.offered) expect([name, await button(name).count()]).toEqual([name, 1]);
  for (const name of row.missing) expect([name, await button(name).count()]).toEqual([name, 0]);
  for (const name of row.areas) expect([name, await area(name).count()]).toEqual([name, 1]);
  for (const name of row.hidden) expect([name, await area(name).count()]).toEqual([name, 0]);
  expect(await page.getByRole('checkbox', { name: 'Select all shown' }).count()).toBe(row.marks);

  await page.locator('tbody').getByRole('link').first().click();
  await page.getByRole('region', { name: 'Device' }).first().waitFor();
  expect(await page.getByRole('combobox', { name: 'Account' }).count()).toBe(row.accountIsField ? 1 : 0);
  expect(await button('Save').count()).toBe(row.accountIsField ? 1 : 0);
  expect(problems).toEqual([]);
});

test.each([
  { role: 'IoT.Reader', create: 403, register: 403, account: 403 },
  { role: 'IoT.EndpointUser', create: 204, register: 400, account: 403 },
  { role: 'IoT.Administrator', create: 204, register: 400, account: 204 },
])('what $role is not offered, the service refuses him all the same', async ({ role, ...expected }) => {
  const { page, open, signIn, functionsUrl } = await arrive();
  await open('');
  await signIn(role);
  await page.getByRole('heading', { name: 'Dashboard' }).waitFor();
  const { access } = await kept(page);
  const post = async (path: string, body: object) =>
    (
      await fetch(`${functionsUrl}/api/data/v9.2/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status;
  expect({
    create: await post('msdyn_iotdevices', { msdyn_name: 'x', msdyn_deviceid: `made-as-${role}` }),
    register: await post('msdyn_RegisterIoTDevice', {}), // without devices: who may is told that, who may not is not
    account: await post('accounts', { name: `Made as ${role}` }),
  }).toEqual(expected);
});

test('signing in is accessible to all, in every theme', async () => {
  const { page, problems, open, signIn } = await arrive();
  const found: string[] = [];
  const look = async (which: string) => {
    for (const theme of ['Light', 'Dark', 'High contrast']) {
      await page.getByRole('button', { name: 'Theme' }).click();
      await page.getByRole('menuitemradio', { name: theme }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
      found.push(...(await violations(page)).map((words) => `${which}, ${theme}: ${words}`));
    }
  };
  await open('devices');
  await page.getByRole('button', { name: 'Use an access key' }).waitFor();
  await look('two ways to sign in');
  await page.getByRole('button', { name: 'Use an access key' }).click();
  await look('with a key');
  await open('devices');
  await signIn('', 'Nobody');
  await page.getByText('You have no role here').waitFor();
  await look('without a role');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn('IoT.Reader');
  await page.getByRole('button', { name: 'Ada' }).waitFor();
  await open('accounts');
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).waitFor();
  await look('a list of a reader');
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).click();
  await page.getByRole('heading', { name: 'Contoso Cold Chain' }).waitFor();
  await look('a form of a reader');
  expect(found).toEqual([]);
  expect(problems).toEqual([]);
});

test('who has no role is told so in words of the service, and can come as somebody else', async () => {
  const { page, open, signIn } = await arrive();
  await open('devices');
  await signIn('', 'Nobody');
  await page.getByText('You have no role here').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn('IoT.Reader');
  await page.getByRole('button', { name: 'Ada' }).waitFor();
});

test('a sign-in is renewed by itself before it expires, and asked for again when it has ended', async () => {
  const { page, problems, open, signIn } = await arrive();
  await open('accounts');
  await signIn('IoT.Reader');
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).waitFor();
  const first = await kept(page);
  await keep(page, { ...first, expires: 0 });
  await page.reload();
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).waitFor();
  const second = await kept(page);
  expect(second.refresh).not.toBe(first.refresh);
  expect(second.expires).toBeGreaterThan(Date.now());

  await keep(page, { ...second, refresh: 'of nobody', expires: 0 });
  await page.reload();
  await page.getByText('Your sign-in has ended. Sign in again.').waitFor();
  await signIn('IoT.Reader');
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).waitFor();
  expect(problems).toEqual([]);
});

test('who signs out is asked again, and so is who comes back with what was not begun here', async () => {
  const { page, problems, open, signIn } = await arrive();
  await open('accounts');
  await signIn('IoT.Reader');
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
  expect(await kept(page)).toBeNull();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();

  await open('signed-in?code=stolen&state=guessed');
  await page.getByText('This sign-in was not begun in this tab.').waitFor();
  expect(new URL(page.url()).search).toBe('');
  expect(problems).toEqual([]);
});
