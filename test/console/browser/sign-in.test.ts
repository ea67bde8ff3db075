import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { freePort } from '../../../infra/local/azurite';
import { openBrowser } from '../../../infra/local/browser';
import { processesOf, stackFile, start } from '../../infra/start-stack';
import type { Started } from '../../infra/start-stack';
import { visit } from '../../kit/browser';

let base: string;
let data: string;
let stack: Started;
let browser: Browser;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'console-'));
  data = join(base, 'data');
  stack = start('--port', String(await freePort()), '--data', data, '--fleet', '0', '--auth');
  [browser] = await Promise.all([openBrowser(), stack.line(/^Ready /, 60)]);
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

test('where the service asks for a key, so does the console; a wrong one is asked for again', async () => {
  const { functionsUrl, functionKey } = stackFile(data);
  const { page, problems, open } = await visit(browser, functionsUrl, [401]);
  await open('accounts');
  const key = page.getByLabel('Function key');
  await key.fill('not the key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await key.waitFor();
  await key.fill(functionKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'Contoso Cold Chain' }).click();
  await page.getByRole('heading', { name: 'Contoso Cold Chain' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Contoso Cold Chain' }).waitFor();
  expect(problems).toEqual([]);
});
