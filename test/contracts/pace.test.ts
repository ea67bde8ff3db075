import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryPace } from '../../shared/adapters/memory/pace';
import { tablePace } from '../../shared/adapters/table/pace';
import { openTables } from '../../shared/adapters/table/tables';
import { spacingOf } from '../../shared/domain/pace';
import type { Pace } from '../../shared/ports/pace';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

/** Each `open` is another instance of the app. */
const adapters: { which: string; opener: () => () => Pace }[] = [
  {
    which: 'memory',
    opener: () => {
      const pace = memoryPace();
      return () => pace;
    },
  },
  {
    which: 'Table Storage',
    opener: () => {
      const name = `pace ${Math.random()}`;
      return () => tablePace(openTables(azurite), name);
    },
  },
];

describe.each(adapters)('a pace in $which', ({ opener }) => {
  test('gives the first moment at once and the next ones apart', async () => {
    const pace = opener()();
    expect(await pace.reserve(1_000, 100)).toBe(1_000);
    expect(await pace.reserve(1_010, 100)).toBe(1_100);
    expect(await pace.reserve(1_500, 100)).toBe(1_500);
    expect(await pace.reserve(1_500, 100)).toBe(1_600);
  });

  test('is kept by several instances that ask at once', async () => {
    const open = opener();
    const instances = [open(), open(), open()];
    const asked = Array.from({ length: 30 }, async (_, i) => instances[i % 3]!.reserve(5_000, 10));
    const slots = (await Promise.all(asked)).toSorted((a, b) => a - b);
    expect(slots).toEqual(Array.from({ length: 30 }, (_, i) => 5_000 + 10 * i));
  });
});

test.each([10, 100, 101, 6_000])(
  '%s requests a minute are never exceeded, also when one goes out late',
  async (most) => {
    const pace = memoryPace();
    const times: number[] = [];
    for (let i = 0; i < 3 * most; i += 1) times.push(await pace.reserve(0, spacingOf(most)));
    // The first of a minute goes out late by nearly the time between two.
    const late = spacingOf(most) - 1;
    for (const from of [0, 1, Math.floor(most / 2)]) {
      const start = times[from]! + late;
      const others = times.slice(from + 1).filter((time) => time < start + 60_000);
      expect(1 + others.length).toBeLessThanOrEqual(most);
    }
  },
);
