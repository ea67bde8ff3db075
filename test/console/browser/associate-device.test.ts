import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { visit } from '../../kit/browser';
import { deviceId, startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';
import { connectDevice, eventually } from '../../kit/stack';

/* The tutorial "Associate devices with customer accounts", step by step, with a device that really sends. */

let on: ConsoleStack;
let browser: Browser;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack({ DEBOUNCE_SECONDS: '1' }), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

test("a device's next alert becomes a case after its Account was typed and saved", async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const device = await connectDevice(on.stack.hub, deviceId);
  await device.send({ temperature: 81 });
  const alerts = async () => on.api.all(`msdyn_iotalerts?$filter=msdyn_deviceid eq '${deviceId}'`);
  await eventually(alerts, (found) => found.length === 1);
  expect(await on.api.all('incidents')).toEqual([]);

  await open('');
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('heading', { name: 'Active Devices' }).waitFor();
  await page.getByRole('link', { name: 'Thermostat of nobody' }).click();
  await page.getByRole('combobox', { name: 'Account' }).pressSequentially('contoso');
  await page.getByRole('option', { name: 'Contoso Cold Chain' }).click();
  await page.getByText('- Unsaved').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('- Saved').waitFor();

  await new Promise((over) => setTimeout(over, 1500)); // the window of the first alert
  await device.send({ temperature: 92 });
  await page.getByRole('navigation', { name: 'Areas' }).getByRole('link', { name: 'Cases' }).click();
  await page
    .getByRole('link', { name: /^temperature reading of 92/ })
    .first()
    .click({ timeout: 40_000 });
  await page.getByRole('heading', { name: /^temperature reading of 92/ }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Customer' }).inputValue()).toBe('Contoso Cold Chain');
  const [incident] = await on.api.all('incidents');
  expect(incident).toMatchObject({ _customerid_value: on.account });

  await page.getByRole('combobox', { name: 'IoT Alert' }).waitFor();
  await page.getByRole('link', { name: /^Open temperature reading of 92/ }).click();
  const process = page.getByRole('region', { name: 'Process' });
  await process.getByText('Opened a case.').waitFor();
  expect(await process.getByRole('listitem').allInnerTexts()).toEqual([
    expect.stringMatching(/^Created\s+Done$/),
    expect.stringMatching(/^Command sent\s+Left out$/),
    expect.stringMatching(/^Case\s+Done$/),
    expect.stringMatching(/^Work order\s+Next$/),
    expect.stringMatching(/^Closed\s+Not yet$/),
  ]);

  await process.getByRole('button', { name: 'Create Work Order' }).click();
  await page.getByRole('heading', { name: /^WO-/ }).waitFor();
  await page.goBack();
  await process.getByText(/^Work order/).waitFor();
  await process.getByRole('button', { name: 'Close Alert' }).click();
  await process.getByRole('button', { name: 'Close Alert' }).waitFor({ state: 'detached' });
  expect((await alerts()).map(({ statecode }) => statecode).toSorted()).toEqual([0, 3]);
  expect(problems).toEqual([]);
});
