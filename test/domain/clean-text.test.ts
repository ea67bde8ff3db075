import fc from 'fast-check';
import { cleaned, cutTo, isClean } from '../../shared/domain/clean-text';

test.each([
  { which: 'plain', text: "AlarmTemp 'a' \\u0000", expected: "AlarmTemp 'a' \\u0000" },
  { which: 'of other letters', text: 'Wärme 漢 🔥\t\r\n\u2028', expected: 'Wärme 漢 🔥\t\r\n\u2028' },
  { which: 'with half of an emoji', text: 'hot \ud83d', expected: 'hot \\ud83d' },
  { which: 'with the other half', text: '\udd25🔥', expected: '\\udd25🔥' },
  { which: 'with control characters', text: 'a\0b\u001f\u007f', expected: 'a\\u0000b\\u001f\\u007f' },
])('a text $which is kept as can be', ({ text, expected }) => {
  expect(cleaned(text)).toBe(expected);
  expect(isClean(text)).toBe(text === expected);
});

test('a cleaned text can be written as UTF-8, and nothing else is changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0xd800, max: 0xdfff }), (text, half) => {
      const given = `${text}${String.fromCharCode(half)}x`;
      const kept = cleaned(given);
      expect(isClean(kept)).toBe(true);
      expect(Buffer.from(kept).toString()).toBe(kept);
      expect(kept).toContain(`\\u${half.toString(16)}x`);
      expect(cleaned(kept)).toBe(kept);
    }),
  );
});

test('a text is cut before a character that would be torn', () => {
  expect(cutTo('hot 🔥', 6)).toBe('hot 🔥');
  expect(cutTo('hot 🔥', 5)).toBe('hot ');
  expect(cutTo('hot 🔥🔥', 6)).toBe('hot 🔥');
  expect(cutTo('hot', 2)).toBe('ho');
});
