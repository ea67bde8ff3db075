import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { ofColours, violations } from '../../kit/axe';
import { slowdown, visit } from '../../kit/browser';
import { deviceId, startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';
import { connectDevice, eventually } from '../../kit/stack';

jest.setTimeout(600_000 * slowdown);

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
  const device = await connectDevice(on.stack.hub, deviceId);
  await device.send(Buffer.from('not JSON'));
  const [parked] = await eventually(
    async () => on.api.all('ccs_parkedmessages'),
    (found) => found.length === 1,
  );
  const { msdyn_iotdevicecommandid: command } = await on.api.create('msdyn_iotdevicecommands', {
    msdyn_name: 'Reset',
    msdyn_message: '{"CommandName":"Reset"}',
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${on.device})`,
  });
  const ids = [
    ['devices', on.device],
    ['alerts', primary],
    ['cases', incident!['incidentid']],
    ['work-orders', order!['msdyn_workorderid']],
    ['accounts', on.account],
    ['assets', asset],
    ['categories', on.category],
    ['commands', command],
    ['parked', parked!['ccs_parkedmessageid']],
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

test('what opens over a page is accessible, too, in every theme', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  const dialog = page.getByRole('dialog');
  const over = [
    { place: `devices/${on.device}`, button: 'Send Command', shown: () => dialog.getByLabel('Message to send') },
    {
      place: `devices/${on.device}`,
      button: 'Unregister',
      shown: () => dialog.getByRole('list', { name: 'What would happen' }),
    },
    {
      place: 'devices',
      button: 'Import Devices',
      shown: () => dialog.getByRole('list', { name: 'What would happen' }),
    },
    { place: 'alerts', button: /duplicates of/, shown: () => page.getByRole('table', { name: 'Duplicates' }) },
  ];
  const found: string[] = [];
  for (const theme of ['Light', 'Dark', 'High contrast']) {
    await open('');
    await page.getByRole('button', { name: 'Theme' }).click();
    await page.getByRole('menuitemradio', { name: theme }).click();
    for (const { place, button, shown } of over) {
      await open(place);
      await page.getByRole('button', { name: button }).first().click();
      await shown().waitFor();
      found.push(...(await violations(page)).map((words) => `${String(button)}, ${theme}: ${words}`));
    }
    await open('parked');
    await page.getByRole('checkbox', { name: 'Select all shown' }).check();
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await dialog.getByText(/^1 stay/).waitFor();
    found.push(...(await violations(page)).map((words) => `Replay, ${theme}: ${words}`));
  }
  expect(found).toEqual([]);
  expect(problems).toEqual([]);
});
