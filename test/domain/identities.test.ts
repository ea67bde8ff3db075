import fc from 'fast-check';
import { Identities } from '../../shared/domain/identities';
import { textHash } from '../../shared/domain/text-hash';

const identity = (number: number) => textHash(String(number));
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => identity(from + i));

test('each is there once, in the order they came', () => {
  const identities = new Identities([identity(2), identity(1), identity(2)]);
  expect([...identities]).toEqual([identity(2), identity(1)]);
  expect(identities.size).toBe(2);
  expect(identities.has(identity(1))).toBe(true);
  expect(identities.has(identity(3))).toBe(false);
});

test('any four UTF-16 units come back as they were, lone surrogates and zeros included', () => {
  const odd = ['\0\0\0\0', '\ud800\0\udfff\uffff', '\uffff\uffff\uffff\uffff'];
  expect([...new Identities(odd)]).toEqual(odd);
});

test('those that differ in one half only are two', () => {
  const alike = ['aabb', 'aabc', 'acbb'];
  expect([...new Identities(alike)]).toEqual(alike);
});

test('many that begin their search at the same place are all found', () => {
  const crowd = Array.from({ length: 500 }, (_, i) => String.fromCharCode(0, i, 7, 7));
  const identities = new Identities(crowd);
  expect([...identities]).toEqual(crowd);
  for (const each of crowd) expect(identities.has(each)).toBe(true);
  expect(identities.has(String.fromCharCode(1, 0, 7, 7))).toBe(false);
});

test('a window that forgets as fast as it learns keeps the newest for as long as it lives', () => {
  const identities = new Identities();
  for (let i = 0; i < 50_000; i += 1) {
    identities.add(identity(i));
    identities.forgetOldest(Math.max(0, identities.size - 1_000));
  }
  expect([...identities]).toEqual(range(49_000, 50_000));
  expect(identities.has(identity(48_999))).toBe(false);
  expect(identities.has(identity(49_000))).toBe(true);
});

test('forgetting more than there are leaves none, and what was forgotten may come again', () => {
  const identities = new Identities(range(0, 40));
  identities.forgetOldest(100);
  expect(identities.size).toBe(0);
  identities.add(identity(5));
  expect([...identities]).toEqual([identity(5)]);
});

test('it is what a set of texts would be', () => {
  const action = fc.oneof(
    { weight: 20, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 200 }) }) },
    { weight: 1, arbitrary: fc.record({ forget: fc.integer({ min: 0, max: 60 }) }) },
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 600, size: 'max' }), (actions) => {
      const identities = new Identities();
      const set = new Set<string>();
      for (const each of actions) {
        if ('add' in each) {
          identities.add(identity(each.add));
          set.add(identity(each.add));
        } else {
          identities.forgetOldest(each.forget);
          for (const oldest of [...set].slice(0, each.forget)) set.delete(oldest);
        }
      }
      expect([...identities]).toEqual([...set]);
      expect(identities.size).toBe(set.size);
      for (let i = 0; i <= 200; i += 1) expect(identities.has(identity(i))).toBe(set.has(identity(i)));
    }),
  );
});
