import { withBrokenApp } from './broken-app';
import { runFaults } from './kit';
import { mutations } from './mutations';

/*
 * A check that cannot fail proves nothing. Nothing is hurt here but the delivery: batches come twice, cut anew, out of
 * order and at two hosts at once. The app withstands that; with any guard taken out, it does not.
 */

jest.setTimeout(600_000);

const calm = ['--only', 'none', '--seconds', '4', '--seed', '3'];
let whole: Awaited<ReturnType<typeof runFaults>>;

beforeAll(async () => {
  whole = await runFaults(calm);
}, 600_000);

/** What takes the whole app some seconds on this machine, today, is given several times as many. */
function patience(): string {
  const settled = Number(/settled in ([\d.]+) s/.exec(whole.said)?.[1]);
  return String(Math.ceil(6 + 3 * settled));
}

test('with all its guards in place the app comes out clean', () => {
  expect(whole).toMatchObject({ code: 0, figures: { lost: 0, doubled: 0, secondParents: 0, wrongCounts: 0 } });
});

test.each(mutations)('it does not without $guard', async (mutation) => {
  const { code, figures } = await withBrokenApp(mutation, (app) =>
    runFaults(['--app', app, ...calm, '--patience', patience()]),
  );
  expect(code).toBe(1);
  expect(figures[mutation.evidence]).toBeGreaterThan(0);
});
