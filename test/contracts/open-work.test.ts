import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { tableOpenWork } from '../../shared/adapters/table/open-work';
import { openTables } from '../../shared/adapters/table/tables';
import type { OpenWorkList } from '../../shared/ports/open-work';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const adapters: { which: string; open: () => OpenWorkList }[] = [
  { which: 'memory', open: memoryOpenWork },
  { which: 'Table Storage', open: () => tableOpenWork(openTables(azurite)) },
];

describe.each(adapters)('open work in $which', ({ open }) => {
  test('is found once it is old enough, by its kind, until it is done', async () => {
    const list = open();
    await list.note('command', { key: 'a', since: 1_000 });
    await list.note('command', { key: 'b', since: 2_000 });
    await list.note('twin', { key: 'a', since: 1_000 });
    expect(await list.olderThan('command', 1_000, 10)).toEqual([]);
    expect(await list.olderThan('command', 2_000, 10)).toEqual([{ key: 'a', since: 1_000 }]);
    expect(await list.olderThan('command', 9_000, 10)).toHaveLength(2);
    expect(await list.olderThan('command', 9_000, 1)).toHaveLength(1);
    await list.done('command', { key: 'a', since: 1_000 });
    expect(await list.olderThan('command', 9_000, 10)).toEqual([{ key: 'b', since: 2_000 }]);
    expect(await list.olderThan('twin', 9_000, 10)).toEqual([{ key: 'a', since: 1_000 }]);
  });

  test('is still open when a later note took the place of the one that is done', async () => {
    const list = open();
    await list.note('job', { key: 'a', since: 1_000 });
    await list.note('job', { key: 'a', since: 3_000 });
    await list.done('job', { key: 'a', since: 1_000 });
    expect(await list.olderThan('job', 9_000, 10)).toEqual([{ key: 'a', since: 3_000 }]);
    await list.done('job', { key: 'a', since: 3_000 });
    await list.done('job', { key: 'a', since: 3_000 });
    expect(await list.olderThan('job', 9_000, 10)).toEqual([]);
  });

  test('says what it is about', async () => {
    const list = open();
    const work = { key: 'd', since: 1_000, about: '{"devices":["ä"]}' };
    await list.note('data', work);
    expect(await list.olderThan('data', 9_000, 10)).toEqual([work]);
    await list.done('data', { key: 'd', since: 1_000 });
    expect(await list.olderThan('data', 9_000, 10)).toEqual([]);
  });

  test('is renewed by one of those who know it only', async () => {
    const list = open();
    await list.note('job', { key: 'r', since: 1_000 });
    const renewed = await Promise.all(
      [5_000, 6_000].map((later) => list.renew('job', { key: 'r', since: 1_000 }, later)),
    );
    expect(renewed.filter(Boolean)).toHaveLength(1);
    const since = renewed[0] ? 5_000 : 6_000;
    expect(await list.olderThan('job', since + 1, 10)).toEqual([{ key: 'r', since }]);
    expect(await list.renew('job', { key: 'r', since: 1_000 }, 9_000)).toBe(false);
    await list.done('job', { key: 'r', since });
    expect(await list.renew('job', { key: 'r', since }, 7_000)).toBe(true);
    expect(await list.olderThan('job', 9_999, 10)).toEqual([{ key: 'r', since: 7_000 }]);
    await list.done('job', { key: 'r', since: 7_000 });
  });
});
