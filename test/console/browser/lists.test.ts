import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { slowdown, visit } from '../../kit/browser';
import { startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';

jest.setTimeout(300_000 * slowdown);

let on: ConsoleStack;
let browser: Browser;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
  const Targets = Array.from({ length: 120 }, (_, number) => ({
    '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotdevice',
    msdyn_name: `Freezer ${number}`,
    msdyn_deviceid: `freezer-${number}`,
  }));
  await on.api.call('msdyn_iotdevices/Microsoft.Dynamics.CRM.CreateMultiple', { Targets } as never);
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

/** Holds the answers about devices back from now on; the result lets them through, and all later ones. */
async function holdAnswers(page: Page): Promise<() => void> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/msdyn_iotdevices\?/, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

const allShown = (page: Page) => page.getByRole('checkbox', { name: 'Select all shown' });
const marked = async (page: Page) => page.locator('tbody').getByRole('checkbox', { checked: true }).count();

test('while the next page is on its way nothing of the old one can be marked, and it is not called the next one', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices');
  await page.getByText('Page 1, 50 records').waitFor();
  const first = await page.locator('tbody').innerText();
  const release = await holdAnswers(page);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('table', { name: 'Active Devices' }).and(page.locator('[aria-busy=true]')).waitFor();
  expect(await page.getByText('Page 1, 50 records').isVisible()).toBe(true);
  expect(await allShown(page).isDisabled()).toBe(true);
  expect(await page.locator('tbody').getByRole('checkbox', { disabled: false }).count()).toBe(0);
  release();
  await page.getByText('Page 2, 50 records').waitFor();
  expect(await page.locator('tbody').innerText()).not.toBe(first);
  await allShown(page).check();
  await page.getByText('Selected: 50 records.').waitFor();
  expect(await marked(page)).toBe(50);
  expect(problems).toEqual([]);
});

test('a search that is still asked for cannot be mistaken for its answer', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices');
  await page.getByText('Page 1, 50 records').waitFor();
  const release = await holdAnswers(page);
  await page.getByRole('searchbox', { name: 'Search this view' }).fill('freezer-1');
  await page.getByRole('table').and(page.locator('[aria-busy=true]')).waitFor();
  expect(await page.getByRole('button', { name: 'Next' }).isEnabled()).toBe(false);
  release();
  await page.getByText('31 records', { exact: true }).waitFor();
  await page.getByRole('table').and(page.locator('[aria-busy=false]')).waitFor();
  expect(problems).toEqual([]);
});

test('what is marked stays marked when the list is asked for again and when pages are turned', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices');
  const one = page.locator('tbody').getByRole('checkbox').first();
  await one.check();
  const release = await holdAnswers(page);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.locator('tbody').getByRole('checkbox').nth(1).check();
  const answer = page.waitForResponse(/\/msdyn_iotdevices\?/);
  release();
  await answer;
  await page.getByText('Selected: 2 records.').waitFor();
  expect(await marked(page)).toBe(2);

  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2, 50 records').waitFor();
  await page.getByText('Selected: 2 records, 2 of them not shown here.').waitFor();
  await allShown(page).check();
  await page.getByText('Selected: 52 records, 2 of them not shown here.').waitFor();
  await allShown(page).uncheck();
  await page.getByText('Selected: 2 records, 2 of them not shown here.').waitFor();
  expect(await page.getByRole('button', { name: 'Register', exact: true }).isEnabled()).toBe(true);

  await page.getByRole('button', { name: 'Clear the selection' }).click();
  await page.getByText(/^Selected:/).waitFor({ state: 'detached' });
  expect(await page.getByRole('button', { name: 'Register', exact: true }).isEnabled()).toBe(false);
  expect(problems).toEqual([]);
});

test('another view starts with nothing marked', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices');
  await allShown(page).check();
  await page.getByText('Selected: 50 records.').waitFor();
  await page.getByRole('button', { name: 'Active Devices' }).click();
  await page.getByRole('menuitemradio', { name: 'Devices without Account' }).click();
  await page.getByRole('heading', { name: 'Devices without Account' }).waitFor();
  await page.getByRole('table', { name: 'Devices without Account' }).and(page.locator('[aria-busy=false]')).waitFor();
  expect(await marked(page)).toBe(0);
  expect(await page.getByText(/^Selected:/).count()).toBe(0);
  expect(problems).toEqual([]);
});

test('a list is ordered by a column, and is the same again from its address', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices?search=freezer-1');
  await page.getByText('31 records', { exact: true }).waitFor();
  const names = page.locator('tbody tr td:nth-child(3)');
  await page.getByRole('columnheader', { name: 'Device ID' }).getByRole('button').click();
  await page.getByRole('table').and(page.locator('[aria-busy=false]')).waitFor();
  await names
    .first()
    .filter({ hasText: /^freezer-1$/ })
    .waitFor();
  await page.getByRole('columnheader', { name: 'Device ID' }).getByRole('button').click();
  await names
    .first()
    .filter({ hasText: /^freezer-19$/ })
    .waitFor();
  const shown = await names.allInnerTexts();
  expect(shown).toEqual(shown.toSorted().toReversed());
  await page.reload();
  await names
    .first()
    .filter({ hasText: /^freezer-19$/ })
    .waitFor();
  expect(await names.allInnerTexts()).toEqual(shown);
  expect(problems).toEqual([]);
});
