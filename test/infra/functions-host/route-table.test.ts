import { createRouteTable } from '../../../infra/local/functions-host/route-table';

function tableOf(routes: Record<string, string>, prefix = '') {
  const entries = Object.entries(routes).map(([name, line]) => {
    const [methods, route] = line.split(' ') as [string, string];
    return { name, route, methods: methods === '*' ? [] : methods.split(',') };
  });
  return createRouteTable(entries, prefix);
}

test('routes are tried in the order of the function names, whatever the order of registration', () => {
  const table = tableOf({ b: 'GET x/{word:minlength(1)}', A: 'GET x/{number:int}' });
  expect(table.match('GET', '/x/7')?.name).toBe('A');
  expect(table.match('GET', '/x/y')?.name).toBe('b');
});

test('a wrong method goes on to the next route and then nowhere', () => {
  const table = tableOf({ a: 'GET x/{id}', b: 'POST x/{id}' });
  expect(table.match('POST', '/x/7')?.name).toBe('b');
  expect(table.match('DELETE', '/x/7')).toBeUndefined();
});

test('HEAD and OPTIONS are not implied by GET', () => {
  const table = tableOf({ a: 'GET x' });
  expect([table.match('HEAD', '/x'), table.match('OPTIONS', '/x')]).toEqual([undefined, undefined]);
});

test('no methods means every method', () => {
  expect(tableOf({ a: '* x' }).match('PATCH', '/x')?.name).toBe('a');
});

test('the prefix stands before every route', () => {
  const table = tableOf({ a: 'GET x' }, 'api');
  expect([table.match('GET', '/api/x')?.name, table.match('GET', '/x')]).toEqual(['a', undefined]);
});

test.each([
  { which: 'a parameter before a literal', first: 'GET x/{id}', second: 'GET x/open' },
  { which: 'the same template twice', first: 'GET x/{id}', second: 'GET X/{other}' },
  { which: 'one shared method of several', first: 'GET,POST x', second: 'POST,PUT x' },
  { which: 'every method before one', first: '* x', second: 'GET x' },
  { which: 'a catch-all before a particular one', first: 'GET x/{*rest}', second: 'GET x/y/z' },
  { which: 'an optional parameter before its shorter form', first: 'GET x/{id?}', second: 'GET x' },
  { which: 'a constraint the literal fulfils', first: 'GET x/{id:int}', second: 'GET x/7' },
  { which: 'the same constraint', first: 'GET x/{id:int}', second: 'GET x/{n:int:min(3)}' },
  { which: 'the same composite segment', first: 'POST a({id})/b', second: 'POST a({key:guid})/b' },
  { which: 'a plain parameter before a composite segment', first: 'GET {name}', second: 'GET a({id})' },
])('$which is a start-up error that names both functions', ({ first, second }) => {
  expect(() => tableOf({ aaa: first, bbb: second })).toThrow(/^Function "bbb" can never be reached.*of "aaa"/);
});

test.each([
  { which: 'a literal before a parameter', first: 'GET x/open', second: 'GET x/{id}' },
  { which: 'a catch-all that sorts after the particular one', first: 'GET x/y', second: 'GET x/{*rest}' },
  { which: 'other methods', first: 'GET x/{id}', second: 'POST x/open' },
  { which: 'constraints that exclude each other', first: 'GET x/{id:int}', second: 'GET x/{id:guid}' },
  { which: 'a narrower parameter first', first: 'GET x/{id:int}', second: 'GET x/{id}' },
  { which: 'another length', first: 'GET x/{id}', second: 'GET x/{id}/y' },
  { which: 'an optional parameter the first lacks', first: 'GET x', second: 'GET x/{id?}' },
  { which: 'another literal around the parameter', first: 'GET a({id})', second: 'GET b({id})' },
])('$which is fine', ({ first, second }) => {
  expect(() => tableOf({ aaa: first, bbb: second })).not.toThrow();
});

test.each(['admin/users', 'administrators', 'Runtime-x', '/admin'])('the route %s is refused', (route) => {
  expect(() => tableOf({ a: `GET ${route}` })).toThrow('must not begin with "admin" or "runtime"');
});
