import type { Browser, Page } from 'playwright-core';

/** Somebody who looks at the console. */
export interface Visitor {
  page: Page;
  /** Everything that must not be: errors and warnings of the page, and requests outside of its own origin. */
  problems: string[];
  /** Goes to a place of the console and waits for its page. */
  open(place: string): Promise<void>;
}

/** How many times slower than it is the machine is made for the page: `BROWSER_SLOWDOWN=6` brings races to light. */
export const slowdown = Number(process.env['BROWSER_SLOWDOWN'] ?? 1);

/** The storage of a machine under load may be away for a moment: the page must get over that, not the test. */
const busy = 503;

/**
 * `refusals` are the statuses that a test provokes: the browser reports each as an error of its own. `also` are origins
 * besides its own that the page may ask.
 */
export async function visit(
  browser: Browser,
  origin: string,
  refusals: number[] = [],
  also: string[] = [],
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  // A page may have to wait for a machine that does much besides; whoever waits in vain is told by what.
  page.setDefaultTimeout(60_000 * slowdown);
  if (slowdown > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  }
  const problems: string[] = [];
  page.on('console', (message) => {
    const status = Number(/status of (\d+)/.exec(message.text())?.[1]);
    const expected = refusals.includes(status) || status === busy;
    const bad = ['error', 'warning'].includes(message.type()) && !expected;
    if (bad) problems.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const known = [origin, ...also].some((own) => request.url().startsWith(`${own}/`));
    if (!known) problems.push(`foreign request: ${request.url()}`);
  });
  return {
    page,
    problems,
    open: async (place) => {
      await page.goto(`${origin}/console/${place}`);
      await page
        .locator('main h1')
        .first()
        .waitFor()
        .catch(async () => {
          throw new Error(`${place} shows no page, but: ${await page.locator('body').innerText()}`);
        });
    },
  };
}
