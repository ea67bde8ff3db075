import fc from 'fast-check';
import { isDeep, shapeOf } from '../../shared/domain/json-text';

const bytesOf = (text: string) => Buffer.from(text, 'utf8');

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of a text and the names of its outermost object are those of the value in it', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string(),
        fc.json().map((text) => JSON.parse(text) as unknown),
      ),
      (value) => {
        const shape = { depth: depthOf(value), names: Object.keys(value).length };
        expect(shapeOf(bytesOf(JSON.stringify(value)))).toEqual(shape);
        expect(shapeOf(bytesOf(JSON.stringify(value, null, 2)))).toEqual(shape);
      },
    ),
  );
});

test.each([
  { which: 'given twice', text: '{"a":1,"a":2}', names: 2 },
  { which: 'in an inner object', text: '{"a":{"b":1,"c":2},"d":[{"e":3}]}', names: 2 },
  { which: 'that look like more', text: String.raw`{"a:\"b\":":"{\"c\":1}","d\\":":"}`, names: 2 },
  { which: 'of a list', text: '[{"a":1}]', names: 0 },
])('names $which are counted as they are written', ({ text, names }) => {
  expect(shapeOf(bytesOf(text)).names).toBe(names);
});

test.each([
  { which: 'as deep as may be', depth: 10, is: false },
  { which: 'deeper', depth: 11, is: true },
])('a text $which is told from its brackets alone', ({ depth, is }) => {
  expect(isDeep(bytesOf('['.repeat(depth) + ']'.repeat(depth)), 10)).toBe(is);
  expect(isDeep(bytesOf('{"a":'.repeat(depth) + '"'.padEnd(100, '[')), 10)).toBe(is);
});
