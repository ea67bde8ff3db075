import type { Browser } from 'playwright-core';
import { openBrowser } from '../../../infra/local/browser';
import { visit } from '../../kit/browser';
import { startConsoleStack } from '../../kit/console-stack';
import type { ConsoleStack } from '../../kit/console-stack';
import { connectDevice, eventually } from '../../kit/stack';

jest.setTimeout(240_000);

let on: ConsoleStack;
let browser: Browser;

beforeAll(async () => {
  [on, browser] = await Promise.all([startConsoleStack(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await on?.stack.stop();
});

test('the dashboard says that all parts are well, and else which are not and what to do', async () => {
  const { page, problems, open } = await visit(browser, on.origin);
  // The service may be slow to answer first; the page asks again when it is opened again.
  const seen = async (text: RegExp) => {
    await open('');
    return page
      .getByText(text)
      .first()
      .waitFor({ timeout: 10_000 })
      .then(
        () => true,
        () => false,
      );
  };
  await eventually(async () => seen(/^All of \d+ are well$/), Boolean, 90);

  await (await connectDevice(on.stack.hub, 'thermostat-1')).send(Buffer.from('no JSON'));
  await eventually(async () => seen(/parked messages: 1\. Read ccs_parkedmessages/), Boolean, 90);
  expect(problems).toEqual([]);
});
