import fc from 'fast-check';
import type { Column } from '../../shared/model/edm';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { batchOf } from '../kit/batch';
import type { Inner } from '../kit/batch';
import { openWebApi } from '../kit/web-api';
import { watchedRecords } from '../kit/watched-records';

const names = Object.keys(entities) as EntityName[];
const sets = names.map((name) => entity(name).set);
const nobody = '00000000-0000-0000-0000-000000000001';
const chosen = (n: number) => `c0ffee00-0000-4000-8000-00000000000${n}`;

const method = fc.constantFrom('POST', 'PATCH', 'PUT', 'DELETE');
const some = fc.constantFrom(...[0, 1, 2].map(chosen), nobody);
const name = fc.constantFrom(...names);
const address = fc.tuple(fc.constantFrom(...sets), some).map(([set, id]) => `${set}(${id})`);

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  address.map((path) => `/${path}`),
  fc.constantFrom(
    null,
    0,
    1,
    -1,
    1.5,
    192350000,
    '',
    'x',
    nobody,
    '2026-11-21T04:00:00Z',
    '{}',
    '[]',
    true,
    false,
    '$1',
  ),
);
const property = name.chain((each) =>
  fc.constantFrom(
    ...propertiesOf(each).keys(),
    ...[...navigationsOf(each).keys()].flatMap((navigation) => [navigation, `${navigation}@odata.bind`]),
    '@odata.id',
    '@odata.type',
    'value',
    'Targets',
    '__proto__',
  ),
);
/** Bodies that have a chance: the names of all tables, and some more. */
const good = fc.constantFrom(
  { name: 'x' },
  { msdyn_name: 'x' },
  { msdyn_description: 'x' },
  { value: 'x' },
  { value: null },
  {},
);
const json = fc
  .tuple(fc.dictionary(fc.oneof({ weight: 9, arbitrary: property }, fc.string()), value, { maxKeys: 3 }), good)
  .map(([random, base]) => ({ ...base, ...random }));
const targets = fc.tuple(name, fc.array(json, { maxLength: 3 }), fc.boolean()).map(([each, rows, typed]) => ({
  Targets: rows.map((row) => ({ ...row, ...(typed && { '@odata.type': `Microsoft.Dynamics.CRM.${each}` }) })),
}));
const body = fc.oneof(
  { weight: 6, arbitrary: json.map((each) => JSON.stringify(each)) },
  { weight: 2, arbitrary: address.map((path) => JSON.stringify({ '@odata.id': `/${path}` })) },
  { weight: 1, arbitrary: targets.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.oneof(fc.json(), fc.string({ unit: 'binary' })) },
);

const tail = name.chain((each) =>
  fc.constantFrom(
    ...[...propertiesOf(each).keys()].map((part) => `/${part}`),
    ...[...navigationsOf(each).keys(), ...collectionsOf(each).keys()].flatMap((part) => [`/${part}`, `/${part}/$ref`]),
    ...[...collectionsOf(each).keys()].map((part) => `/${part}(${chosen(0)})/$ref`),
    '/$ref',
    '/nothing',
  ),
);
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...sets) },
  { weight: 4, arbitrary: address },
  { weight: 4, arbitrary: fc.tuple(address, tail).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...sets), fc.constantFrom('Create', 'Update', 'Upsert', 'Delete'))
      .map(([set, what]) => `${set}/Microsoft.Dynamics.CRM.${what}Multiple`),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text)) },
);
/** A value that a column takes, most of the time. */
function fitting(column: Column): fc.Arbitrary<unknown> {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return some;
    case 'string':
    case 'memo':
      return fc.string({ maxLength: 12 });
    case 'integer':
      return fc.integer({ min: column.min, max: column.max });
    case 'decimal':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'datetime':
      return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    case 'choice':
      return fc.constantFrom(...Object.values(column.options));
  }
}

/** A write to a table with properties of that table. */
const likely = name.chain((each) => {
  const { set } = entity(each);
  const ways = [
    ['POST', set],
    ['PATCH', `${set}(${chosen(0)})`],
    ['PATCH', `${set}(${chosen(1)})`],
    ['PATCH', `${set}(${nobody})`],
    ['DELETE', `${set}(${chosen(2)})`],
  ] as const;
  const columns = [...propertiesOf(each).values()].filter(({ column }) => !column.readOnly && column.kind !== 'id');
  const pairs = columns.map(({ name: part, column }) => {
    if (column.kind !== 'lookup') return fitting(column).map((one) => [part, one] as const);
    const { table, navigation } = column.targets[0]!;
    return some.map((id) => [`${navigation}@odata.bind`, `/${entity(table as EntityName).set}(${id})`] as const);
  });
  const chosenPairs = pairs.length === 0 ? fc.constant([]) : fc.array(fc.oneof(...pairs), { maxLength: 3 });
  return fc.tuple(fc.constantFrom(...ways), chosenPairs, fc.boolean()).map(([[how, where], parts, named]) => {
    const base = named ? { [entity(each).primaryName]: 'x' } : {};
    return [how, where, JSON.stringify({ ...base, ...Object.fromEntries(parts) })] as const;
  });
});
const anything = fc.tuple(method, path, body);

const search = fc.constantFrom(
  '',
  '',
  '',
  '?$select=name',
  '?$expand=x',
  '?x=1',
  `?$id=/accounts(${chosen(0)})`,
  '?$id=%25',
);
const headers = fc.record(
  {
    prefer: fc.constantFrom('return=representation', 'odata.continue-on-error', ',=;"'),
    'if-match': fc.constantFrom('*', 'W/"1"', 'W/"2",W/"3"', '"', ',,'),
    'if-none-match': fc.constantFrom('*', 'W/"1"', ',,'),
  },
  { requiredKeys: [] },
);

/** A few records of each table, so that there is something to change and to delete. */
async function open() {
  const watched = watchedRecords();
  const api = openWebApi(watched.records);
  for (const each of names) {
    const { key, primaryName } = entity(each);
    for (const n of [0, 1, 2]) {
      const row = { [key]: chosen(n), [primaryName]: 'x', statecode: 0, statuscode: 1 };
      await watched.records.insert(each, row);
    }
  }
  return { api, watched };
}

const refusesOrDoes = (status: number) => (status >= 200 && status < 300) || (status >= 400 && status < 500);

test('of 10,000 random writes each is done or refused, and what is refused has written nothing', async () => {
  let { api, watched } = await open();
  let done = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(likely, anything), search, headers, async ([how, where, content], what, sent) => {
      const before = await watched.now();
      const answer = await api.send(how, `/${where}${what}`, content, sent);
      expect([answer.faults, answer.status, refusesOrDoes(answer.status)]).toEqual([[], answer.status, true]);
      if (answer.status < 300) done += 1;
      else expect(await watched.now()).toEqual(before);
      // Deletions would leave nothing to write to.
      if (how === 'DELETE' && answer.status < 300) ({ api, watched } = await open());
    }),
    { numRuns: 10_000 },
  );
  expect(done).toBeGreaterThan(200);
});

test('of 500 random change sets each is done or refused as a whole', async () => {
  let { api, watched } = await open();
  const request = fc
    .tuple(method, path, body)
    .map(([how, where, content]): Inner => ({ method: how, path: where, body: content }));
  const sensible = fc.constantFrom<Inner>(
    { method: 'POST', path: 'accounts', body: { name: 'A' }, id: '1' },
    { method: 'PATCH', path: `accounts(${chosen(0)})`, body: { name: 'A' } },
    { method: 'PATCH', path: '$1', body: { name: 'B' } },
    { method: 'DELETE', path: `accounts(${chosen(1)})` },
    { method: 'POST', path: 'msdyn_iotdevices', body: { msdyn_name: 'T', msdyn_deviceid: 'one' } },
    {
      method: 'PATCH',
      path: `msdyn_iotdevices(${chosen(1)})`,
      body: { msdyn_deviceid: 'one', 'msdyn_Account@odata.bind': '$1' },
    },
    {
      method: 'POST',
      path: 'msdyn_iotalerts',
      body: { msdyn_description: 'hot', 'msdyn_Device@odata.bind': `msdyn_iotdevices(${chosen(0)})` },
    },
  );
  const set = fc.array(fc.oneof({ weight: 8, arbitrary: sensible }, request), { minLength: 1, maxLength: 5 });
  let done = 0;
  await fc.assert(
    fc.asyncProperty(set, async (items) => {
      const before = await watched.now();
      const answer = await api.post('/$batch', batchOf([items]), {
        'content-type': 'multipart/mixed; boundary=batch_1',
      });
      expect([answer.faults, refusesOrDoes(answer.status)]).toEqual([[], true]);
      if (answer.status >= 400) expect(await watched.now()).toEqual(before);
      else {
        done += 1;
        ({ api, watched } = await open());
      }
    }),
    { numRuns: 500 },
  );
  expect(done).toBeGreaterThan(10);
});
