import * as fc from 'fast-check';
import { wrongInTwin } from '../../shared/domain/twin-rules';

const nested = (levels: number): object => (levels === 0 ? { property: 'value' } : { level: nested(levels - 1) });

test.each([
  { which: 'nothing in it', value: {} },
  { which: 'values of every kind', value: { a: 'x', b: 1.5, c: true, d: { e: [1, 'y', { f: false }] }, g: null } },
  { which: 'keys in other scripts', value: { Gebäude: '7', 建物: '7', 'a-b_c': 1 } },
  { which: 'ten levels below the outermost', value: nested(10) },
  { which: 'the longest key', value: { ['k'.repeat(1024)]: 1 } },
  { which: 'the longest text', value: { a: 'x'.repeat(4096) } },
  { which: 'the largest integers', value: { a: 4_503_599_627_370_495, b: -4_503_599_627_370_496 } },
  { which: 'a large number that is no integer in JSON', value: { a: 1e300 } },
  { which: 'a key like those of JavaScript', value: JSON.parse('{"__proto__":{"constructor":1}}') as object },
])('an object with $which is taken', ({ value }) => {
  expect(wrongInTwin(JSON.stringify(value), 'tags')).toBeUndefined();
});

test.each([
  { which: 'no JSON', text: '{a}', says: 'must be the text of a JSON object' },
  { which: 'an array', text: '[]', says: 'must be the text of a JSON object' },
  { which: 'null', text: 'null', says: 'must be the text of a JSON object' },
  { which: 'a dot in a key', text: '{"a":{"b.c":1}}', says: "has the key 'a.b.c': keys may not hold dots" },
  { which: 'a dollar sign in a key', text: '{"$version":1}', says: "has the key '$version': keys may not hold" },
  { which: 'a space in a key', text: '{"a b":1}', says: 'keys may not hold' },
  { which: 'a control character in a key', text: '{"a\\u0085":1}', says: 'keys may not hold' },
  { which: 'a wrong key within an array', text: '{"a":[0,{"b c":1}]}', says: "has the key 'a[1].b c'" },
  { which: 'an empty key', text: '{"":1}', says: 'keys have 1 to 1024 bytes' },
  { which: 'a key that is too long', text: `{"${'é'.repeat(513)}":1}`, says: 'keys have 1 to 1024 bytes' },
  {
    which: 'a text that is too long',
    text: `{"a":"${'x'.repeat(4097)}"}`,
    says: "a text of 4097 bytes at 'a': at most 4096",
  },
  { which: 'a number that is none', text: '{"a":1e999}', says: "a number at 'a' that is too large" },
  {
    which: 'an integer that is too large',
    text: '{"a":[4503599627370496]}',
    says: "the integer 4503599627370496 at 'a[0]'",
  },
  {
    which: 'an integer that is too small',
    text: '{"a":-4503599627370497}',
    says: 'integers from -4503599627370496 to',
  },
  { which: 'eleven levels', text: JSON.stringify(nested(11)), says: 'more than 10 levels' },
  {
    which: 'very many levels',
    text: `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    says: 'more than 10 levels',
  },
  {
    which: 'too much in all',
    text: JSON.stringify({ a: 'x'.repeat(4096), b: 'y'.repeat(4096) }),
    says: 'at most 8192 bytes',
  },
])('$which is refused, and what is allowed is said', ({ text, says }) => {
  expect(wrongInTwin(text, 'tags')).toContain(says);
});

test('numbers count eight bytes each, as the hub counts them', () => {
  const numbers = (count: number) => JSON.stringify({ n: Array.from({ length: count }, () => 1) });
  expect(wrongInTwin(numbers(1023), 'tags')).toBeUndefined();
  expect(wrongInTwin(numbers(1024), 'tags')).toContain('counts 8193 bytes');
  expect(wrongInTwin(numbers(1024), 'desired')).toBeUndefined();
});

test('whatever the text, there is an answer', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const wrong = wrongInTwin(text, 'desired');
      expect(wrong === undefined || wrong.length > 0).toBe(true);
    }),
  );
});
