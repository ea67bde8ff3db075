import { idsIn, membersIn } from '../../shared/domain/id-list';

const a = '00000000-0000-0000-0000-00000000000a';
const b = '00000000-0000-0000-0000-00000000000b';

test.each([
  { which: 'one id', text: a, ids: [a] },
  { which: 'spaces and empty members', text: ` ${a} ,, ${b},`, ids: [a, b] },
  { which: 'braces and capitals', text: `{${a.toUpperCase()}}`, ids: [a] },
  { which: 'an id twice', text: `${a},${b},{${a}}`, ids: [a, b] },
])('a list may have $which', ({ text, ids }) => {
  expect(idsIn('Ids', text).map(({ id }) => id)).toEqual(ids);
});

test('an id keeps its place among those that are not empty', () => {
  expect(idsIn('Ids', `,${a},,${a},${b}`)).toEqual([
    { id: a, at: 0 },
    { id: b, at: 2 },
  ]);
});

test.each([
  { which: 'no id', text: ' , ', message: 'Ids names no record' },
  { which: 'a malformed one', text: `${a},nonsense`, message: "Ids holds 'nonsense', which is no GUID" },
  { which: 'half a pair of braces', text: `{${a}`, message: 'which is no GUID' },
  { which: 'too many', text: `${a},`.repeat(1001), message: 'at most 1000' },
])('a list with $which is refused', ({ text, message }) => {
  expect(() => idsIn('Ids', text)).toThrow(message);
});

test('members go with the ids by their place, and blank or missing ones are none', () => {
  const at = membersIn('Names', ' x ,,z', 4);
  expect([at(0), at(1), at(2), at(3)]).toEqual(['x', null, 'z', null]);
  expect(membersIn('Names', null, 1)(0)).toBeNull();
  expect(() => membersIn('Names', 'x,y', 1)).toThrow('Names has 2 members for 1 ids');
});
