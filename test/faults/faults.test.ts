import { runFaults } from './kit';

/* The whole system is hurt for a few seconds, from a fixed seed; `npm run faults -- --minutes 30` goes on for longer. */

jest.setTimeout(600_000);

const clean = { lost: 0, doubled: 0, secondParents: 0, secondCases: 0, wrongCounts: 0 };

test.each([
  { which: 'hosts are killed and frozen at any moment', only: 'hosts', seed: 11 },
  { which: 'the storage goes away, hangs, refuses and breaks off', only: 'storage,requests', seed: 12 },
  { which: 'the event connections are cut every second', only: 'events', seed: 13 },
])('nothing is lost or doubled when $which', async ({ only, seed }) => {
  const { code, figures, said } = await runFaults(['--only', only, '--seconds', '6', '--seed', String(seed)]);
  expect({ code, ...figures, said: code === 0 ? '' : said }).toMatchObject({ code: 0, seed, ...clean, said: '' });
  expect(figures.acknowledged).toBeGreaterThan(100);
});

test('nothing is lost or doubled when everything goes wrong at once', async () => {
  const { code, figures, said } = await runFaults(['--seconds', '10', '--seed', '14']);
  expect({ code, ...figures, said: code === 0 ? '' : said }).toMatchObject({ code: 0, ...clean, said: '' });
  expect(figures.kills).toBeGreaterThan(0);
});
