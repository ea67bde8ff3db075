import { bodyOf, conflictsOf, enter, valueIn, without } from '../../console/records/draft';

const base = { msdyn_name: 'One', msdyn_deviceid: null, _msdyn_account_value: 'a1' };

test('what is entered and put back again is no change', () => {
  const changed = enter({}, base, 'msdyn_name', { value: 'Two' });
  expect(valueIn(changed, base, 'msdyn_name')).toBe('Two');
  expect(enter(changed, base, 'msdyn_name', { value: 'One' })).toEqual({});
  expect(enter({}, base, 'msdyn_deviceid', { value: null })).toEqual({});
});

test('a save holds what was changed only, lookups by their navigation', () => {
  const draft = { msdyn_name: { value: 'Two' }, _msdyn_account_value: { value: 'a2', name: 'Contoso' } };
  expect(bodyOf('msdyn_iotdevice', draft)).toEqual({ msdyn_name: 'Two', 'msdyn_Account@odata.bind': '/accounts(a2)' });
  expect(bodyOf('msdyn_iotdevice', { _msdyn_account_value: { value: null } })).toEqual({
    'msdyn_Account@odata.bind': null,
  });
});

test('what is entered while a save is under way is not lost with it', () => {
  const saved = { msdyn_name: { value: 'Two' }, msdyn_deviceid: { value: 'two' } };
  const now = { msdyn_name: { value: 'Two and more' }, msdyn_deviceid: { value: 'two' } };
  expect(without(now, saved)).toEqual({ msdyn_name: { value: 'Two and more' } });
  expect(without(saved, saved)).toEqual({});
});

test.each([
  { which: 'changed by both', current: { ...base, msdyn_name: 'Three' }, conflicts: ['msdyn_name'] },
  { which: 'changed by both to the same', current: { ...base, msdyn_name: 'Two' }, conflicts: [] },
  { which: 'changed by the other elsewhere', current: { ...base, msdyn_deviceid: 'x' }, conflicts: [] },
])('a field $which', ({ current, conflicts }) => {
  const draft = { msdyn_name: { value: 'Two' } };
  expect(conflictsOf(draft, base, current).map(({ property }) => property)).toEqual(conflicts);
});
