import { fires, parseRules } from '../../shared/domain/rules';

test.each([
  { which: 'nothing', text: '', rules: [] },
  { which: 'null', text: null, rules: [] },
  { which: 'an empty list', text: '[]', rules: [] },
  {
    which: 'a rule with defaults',
    text: '[{"measure":"Temperature","threshold":70}]',
    rules: [{ measure: 'Temperature', threshold: 70, when: 'above', ruleoutput: 'AlarmTemperature' }],
  },
])('$which is read as rules', ({ text, rules }) => {
  expect(parseRules(text)).toEqual({ kind: 'ok', rules });
});

test.each([
  { which: 'no JSON', text: '[{', reason: 'must be a JSON array' },
  { which: 'an object', text: '{}', reason: 'must be a JSON array' },
  { which: 'a number as rule', text: '[1]', reason: 'Rule 1 of ccs_rules: it must be an object' },
  { which: 'no measure', text: '[{"threshold":1}]', reason: '"measure" must be' },
  {
    which: 'a threshold that is a text',
    text: '[{"measure":"t","threshold":"1"}]',
    reason: '"threshold" must be a number',
  },
  { which: 'an unknown direction', text: '[{"measure":"t","threshold":1,"when":"at"}]', reason: '"above" or "below"' },
  { which: 'a misspelt name', text: '[{"measure":"t","treshold":1}]', reason: '"treshold" is not known' },
  { which: 'the second rule', text: '[{"measure":"t","threshold":1},{}]', reason: 'Rule 2' },
  {
    which: 'too many',
    text: JSON.stringify(Array.from({ length: 17 }, () => ({ measure: 't', threshold: 1 }))),
    reason: 'at most 16',
  },
])('$which is refused with what is allowed', ({ text, reason }) => {
  const parsed = parseRules(text);
  expect(parsed.kind === 'invalid' && parsed.reason).toContain(reason);
});

test.each([
  { when: 'above', reading: 70.01, fired: true },
  { when: 'above', reading: 70, fired: false },
  { when: 'below', reading: 69.99, fired: true },
  { when: 'below', reading: 70, fired: false },
] as const)('a reading of $reading fires a rule for $when 70: $fired', ({ when, reading, fired }) => {
  expect(fires({ measure: 't', threshold: 70, when, ruleoutput: 'x' }, reading)).toBe(fired);
});
