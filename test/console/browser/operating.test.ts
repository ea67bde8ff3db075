import type { Message } from 'azure-iot-device';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { registrationStatus } from '../../../shared/model/choices';
import { visit } from '../../kit/browser';
import { deviceId, startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';
import { deviceConnectionString } from '../../kit/hub';
import { connectDevice, eventually } from '../../kit/stack';

jest.setTimeout(600_000);

const many = 1000;
let on: ConsoleStack;
let browser: Browser;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

test('the dashboard shows an alert without a reload, and what could not be understood', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const device = await connectDevice(on.stack.hub, deviceId);
  await open('');
  await page.getByText('0 alerts, 0 of them primary').waitFor();
  await device.send({ temperature: 81 });
  await device.send({ temperature: 82 });
  await device.send(Buffer.from('not JSON'));
  await page.getByText('2 alerts, 1 of them primary; 1 duplicates').waitFor({ timeout: 60_000 });
  await page.getByRole('region', { name: 'Alerts by category' }).getByText('Thermostat').waitFor();

  await page.getByRole('link', { name: 'Parked messages', exact: true }).click();
  await page.locator('tbody').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Message', exact: true }).click();
  await page.getByText('not JSON', { exact: true }).waitFor();
  expect(problems).toEqual([]);
});

test('a command reaches a device, which completes it, and both can be seen', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const connected = await deviceConnectionString(on.stack.hub.registry, on.stack.hub.hostName, deviceId);
  const client = await on.stack.hub.connect(connected);
  const received = new Promise<string>((resolve) => {
    client.on('message', (message: Message) => {
      void client.complete(message).then(() => resolve(String(message.data)));
    });
  });
  const alerts = async () => on.api.all('msdyn_iotalerts?$filter=_msdyn_parentalert_value eq null');
  const [alert] = await eventually(alerts, (found) => found.length > 0);
  await open(`alerts/${String(alert!['msdyn_iotalertid'])}`);
  await page.getByRole('button', { name: 'Send Command' }).click();
  await page.getByRole('textbox', { name: 'Command Name' }).fill('Reset');
  await page.getByRole('textbox', { name: 'Parameters' }).fill('{"delay": ');
  await page.getByText(/^It is not JSON/).waitFor();
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
  await page.getByRole('textbox', { name: 'Parameters' }).fill('{"delay": 5}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(JSON.parse(await received)).toEqual({ CommandName: 'Reset', Parameters: { delay: 5 } });

  await open(`devices/${on.device}?tab=commands`);
  const row = page.getByRole('row').filter({ hasText: 'Reset' });
  await row.getByText('Sent', { exact: true }).waitFor({ timeout: 60_000 });
  await row.getByText('Delivered', { exact: true }).waitFor({ timeout: 90_000 });
  expect(problems).toEqual([]);
});

test('a thousand devices are found, marked as a whole and registered', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const targets = Array.from({ length: many }, (_, number) => ({
    '@odata.type': 'Microsoft.Dynamics.CRM.msdyn_iotdevice',
    msdyn_name: `Mass ${number}`,
    msdyn_deviceid: `mass-${number}`,
  }));
  for (let from = 0; from < many; from += 250) {
    await on.api.call('msdyn_iotdevices/Microsoft.Dynamics.CRM.CreateMultiple', {
      Targets: targets.slice(from, from + 250),
    } as never);
  }
  await open('devices');
  await page.getByRole('searchbox', { name: 'Search this view' }).fill('mass');
  await page.waitForURL(/search=mass/);
  await page.getByText('Page 1, 50 records').waitFor();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('Page 2, 50 records').waitFor();
  await page.getByRole('checkbox', { name: 'Select all shown' }).check();
  await page.getByText('Selected: 50 records.').waitFor();
  await page.getByRole('button', { name: 'Select all records of this view' }).click();
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByText(/^Registration was asked for/).waitFor({ timeout: 60_000 });
  await page.getByRole('progressbar').first().waitFor();
  await page.reload();
  const left = `startswith(msdyn_deviceid,'mass-') and msdyn_registrationstatus ne ${registrationStatus.Registered}`;
  const unfinished = async () => on.api.all(`msdyn_iotdevices?$select=msdyn_deviceid&$filter=${left}`);
  await eventually(unfinished, (found) => found.length === 0, 120);
  await page.getByRole('progressbar').first().waitFor({ state: 'detached', timeout: 60_000 });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.locator('tbody').getByText('Registered', { exact: true }).nth(49).waitFor();
  expect(problems).toEqual([]);
});
