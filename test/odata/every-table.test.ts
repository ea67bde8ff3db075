import { tableRights } from '../../shared/model/rights';
import { isServiceOwned } from '../../shared/domain/record-rules';
import type { Column, Row, Scalar } from '../../shared/model/edm';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { openWebApi } from '../kit/web-api';

const names = Object.keys(entities) as EntityName[];
const id = 'c0ffee00-0000-4000-8000-00000000000a';
const gone = 'c0ffee00-0000-4000-8000-00000000000f';
const api = openWebApi();

/** A value of a column, and the same in a filter. */
function sample(column: Column): { value: Scalar; literal: string } {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return { value: id, literal: id };
    case 'string':
    case 'memo':
      return { value: "it's", literal: "'it''s'" };
    case 'integer':
      return { value: column.min, literal: String(column.min) };
    case 'decimal':
      return { value: 0.5, literal: '0.5' };
    case 'boolean': {
      // None of these records is a primary alert, so that a column that is computed of them is false.
      const value = !column.computedFrom;
      return { value, literal: String(value) };
    }
    case 'datetime':
      return { value: '2026-11-21T04:00:00.000Z', literal: '2026-11-21T04:00:00Z' };
    case 'choice': {
      const value = Object.values(column.options)[0]!;
      return { value, literal: String(value) };
    }
  }
}

/** A record of a table with a value in every column; all lookups lead to the one account. */
function full(name: EntityName): Row {
  return Object.fromEntries(
    [...propertiesOf(name).values()].map(({ name: property, column }) => [
      property,
      /^ccs_record\dtable$/.test(property) ? 'account' : sample(column).value,
    ]),
  );
}

beforeAll(async () => {
  for (const name of names) await api.records.insert(name, full(name));
});

describe.each(names)('of the table %s', (name) => {
  const { set } = entity(name);
  const properties = [...propertiesOf(name).values()];
  const navigations = [...navigationsOf(name).values()];
  const collections = [...collectionsOf(name).values()];
  const status = async (method: string, path: string) => {
    const answer = await api.send(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
    expect(answer.faults).toEqual([]);
    return answer.status;
  };

  test('the record can be read, listed, counted and selected', async () => {
    const record = await api.get(`/${set}(${id})`);
    expect(record.json).toMatchObject(full(name));
    expect((await api.get(`/${set}?$filter=${entity(name).key} eq ${id}`)).json.value).toHaveLength(1);
    expect(Number((await api.get(`/${set}/$count`)).text)).toBeGreaterThan(0);
    const every = properties.map((property) => property.name).join(',');
    expect((await api.get(`/${set}(${id})?$select=${every}`)).json).toMatchObject(full(name));
  });

  test('each property can be filtered, ordered and read by itself', async () => {
    for (const { name: property, column } of properties) {
      const { literal } = sample(column);
      const value = /^ccs_record\dtable$/.test(property) ? "'account'" : literal;
      const filtered = await api.get(
        `/${set}?$filter=${property} eq ${encodeURIComponent(value)}&$orderby=${property}`,
      );
      expect([property, filtered.status, filtered.json.value?.some((row) => row[entity(name).key] === id)]).toEqual([
        property,
        200,
        true,
      ]);
      expect(await status('GET', `/${set}(${id})/${property}`)).toBe(200);
      expect(await status('GET', `/${set}(${id})/${property}/$value`)).toBe(200);
    }
  });

  test('each navigation can be followed, linked to and expanded', async () => {
    for (const { name: navigation, target, tableIn } of navigations) {
      const leads = tableIn === undefined || target === 'account';
      expect([navigation, await status('GET', `/${set}(${id})/${navigation}`)]).toEqual([
        navigation,
        leads ? 200 : 204,
      ]);
      expect(await status('GET', `/${set}(${id})/${navigation}/$ref`)).toBe(leads ? 200 : 204);
    }
    for (const { name: collection } of collections) {
      expect([collection, await status('GET', `/${set}(${id})/${collection}`)]).toEqual([collection, 200]);
      expect(await status('GET', `/${set}(${id})/${collection}/$count`)).toBe(200);
      expect(await status('GET', `/${set}(${id})/${collection}/$ref`)).toBe(200);
    }
    const all = [...navigations, ...collections].map((navigation) => navigation.name);
    const expanded = await api.get(`/${set}(${id})${all.length > 0 ? `?$expand=${all.join(',')}` : ''}`, {
      prefer: 'odata.include-annotations="*"',
    });
    expect(expanded.status).toBe(200);
    for (const each of all) expect(expanded.json).toHaveProperty([each]);
  });

  test('what is not there is not found, and what cannot be done is refused', async () => {
    expect(await status('GET', `/${set}(${gone})`)).toBe(404);
    expect(await status('GET', `/${set}(${gone})/${entity(name).primaryName}`)).toBe(404);
    expect(await status('GET', `/${set}(${id})/nothing`)).toBe(404);
    expect(await status('PUT', `/${set}(${id})`)).toBe(405);
    expect(await status('PATCH', `/${set}`)).toBe(405);
    expect(await status('PUT', `/${set}`)).toBe(405);
    expect(await status('DELETE', `/${set}`)).toBe(405);
    expect(await status('POST', `/${set}(${id})`)).toBe(405);
    expect(await status('POST', `/${set}/$count`)).toBe(405);
    expect(await status('POST', `/${set}`)).toBe(isServiceOwned(name) || entity(name).closed ? 403 : 400);
    expect(await status('DELETE', `/${set}(${gone})`)).toBe(tableRights[name].delete.length === 0 ? 403 : 404);
  });
});
