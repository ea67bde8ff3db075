import fc from 'fast-check';
import {
  makeId,
  newestFirst,
  placeInId,
  readableNumber,
  serialId,
  serialIn,
  shardCount,
  shardOf,
} from '../../shared/domain/ids';

const time = fc.integer({ min: 0, max: Date.parse('2200-01-01') });
const shard = fc.nat(shardCount - 1);

test('an id is a UUID of version 8 and leads back to its time and shard', () => {
  fc.assert(
    fc.property(time, shard, fc.string(), (at, inShard, seed) => {
      const id = makeId({ time: at, shard: inShard, seed });
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(placeInId(id)).toEqual({ time: at, shard: inShard });
    }),
  );
});

test('the id of an alert leads back to its time, shard, source and position', () => {
  fc.assert(
    fc.property(
      time,
      shard,
      fc.nat(2 ** 22 - 1),
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      (at, inShard, source, position) => {
        const id = serialId({ time: at, shard: inShard }, { source, position });
        expect(placeInId(id)).toEqual({ time: at, shard: inShard });
        expect(serialIn(id)).toEqual({ source, position });
      },
    ),
  );
});

test('the same arguments give the same id, another seed another', () => {
  const place = { time: 1_700_000_000_000, shard: 3 };
  expect(makeId({ ...place, seed: 'a' })).toBe(makeId({ ...place, seed: 'a' }));
  expect(makeId({ ...place, seed: 'a' })).not.toBe(makeId({ ...place, seed: 'b' }));
});

test.each([
  { which: 'a random GUID', id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' },
  { which: 'a shard there is not', id: '018bcfe5-6800-8fff-9a0c-0305e82c3301' },
  { which: 'no GUID at all', id: 'device-1' },
])('$which holds no place', ({ id }) => {
  expect(placeInId(id)).toBeUndefined();
});

test('keys sort the newest first', () => {
  fc.assert(
    fc.property(time, time, (a, b) => {
      fc.pre(a !== b);
      expect(newestFirst(a) < newestFirst(b)).toBe(a > b);
    }),
  );
});

test('texts spread over all shards', () => {
  const shards = new Set(Array.from({ length: 200 }, (_, i) => shardOf(`device-${i}`)));
  expect(shards.size).toBe(shardCount);
});

test('a number for people is the same for the same record and has no letter that is misheard', () => {
  const numbers = Array.from({ length: 500 }, (_, i) => readableNumber(`id ${i}`));
  expect(readableNumber('id 7')).toBe(numbers[7]);
  expect(new Set(numbers).size).toBe(500);
  for (const number of numbers) expect(number).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
});
