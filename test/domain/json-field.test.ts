import * as fc from 'fast-check';
import { booleanIn, numberIn, textIn } from '../../shared/domain/json-field';
import { findInJson, readPath } from '../../shared/domain/json-path';
import { compact, isDeep, valueAt } from '../../shared/domain/json-text';

const nested = '{"a":{"b":[{"c":1},{"c":2.50}],"":3},"a.b":"dotted","rule/id":"slashed","$.a":9,"x y":{"z[0]":true}}';

test.each([
  { which: 'a property', path: 'x y', found: '{"z[0]":true}' },
  { which: 'an exact name with a dot, before any path', path: 'a.b', found: '"dotted"' },
  { which: 'an exact name with a slash', path: 'rule/id', found: '"slashed"' },
  { which: 'an exact name that looks like a root', path: '$.a', found: '9' },
  { which: 'names and items', path: 'a.b[1].c', found: '2.50', json: '{"a":{"b":[{"c":1},{"c":2.50}]}}' },
  { which: 'the same from the root', path: '$.a.b[0].c', found: '1', json: '{"a":{"b":[{"c":1}]}}' },
  { which: 'a quoted name', path: "['x y']['z[0]']", found: 'true' },
  { which: 'a name in double quotes', path: '["x y"]["z[0]"]', found: 'true' },
  { which: 'an escaped quote', path: String.raw`['it\'s']`, found: '1', json: `{"it's":1}` },
  { which: 'an empty quoted name', path: "a['']", found: '3', json: '{"a":{"":3}}' },
  { which: 'slashes', path: 'rule/id', found: '7', json: '{"rule":{"id":7}}' },
  { which: 'no slashes beside a dot', path: 'r.x/y', found: '7', json: '{"r":{"x/y":7}}' },
  { which: 'an item of an outermost array', path: '[1]', found: '20', json: '[10,20]' },
  { which: 'an item from the root', path: '$[0].a', found: '1', json: '[{"a":1}]' },
  { which: 'the whole', path: '$', found: '{"b":1}', json: ' {"b":1} ' },
  { which: 'the last of two of a name', path: 'a', found: '2', json: '{"a":1,"a":2}' },
  { which: 'an escaped name', path: 'name', found: '1', json: String.raw`{"n\u0061me":1}` },
  {
    which: 'a name of the language',
    path: '__proto__.constructor',
    found: '1',
    json: '{"__proto__":{"constructor":1}}',
  },
  { which: 'another letter case', path: 'A.b', found: undefined },
  { which: 'an item beyond the end', path: 'a.b[9]', found: undefined, json: '{"a":{"b":[1]}}' },
  { which: 'an item of an object', path: 'a[0]', found: undefined, json: '{"a":{"0":1}}' },
  { which: 'a property of an array', path: 'a.length', found: undefined, json: '{"a":[1]}' },
  { which: 'a property of a number', path: 'a.b', found: undefined, json: '{"a":1}' },
  { which: 'the root of a number', path: '$', found: undefined, json: '5' },
  { which: 'brackets inside a text', path: 'b', found: '2', json: String.raw`{"a":"}],{\"","b":2}` },
])('a path finds $which', ({ path, found, json = nested }) => {
  expect(findInJson(json, path)).toBe(found);
});

test.each([
  { which: 'nothing', path: '', why: 'it is empty' },
  { which: 'a wildcard', path: 'a[*].b', why: 'wildcards' },
  { which: 'a wildcard name', path: 'a.*', why: 'wildcards' },
  { which: 'a filter', path: 'a[?(@.b>1)]', why: 'filters' },
  { which: 'a slice', path: 'a[0:2]', why: 'slices' },
  { which: 'a list', path: 'a[0,1]', why: 'slices' },
  { which: 'a negative index', path: 'a[-1]', why: 'slices' },
  { which: 'recursion', path: 'a..b', why: "'..'" },
  { which: 'recursion from the root', path: '$..b', why: "'..'" },
  { which: 'a dot at the end', path: 'a.', why: 'missing' },
  { which: 'an open bracket', path: 'a[', why: 'expected' },
  { which: 'a closing bracket', path: 'a].b', why: 'expected' },
  { which: 'a name after a bracket', path: 'a[0]b', why: 'expected' },
  { which: 'two slashes', path: 'a//b', why: 'missing' },
  { which: 'very many steps', path: 'a.'.repeat(60) + 'a', why: 'steps' },
])('a path with $which is refused', ({ path, why }) => {
  expect(() => readPath(path)).toThrow(why);
  expect(() => textIn(null, path)).toThrow(expect.objectContaining({ code: 'bad-request' }));
});

test.each([
  { which: 'a number', value: '70.10', digits: '70.10' },
  { which: 'an integer', value: '113', digits: '113' },
  { which: 'an exponent', value: '1e3', digits: '1e3' },
  { which: 'a capital exponent', value: '-1.50E+2', digits: '-1.50E+2' },
  { which: 'more digits than a double has', value: '12345678901234567890.123', digits: '12345678901234567890.123' },
  { which: 'a text with a number', value: '"70.10"', digits: '70.10' },
  { which: 'a text with spaces', value: '"  7 "', digits: '7' },
  { which: 'a text with a plus sign and zeros', value: '"+007.50"', digits: '7.50' },
  { which: 'a text without a zero', value: '".5"', digits: '0.5' },
  { which: 'a text that ends with a point', value: '"5."', digits: '5' },
  { which: 'minus zero', value: '-0', digits: '-0' },
  { which: 'a tiny number', value: '1e-300', digits: '1e-300' },
  { which: 'a number with 28 digits', value: '9'.repeat(28), digits: '9'.repeat(28) },
  { which: 'a number too large for a decimal', value: '9'.repeat(29), digits: undefined },
  { which: 'an exponent too large for a decimal', value: '1e400', digits: undefined },
  { which: 'zero with a large exponent', value: '0e400', digits: '0e400' },
  { which: 'a text with a comma', value: '"1,000"', digits: undefined },
  { which: 'a text in hex', value: '"0x10"', digits: undefined },
  { which: 'an empty text', value: '""', digits: undefined },
  { which: 'Infinity', value: '"Infinity"', digits: undefined },
  { which: 'true', value: 'true', digits: undefined },
  { which: 'null', value: 'null', digits: undefined },
  { which: 'an array', value: '[1]', digits: undefined },
])('as a number, $which is read digit by digit', ({ value, digits }) => {
  expect(numberIn(`{"v": ${value} }`, 'v')).toBe(digits);
});

test.each([
  { value: 'true', is: true },
  { value: 'false', is: false },
  { value: '"TRUE"', is: true },
  { value: '"False"', is: false },
  { value: '"yes"', is: undefined },
  { value: '1', is: undefined },
  { value: 'null', is: undefined },
  { value: '{"true":true}', is: undefined },
])('as true or false, $value is $is', ({ value, is }) => {
  expect(booleanIn(`{"v":${value}}`, 'v')).toBe(is);
});

test.each([
  { value: '"a \\u00e9 \\" text"', is: 'a é " text' },
  { value: '""', is: '' },
  { value: '70.10', is: '70.10' },
  { value: 'false', is: 'false' },
  { value: '{ "b" : [ 1.0, "x y" ] }', is: '{"b":[1.0,"x y"]}' },
  { value: '[ ]', is: '[]' },
  { value: 'null', is: undefined },
])('as a text, $value is $is', ({ value, is }) => {
  expect(textIn(`{"v":${value}}`, 'v')).toBe(is);
});

test.each([null, '', '  \n'])('no JSON at all (%j) holds nothing', (json) => {
  expect([booleanIn(json, 'a'), numberIn(json, 'a'), textIn(json, 'a')]).toEqual([undefined, undefined, undefined]);
});

test('what is not JSON is refused', () => {
  for (const json of ['{', '{a:1}', '{"a":.5}', '{"a":01}', 'nonsense']) {
    expect(() => textIn(json, 'a')).toThrow('Json is not valid JSON');
  }
});

test('JSON that is nested very deeply is read like any other', () => {
  const deep = 100_000;
  expect(findInJson(`{"a":${'['.repeat(deep)}${']'.repeat(deep)},"b":1}`, 'b')).toBe('1');
});

test('every member of every value is found, and is what JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, undefined, space);
      if (typeof value !== 'object' || value === null) return;
      const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
      for (const [step, inner] of entries) {
        const found = valueAt(text, step)!;
        expect(compact(found)).toBe(JSON.stringify(inner));
      }
      expect(valueAt(text, Array.isArray(value) ? value.length : 'not there at all')).toBeUndefined();
    }),
  );
});

describe('the depth of a text', () => {
  const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test.each([
    { which: 'as deep as allowed', text: deep(10), is: false },
    { which: 'one deeper', text: deep(11), is: true },
    { which: 'of objects', text: '{"a":'.repeat(11) + '1' + '}'.repeat(11), is: true },
    { which: 'side by side', text: `[${deep(1)},`.repeat(1) + Array(99).fill('[]').join(',') + ']', is: false },
    { which: 'in a text', text: `{"a":"${'['.repeat(99)}"}`, is: false },
    { which: 'after an escaped quote', text: `{"a":"\\"${'['.repeat(99)}"}`, is: false },
    { which: 'after an escaped backslash', text: `{"a":"\\\\","b":${deep(99)}}`, is: true },
    { which: 'of what is no JSON', text: '['.repeat(99), is: true },
  ])('counts brackets $which', ({ text, is }) => {
    expect(isDeep(Buffer.from(text), 10)).toBe(is);
  });
});
