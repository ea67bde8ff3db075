import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from '../local/browser';
import { readOptions } from '../local/options';
import { readStackFile } from '../local/stack-file';
import { StartError, messageOf } from '../local/start-error';

const read = readOptions(
  'npm run screenshots --',
  { data: { kind: 'text', hint: 'DIR', default: '.local', help: 'data folder of the running stack' } },
  process.argv.slice(2),
);

// From dist/infra/screenshots to the folder with the README that shows them.
const images = resolve(__dirname, '..', '..', '..', 'docs', 'images');

/** The pictures of the README: a place of the console, and what is done there before the picture is taken. */
const pictures: readonly { name: string; place: string; before?: (page: Page) => Promise<void> }[] = [
  { name: 'dashboard', place: '' },
  {
    name: 'device',
    place: 'devices?view=without-account',
    before: async (page) => {
      await page.locator('table tbody a').first().click();
      await page.getByRole('combobox', { name: 'Account' }).pressSequentially('con');
      await page.getByRole('listbox').getByRole('option').first().waitFor();
    },
  },
  {
    name: 'alert',
    place: 'alerts',
    before: async (page) => {
      await page.locator('tbody tr', { hasText: 'Case Created' }).first().locator('a').first().click();
      await page.getByRole('region', { name: 'Process' }).waitFor();
    },
  },
];

async function take(data: string): Promise<void> {
  const stack = await readStackFile(resolve(data));
  if (!stack) throw new StartError(`No stack runs on ${data}: start one with npm start, and let it run for a minute.`);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, reducedMotion: 'reduce' });
    for (const { name, place, before } of pictures) {
      await page.goto(`${stack.functionsUrl}/console/${place}`);
      await page.locator('main h1').first().waitFor();
      await before?.(page);
      await page.waitForTimeout(1000);
      await page.screenshot({ path: join(images, `${name}.png`) });
      console.log(`docs/images/${name}.png`);
    }
  } finally {
    await browser.close();
  }
}

if (read.kind === 'help') console.log(read.text);
else if (read.kind === 'wrong') {
  console.error(read.message);
  process.exitCode = 2;
} else {
  take(read.values.data).catch((thrown: unknown) => {
    console.error(messageOf(thrown));
    process.exitCode = 1;
  });
}
