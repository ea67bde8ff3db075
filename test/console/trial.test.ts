import { tryRules } from '../../console/categories/trial';
import { rowsOf, textOf } from '../../console/categories/rule-rows';
import { categoryResponse } from '../../shared/model/choices';
import type { Alert } from '../../shared/model/entities';

const above = (threshold: number) => [
  { measure: 'temperature', threshold, when: 'above' as const, ruleoutput: 'AlarmTemp' },
];
const alert = (id: string, reading: number | null, more: Alert = {}): Alert => ({
  msdyn_iotalertid: id,
  ccs_readingtype: 'Temperature',
  ccs_reading: reading,
  ...more,
});
const alerts = [
  alert('p1', 71, { _msdyn_case_value: 'c1' }),
  alert('d1', 90, { _msdyn_parentalert_value: 'p1' }),
  alert('p2', 72, { _msdyn_case_value: 'c2' }),
  alert('p3', null, { _msdyn_workorder_value: 'w1' }),
];

test.each([
  { which: 'the same rules', rules: above(70), kept: 4, keptTickets: 3 },
  {
    which: 'a higher threshold: a case stays for a duplicate that is above it',
    rules: above(80),
    kept: 2,
    keptTickets: 2,
  },
  { which: 'no rules: alerts without a reading were not made by one', rules: [], kept: 1, keptTickets: 1 },
])('tried with $which', ({ rules, kept, keptTickets }) => {
  const trial = tryRules(alerts, rules, categoryResponse.Case);
  expect(trial).toEqual({ alerts: 4, kept, tickets: 3, keptTickets });
});

test('a category that opens nothing keeps alerts and no tickets', () => {
  expect(tryRules(alerts, above(70), categoryResponse.None)).toMatchObject({ kept: 4, keptTickets: 0 });
});

test.each([
  '',
  '[{"measure":"temperature","threshold":70,"ruleoutput":"AlarmTemp"}]',
  '[{"measure":"battery","threshold":-20.5,"when":"below"}]',
])('the rules %p are the same after they were shown in rows', (text) => {
  expect(textOf(rowsOf(text)!)).toBe(text);
});

test('what is no list of rules is not shown in rows', () => {
  expect(rowsOf('{"measure":"x"}')).toBeUndefined();
  expect(rowsOf('[1]')).toBeUndefined();
  expect(rowsOf('no JSON')).toBeUndefined();
});
