import { allOf, beginnings, containing, queryText } from '../../console/api/query';

test('options are written as the Web API takes them, and empty ones are left out', () => {
  const text = queryText({ select: ['name', 'accountid'], filter: "name eq 'O''Neil & Co'", top: 5 });
  expect(Object.fromEntries(new URLSearchParams(text))).toEqual({
    $select: 'name,accountid',
    $filter: "name eq 'O''Neil & Co'",
    $top: '5',
  });
  expect(queryText({ filter: undefined, count: false })).toBe('');
});

test('conditions are joined, and none is none', () => {
  expect(allOf('a eq 1', undefined, 'b eq 2 or c eq 3')).toBe('(a eq 1) and (b eq 2 or c eq 3)');
  expect(allOf('a eq 1')).toBe('a eq 1');
  expect(allOf(undefined, '')).toBeUndefined();
});

test('capitals do not matter in a search, and quotes are no danger', () => {
  expect(containing(['name', 'city'], " Cold chain's ")).toBe(
    "contains(tolower(name),'cold chain''s') or contains(tolower(city),'cold chain''s')",
  );
  expect(containing(['name'], '  ')).toBeUndefined();
  expect(beginnings('name', 'Con')).toEqual([
    "startswith(name,'Con')",
    "startswith(name,'con')",
    "startswith(name,'CON')",
  ]);
});
