import { together } from '../../shared/workflows/together';

/** Work that notes what went together, and answers each item in capitals. */
function working() {
  const calls: string[][] = [];
  const work = async (items: string[]) => {
    calls.push(items);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return items.map((item) => item.toUpperCase());
  };
  return { calls, work };
}

test('what comes at once, or while work is under way, goes together, and each gets its own answer', async () => {
  const { calls, work } = working();
  const join = together<string, string>();
  const first = [join(1, 'a', work), join(1, 'b', work)];
  await new Promise((resolve) => setTimeout(resolve, 2));
  const later = [join(1, 'c', work), join(1, 'd', work)];
  expect(await Promise.all([...first, ...later])).toEqual(['A', 'B', 'C', 'D']);
  expect(calls).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

test('callers that go on as soon as they are answered keep going together', async () => {
  const { calls, work } = working();
  const join = together<string, string>();
  const caller = async (name: string) => {
    for (let i = 0; i < 5; i += 1) await join(1, `${name}${i}`, work);
  };
  await Promise.all(['a', 'b', 'c'].map(caller));
  expect(calls).toEqual([0, 1, 2, 3, 4].map((i) => [`a${i}`, `b${i}`, `c${i}`]));
});

test('at most eight go together, the longest waiting first', async () => {
  const { calls, work } = working();
  const join = together<string, string>();
  await Promise.all('abcdefghijklmnopqr'.split('').map((item) => join(1, item, work)));
  expect(calls.map((items) => items.join(''))).toEqual(['abcdefgh', 'ijklmnop', 'qr']);
});

test('keys do not wait for each other', async () => {
  const { calls, work } = working();
  const join = together<string, string>();
  await Promise.all([join(1, 'a', work), join(2, 'b', work)]);
  expect(calls).toEqual([['a'], ['b']]);
});

test('what fails, fails for those that went together, and the next are not affected', async () => {
  const join = together<string, string>();
  const work = (items: string[]) =>
    items.includes('bad') ? Promise.reject(new Error('full')) : Promise.resolve(items.map(() => 'done'));
  const results = await Promise.allSettled(['a', 'bad'].map((item) => join(1, item, work)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await join(1, 'c', work)).toBe('done');
});
