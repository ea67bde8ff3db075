import fc from 'fast-check';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { openWebApi } from '../kit/web-api';

const names = Object.keys(entities) as EntityName[];
const id = 'c0ffee00-0000-4000-8000-00000000000a';
const api = openWebApi();

beforeAll(async () => {
  for (const name of names) {
    const { key, primaryName } = entity(name);
    const lookups = [...propertiesOf(name).values()].filter(({ column }) => column.kind === 'lookup');
    await api.records.insert(name, {
      ...Object.fromEntries(lookups.map((property) => [property.name, id])),
      [key]: id,
      [primaryName]: 'x',
    });
  }
});

const named = (name: EntityName) =>
  fc.constantFrom(...propertiesOf(name).keys(), ...navigationsOf(name).keys(), ...collectionsOf(name).keys());

const value = fc.constantFrom(
  'null',
  "'x'",
  '1',
  '-0',
  'true',
  id,
  '2026-11-21',
  '9999-12-31T23:59:59.999Z',
  "''",
  '1e400',
);
const operator = fc.constantFrom('eq', 'ne', 'gt', 'le', 'in', 'has', 'and');

/** Options that are nearly right: names of the table, values of any kind. */
function optionsOf(name: EntityName, depth: number, separator: string): fc.Arbitrary<string> {
  const member = named(name);
  const filter = fc.oneof(
    fc.tuple(member, operator, value).map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom('startswith', 'contains', 'length'), member, value).map(([f, a, b]) => `${f}(${a},${b})`),
  );
  const expand = fc
    .array(depth > 3 ? member : fc.tuple(member, fc.option(optionsOf(name, depth + 1, ';'))).map(inParentheses))
    .map((parts) => `$expand=${parts.join(',')}`);
  const option = fc.oneof(
    fc.array(filter, { maxLength: 4 }).map((parts) => `$filter=${parts.join(' and ')}`),
    fc.array(member, { maxLength: 4 }).map((parts) => `$select=${parts.join(',')}`),
    fc.tuple(member, fc.constantFrom('', ' asc', ' desc', ' up')).map((parts) => `$orderby=${parts.join('')}`),
    fc.constantFrom(
      '$top=0',
      '$top=3',
      '$top=x',
      '$count=true',
      '$skip=1',
      `$skiptoken=${id}`,
      '$skiptoken=7',
      '$format=json',
    ),
    expand,
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  return fc.array(option, { maxLength: 3 }).map((parts) => parts.join(separator));
}

function inParentheses([name, options]: [string, string | null]): string {
  return options === null ? name : `${name}(${options})`;
}

const request = fc.constantFrom(...names).chain((name) =>
  fc.record({
    path: fc.oneof(
      fc.constantFrom('', `(${id})`, '/$count', '($count)'),
      fc
        .tuple(named(name), fc.constantFrom('', '/$ref', '/$value', '/$count', `(${id})`, `(${id})/$ref`, '/x'))
        .map(([member, end]) => `(${id})/${member}${end}`),
      fc.array(fc.constantFrom('/', '(', ')', id, "'", 'x', '$ref', '%2F', '..')).map((parts) => parts.join('')),
    ),
    options: optionsOf(name, 1, '&'),
    set: fc.constant(entity(name).set),
    prefer: fc.constantFrom(
      '',
      'odata.include-annotations="*"',
      'odata.maxpagesize=1',
      'odata.include-annotations="-*"',
    ),
  }),
);

test('whatever is asked, the answer is 2xx or 4xx, a refusal says why, and links lead on', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ set, path, options, prefer }) => {
      const answer = await api.get(`/${set}${path}${options && `?${options}`}`, prefer ? { prefer } : {});
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect(answer.faults).toEqual([]);
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) expect(answer.json.error?.message).toBeTruthy();
      const next = answer.json?.['@odata.nextLink'];
      if (typeof next === 'string') expect((await api.get(next, { prefer })).status).toBe(200);
    }),
    { numRuns: 4000 },
  );
  // Answers of each kind, or the questions were poor.
  for (const status of [200, 204, 400, 404]) expect(seen.get(status)).toBeGreaterThan(5);
});
