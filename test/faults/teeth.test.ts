import { withBrokenApp } from './broken-app';
import { runFaults } from './kit';
import { mutations } from './mutations';

/*
 * A check that cannot fail proves nothing. Nothing is hurt here but the delivery: batches come twice, cut anew, out of
 * order and at two hosts at once. The app withstands that at once; with any guard taken out, it does not.
 */

jest.setTimeout(120_000);

const calm = ['--only', 'none', '--seconds', '4', '--seed', '3', '--patience', '10'];

test('with all its guards in place the app comes out clean', async () => {
  expect(await runFaults(calm)).toMatchObject({ code: 0, figures: { lost: 0, doubled: 0, wrongCounts: 0 } });
});

test.each(mutations)('it does not without $guard', async (mutation) => {
  const { code, figures } = await withBrokenApp(mutation, (app) => runFaults(['--app', app, ...calm]));
  expect(code).toBe(1);
  expect(figures[mutation.evidence]).toBeGreaterThan(0);
});
