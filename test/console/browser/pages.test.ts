import { source as axe } from 'axe-core';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { visit } from '../../kit/browser';
import { startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';

jest.setTimeout(600_000);

let on: ConsoleStack;
let browser: Browser;
let places: { which: string; place: string }[];

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
  await on.api.update(`msdyn_iotdevices(${on.device})`, { 'msdyn_Account@odata.bind': `/accounts(${on.account})` });
  const alert = {
    msdyn_description: 'Too warm',
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${on.device})`,
    msdyn_alertdata: JSON.stringify({ reading: 90, at: { room: [1, 2] } }),
  };
  const { msdyn_iotalertid: primary } = await on.api.create('msdyn_iotalerts', alert);
  await on.api.create('msdyn_iotalerts', alert);
  const [incident] = await on.api.all('incidents');
  await on.api.call(`msdyn_iotalerts(${String(primary)})/Microsoft.Dynamics.CRM.ccs_CreateWorkOrder`);
  const [order] = await on.api.all('msdyn_workorders');
  const { msdyn_customerassetid: asset } = await on.api.create('msdyn_customerassets', { msdyn_name: 'Freezer' });
  const ids = [
    ['devices', on.device],
    ['alerts', primary],
    ['cases', incident!['incidentid']],
    ['work-orders', order!['msdyn_workorderid']],
    ['accounts', on.account],
    ['assets', asset],
    ['categories', on.category],
  ].map(([path, id]) => ({ which: `${String(path)}, one of them`, place: `${String(path)}/${String(id)}` }));
  const tabs = [
    ...['alerts', 'commands', 'registrations', 'data'].map((tab) => `devices/${on.device}?tab=${tab}`),
    ...['data', 'duplicates', 'commands'].map((tab) => `alerts/${String(primary)}?tab=${tab}`),
    ...['devices', 'alerts', 'cases'].map((tab) => `accounts/${on.account}?tab=${tab}`),
  ].map((place) => ({ which: place.replace(/\/.*\?/, ', '), place }));
  const lists = [
    '',
    'devices',
    'alerts',
    'cases',
    'work-orders',
    'accounts',
    'assets',
    'categories',
    'commands',
    'parked',
  ];
  places = [
    ...lists.map((place) => ({ which: place || 'dashboard', place })),
    ...ids,
    ...tabs,
    { which: 'a new device', place: 'devices/new' },
  ];
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

test('every page is accessible to all, in every theme', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const found: string[] = [];
  for (const { which, place } of places) {
    await open(place);
    await page.waitForLoadState('networkidle');
    for (const theme of ['Light', 'Dark', 'High contrast']) {
      await page.getByRole('button', { name: 'Theme' }).click();
      await page.getByRole('menuitemradio', { name: theme }).click();
      await page.getByRole('menu').waitFor({ state: 'detached' });
      found.push(
        ...(await violations(page, theme === 'Light' ? undefined : ofColours)).map(
          (words) => `${which}, ${theme}: ${words}`,
        ),
      );
    }
  }
  expect(found).toEqual([]);
  expect(problems).toEqual([]);
});

test('what opens over a page is accessible, too', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open(`devices/${on.device}`);
  await page.getByRole('button', { name: 'Send Command' }).click();
  await page.getByRole('dialog').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await open('alerts');
  await page
    .getByRole('button', { name: /duplicates of/ })
    .first()
    .click();
  await page.getByRole('table', { name: 'Duplicates' }).waitFor();
  expect(await violations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

/** The rules that a theme can break. */
const ofColours = ['color-contrast', 'link-in-text-block'];

/** What axe-core finds wrong with the page as it is, in words. */
async function violations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe);
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) };
  const results = (await page.evaluate(`axe.run(document, ${JSON.stringify(options)})`)) as AxeResults;
  return results.violations.map(
    ({ id, help, nodes }) =>
      `${id} (${help}): ${nodes
        .map(({ html }) => html)
        .join(' | ')
        .slice(0, 300)}`,
  );
}
