import { groupKeyOf, parseGroupBy } from '../../shared/domain/group-key';

const sources = {
  alert: { msdyn_deviceid: 'd1', ccs_readingtype: 'Temperature' },
  device: { _msdyn_account_value: 'a1', msdyn_name: 'x | y' },
  category: undefined,
};
const keyBy = (text: string) => groupKeyOf(parseGroupBy(text), sources, 'd1');

test.each([
  { which: 'one column', by: 'alert.msdyn_deviceid', key: 'd1' },
  { which: 'two columns', by: 'alert.msdyn_deviceid, alert.ccs_readingtype', key: 'd1 | Temperature' },
  { which: 'a lookup', by: 'device.msdyn_account', key: 'a1' },
  { which: 'a value with the separator in it', by: 'device.msdyn_name, device.msdyn_account', key: 'x || y | a1' },
  { which: 'a column without a value', by: 'category.msdyn_name, alert.ccs_readingtype', key: 'd1' },
])('$which: $by gives $key', ({ by, key }) => {
  expect(keyBy(by)).toBe(key);
});

test('test alerts are a group of their own', () => {
  const test = { ...sources, alert: { ...sources.alert, msdyn_alerttype: 192350003 } };
  expect(groupKeyOf(parseGroupBy('alert.msdyn_deviceid'), test, 'd1')).toBe('d1 | tests');
});

test.each(['', 'msdyn_deviceid', 'alert', 'alert.nothing', 'account.name', 'device.msdyn_account.name'])(
  '"%s" is refused with an example of what is allowed',
  (text) => {
    expect(() => parseGroupBy(text)).toThrow('alert.msdyn_deviceid');
  },
);

test('a key that is too long for its column is cut and stays unique', () => {
  const columns = parseGroupBy('alert.msdyn_alertdata');
  const [one, two] = ['x', 'y'].map((end) =>
    groupKeyOf(columns, { ...sources, alert: { msdyn_alertdata: 'a'.repeat(500) + end } }, 'd1'),
  );
  expect(one).toHaveLength(400);
  expect(one).not.toBe(two);
});
