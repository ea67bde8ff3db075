import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { StartError } from './start-error';

/** Where Chromium and its relatives usually are. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** Starts the browser of this machine, without a window. */
export async function openBrowser(): Promise<Browser> {
  const path = [process.env['CHROMIUM_PATH'], ...usual].find((candidate) => candidate && existsSync(candidate));
  if (path === undefined) {
    throw new StartError(
      'Chromium or Chrome is needed here. Install it (Debian: apt-get install chromium), or name it in CHROMIUM_PATH.',
    );
  }
  // A container often has little shared memory, and no user that a sandbox could be built with.
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
