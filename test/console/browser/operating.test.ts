import type { Message } from 'azure-iot-device';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { iotSettings } from '../../../shared/model/tables/settings';
import { registrationStatus } from '../../../shared/model/choices';
import { slowdown, visit } from '../../kit/browser';
import { deviceId, startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';
import { deviceConnectionString } from '../../kit/hub';
import { connectDevice, eventually } from '../../kit/stack';

jest.setTimeout(600_000 * slowdown);

const many = 1000;
let on: ConsoleStack;
let browser: Browser;
let device: Awaited<ReturnType<typeof connectDevice>>;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
  device = await connectDevice(on.stack.hub, deviceId);
});

afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

test('the dashboard shows an alert without a reload, and what could not be understood', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
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

test('a command reaches a device under the keys of the settings, and its completion can be seen', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const connected = await deviceConnectionString(on.stack.hub.registry, on.stack.hub.hostName, deviceId);
  const client = await on.stack.hub.connect(connected);
  const received = new Promise<string>((resolve) => {
    client.on('message', (message: Message) => {
      void client.complete(message).then(() => resolve(String(message.data)));
    });
  });
  await on.api.update(`msdyn_iotsettingses(${iotSettings})`, { msdyn_commandnameproperty: 'cmd' });
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
  expect(JSON.parse(await received)).toEqual({ cmd: 'Reset', Parameters: { delay: 5 } });

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
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1,000 Registered It is not registered.').waitFor();
  await dialog.getByRole('button', { name: 'Register', exact: true }).click();
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

test('devices that only the hub has are counted first, and imported then', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await on.stack.hub.registry.create({ deviceId: 'only-in-the-hub' });
  await open('devices');
  await page.getByRole('button', { name: 'Import Devices' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 Created It has no record.').waitFor();
  expect(await on.api.all("msdyn_iotdevices?$filter=msdyn_deviceid eq 'only-in-the-hub'")).toEqual([]);
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await page.getByText(/^The import was asked for/).waitFor();
  await page.getByRole('searchbox', { name: 'Search this view' }).fill('only-in');
  await page.getByRole('link', { name: 'only-in-the-hub' }).waitFor({ timeout: 120_000 });
  expect(problems).toEqual([]);
});

test('parked messages are replayed when the rules were corrected, and say why when they stay', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  await device.send({ temperature: 'hot', heat: 95 });
  const parked = async () => on.api.all('ccs_parkedmessages');
  await eventually(parked, (found) => found.length === 2);
  const rules = JSON.stringify([{ measure: 'heat', threshold: 70, ruleoutput: 'AlarmHeat' }]);
  await on.api.update(`msdyn_iotdevicecategories(${on.category})`, { ccs_rules: rules });

  await open('parked');
  await page.getByText('2 records', { exact: true }).waitFor();
  await page.getByRole('checkbox', { name: 'Select all shown' }).check();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('heading', { name: 'Replay 2 records?' }).waitFor();
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
  await dialog.getByText('1 replayed, 1 new alerts. 1 not understood.').waitFor();
  await dialog.getByText(/^1 stay: .*JSON/).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByText('1 record', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Replay', exact: true }).isEnabled()).toBe(false);
  expect(await on.api.all("msdyn_iotalerts?$filter=ccs_readingtype eq 'heat'")).toMatchObject([{ ccs_reading: 95 }]);

  await page.locator('tbody').getByRole('link').first().click();
  await page.getByRole('button', { name: 'Replay', exact: true }).click();
  await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
  await dialog.getByText('0 replayed, 0 new alerts. 1 not understood.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Replay', exact: true }).waitFor();
  expect(await parked()).toHaveLength(1);
  expect(problems).toEqual([]);
});
