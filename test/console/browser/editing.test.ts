import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { slowdown, visit } from '../../kit/browser';
import { startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';

jest.setTimeout(600_000 * slowdown);

let on: ConsoleStack;
let browser: Browser;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

/** Runs in the page: whether the element has the focus. */
const isActive = (element: unknown) =>
  element === (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement;

const deviceNow = async () => (await on.api.all(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${on.device}`))[0]!;

test('two people who change one record see both versions, and nothing is overwritten unseen', async () => {
  const { page, problems, open } = await visit(browser, on.origin, [412]);
  await open(`devices/${on.device}`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Named by me');
  await on.api.update(`msdyn_iotdevices(${on.device})`, { msdyn_name: 'Named by her', msdyn_tags: '{"floor":2}' });
  await page.getByRole('button', { name: 'Save' }).click();

  const dialog = page.getByRole('alertdialog');
  await dialog.getByRole('heading', { name: 'Somebody else changed this record' }).waitFor();
  const row = dialog.getByRole('row').filter({ hasText: 'Named by me' });
  expect(await row.getByRole('cell').allInnerTexts()).toEqual(
    expect.arrayContaining(['Name', 'Named by me', 'Named by her']),
  );
  await dialog.getByText('{"floor":2}').waitFor();
  expect(await deviceNow()).toMatchObject({ msdyn_name: 'Named by her' });
  expect(await dialog.getByRole('button', { name: 'Save with these choices' }).isDisabled()).toBe(true);
  await dialog.getByRole('radio', { name: 'Yours' }).check();
  // Nothing that is chosen between; not a reason to choose again.
  await on.api.update(`msdyn_iotdevices(${on.device})`, { msdyn_tags: '{"floor":3}' });
  await dialog.getByRole('button', { name: 'Save with these choices' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Named by me' }).waitFor();
  expect(await deviceNow()).toMatchObject({ msdyn_name: 'Named by me', msdyn_tags: '{"floor":3}' });
  expect(problems).toEqual([]);
});

test('unsaved changes are not left without a question, by a link or by going back', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open('devices');
  await page.getByRole('link', { name: (await deviceNow())['msdyn_name'] as string }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('Not saved');
  await page.getByRole('link', { name: 'IoT Alerts' }).click();
  await page.getByRole('button', { name: 'Stay here' }).click();
  expect(await name.inputValue()).toBe('Not saved');
  await page.goBack();
  await page.getByRole('button', { name: 'Stay here' }).click();
  expect(await name.inputValue()).toBe('Not saved');
  await page.getByRole('link', { name: 'IoT Alerts' }).click();
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await page.getByRole('heading', { name: 'Primary IoT Alerts' }).waitFor();
  expect(await deviceNow()).not.toMatchObject({ msdyn_name: 'Not saved' });
  expect(problems).toEqual([]);
});

test("a refusal is shown in the API's own words, and nothing is written", async () => {
  const { page, problems, open } = await visit(browser, on.origin, [400]);
  await open('devices/new');
  await page.getByRole('textbox', { name: 'Device ID' }).fill('only-an-id');
  await page.getByRole('button', { name: 'Save' }).click();
  expect(await page.getByRole('alert').innerText()).toMatch(/msdyn_name/);
  await page.getByRole('textbox', { name: 'Name' }).fill('Made by hand');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Made by hand' }).waitFor();
  expect(await on.api.all("msdyn_iotdevices?$filter=msdyn_deviceid eq 'only-an-id'")).toHaveLength(1);
  expect(problems).toEqual([]);
});

test('a rule is checked while it is typed, tried on what happened, and saved', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await open(`categories/${on.category}`);
  const rule = page.getByRole('group', { name: 'Rule 1' });
  await rule.getByRole('textbox', { name: 'Threshold' }).fill('warm');
  await page.getByText('Rule 1 of ccs_rules: "threshold" must be a number.').waitFor();
  await rule.getByRole('textbox', { name: 'Threshold' }).fill('85.5');
  await page.getByRole('button', { name: 'Try these rules on the last 24 hours' }).click();
  await page.getByText(/^With these rules the last 24 hours would have opened/).waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('- Saved').waitFor();
  const [category] = await on.api.all('msdyn_iotdevicecategories');
  expect(JSON.parse(String(category!['ccs_rules']))).toEqual([
    { measure: 'temperature', threshold: 85.5, ruleoutput: 'AlarmTemp' },
  ]);
  expect(problems).toEqual([]);
});

test('while the service cannot be reached the page says so, and goes on by itself afterwards', async () => {
  const { page, open } = await visit(browser, on.origin);
  await open('devices');
  await page.getByRole('table').waitFor();
  await page.context().setOffline(true);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('The service cannot be reached. What you see may be old').waitFor();
  await page.context().setOffline(false);
  await page.getByText('The service cannot be reached. What you see may be old').waitFor({ state: 'detached' });
  await page.getByRole('table').waitFor();
});

test('by keyboard alone: to the devices, into one of them, another account, save', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const tabTo = async (name: RegExp | string, role: 'link' | 'combobox') => {
    const wanted = page.getByRole(role, { name }).first();
    await wanted.waitFor();
    for (let presses = 0; presses < 60; presses += 1) {
      if (await wanted.evaluate(isActive)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab never reached ${String(name)}`);
  };
  await open('');
  await tabTo('Devices', 'link');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Active Devices' }).waitFor();
  await tabTo(String((await deviceNow())['msdyn_name']), 'link');
  await page.keyboard.press('Enter');
  await tabTo('Account', 'combobox');
  await page.keyboard.type('fabr');
  await page.getByRole('option', { name: 'Fabrikam Dairy' }).waitFor();
  await page.getByRole('option', { name: 'Contoso Cold Chain' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.getByText('- Unsaved').waitFor();
  await page.keyboard.press('Control+s');
  await page.getByText('- Saved').waitFor();
  const [fabrikam] = await on.api.all("accounts?$filter=name eq 'Fabrikam Dairy'");
  expect(await deviceNow()).toMatchObject({ _msdyn_account_value: fabrikam!['accountid'] });
  expect(problems).toEqual([]);
});
