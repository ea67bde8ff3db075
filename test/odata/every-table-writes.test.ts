import { isServiceOwned } from '../../shared/domain/record-rules';
import type { Column } from '../../shared/model/edm';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { sendBatch } from '../kit/batch';
import { createdId, openWebApi } from '../kit/web-api';
import { watchedRecords } from '../kit/watched-records';

const nobody = '00000000-0000-0000-0000-000000000001';
const names = Object.keys(entities) as EntityName[];
const writable = names.filter((name) => !isServiceOwned(name) && !entity(name).closed);

const watched = watchedRecords();
const api = openWebApi(watched.records);
const made = new Map<EntityName, string>();

/** A record of each table that others can be bound to; those of the service are written straight to the store. */
async function target(name: EntityName): Promise<string> {
  const known = made.get(name);
  if (known !== undefined) return known;
  made.set(name, nobody);
  const id = createdId(await api.post(`/${entity(name).set}`, await minimal(name)));
  made.set(name, id);
  return id;
}

/** The least that a record of a table needs. */
async function minimal(name: EntityName): Promise<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const { name: property, column } of propertiesOf(name).values()) {
    if (!column.required || column.readOnly) continue;
    if (column.kind === 'lookup') {
      const { table, navigation } = column.targets[0]!;
      const leads = table as EntityName;
      body[`${navigation}@odata.bind`] = `/${entity(leads).set}(${await target(leads)})`;
    } else body[property] = column.kind === 'choice' ? Object.values(column.options)[0] : 'x';
  }
  return name === 'msdyn_iotdevicecommand' ? { ...body, ...(await sendable()) } : body;
}

/** What a command needs beyond its required columns. */
async function sendable(): Promise<Record<string, unknown>> {
  return {
    msdyn_message: '{"CommandName":"Reset"}',
    'msdyn_Device@odata.bind': `/msdyn_iotdevices(${await target('msdyn_iotdevice')})`,
  };
}

/** Values that a column does not take. */
function badValues(column: Column): unknown[] {
  switch (column.kind) {
    case 'id':
    case 'guid':
      return ['x', 5, true, {}, [nobody]];
    case 'lookup':
      return [nobody, null, 5];
    case 'string':
    case 'memo':
      return [5, true, {}, ['x'], 'x'.repeat(column.maxLength + 1), 'a\u0000', '\ud800'];
    case 'integer':
      return ['5', 1.5, column.min - 1, column.max + 1, {}, true];
    case 'decimal':
      return ['5', column.max * 10, {}, true];
    case 'boolean':
      return ['true', 1, {}];
    case 'datetime':
      return ['tomorrow', 5, '2026-02-30T00:00:00Z', '2026-02-03T00:00:00', {}];
    case 'choice':
      return [-1, String(Object.values(column.options)[0]), {}, 1.5];
  }
}

describe.each(writable)('writing to the table %s', (name) => {
  const { set } = entity(name);
  const address = () => `/${set}(${made.get(name)!})`;
  beforeAll(() => target(name));

  /** Every way to send a body that a record is made of. */
  async function refusedEverywhere(bad: Record<string, unknown>): Promise<void> {
    const whole = { ...(await minimal(name)), ...bad };
    const before = await watched.now();
    const answers = [
      await api.post(`/${set}`, whole),
      await api.patch(address(), bad),
      await api.post(`/${set}/Microsoft.Dynamics.CRM.CreateMultiple`, {
        Targets: [await minimal(name), whole].map((each) => ({
          '@odata.type': `Microsoft.Dynamics.CRM.${name}`,
          ...each,
        })),
      }),
    ];
    const good = { method: 'POST', path: set, body: await minimal(name) };
    const { replies } = await sendBatch(api, [[good, { method: 'PATCH', path: address().slice(1), body: bad }]]);
    for (const answer of [...answers, ...replies]) {
      const { status, json } = answer as { status: number; json: { error?: { message: string } } };
      expect([bad, status]).toEqual([bad, 400]);
      expect(json.error?.message).toMatch(/^.{10,}$/s);
    }
    expect(await watched.now()).toBe(before);
  }

  test('a record is made, changed, linked and deleted', async () => {
    const id = createdId(await api.post(`/${set}`, await minimal(name)));
    const path = `/${set}(${id})`;
    const { etag } = (await watched.records.get(name, id))!;
    expect((await api.patch(path, {}, { 'if-match': etag })).status).toBe(204);
    expect((await api.patch(path, {}, { 'if-match': etag })).status).toBe(412);
    expect((await api.patch(path, {}, { 'if-none-match': '*' })).status).toBe(412);
    expect((await api.patch(path, {}, { prefer: 'return=representation' })).status).toBe(200);
    for (const { name: navigation, target: leads, property } of navigationsOf(name).values()) {
      if (isServiceOwned(leads)) continue;
      const { column } = propertiesOf(name).get(property)!;
      const linked = await target(leads);
      const isSame = (await watched.records.get(name, id))!.row[property] === linked;
      const isClosed = column.readOnly || (column.fixed && !isSame);
      const body = { '@odata.id': `/${entity(leads).set}(${linked})` };
      expect([navigation, (await api.send('PUT', `${path}/${navigation}/$ref`, body)).status]).toEqual([
        navigation,
        isClosed ? 400 : 204,
      ]);
    }
    expect((await api.send('DELETE', path, undefined, { 'if-match': etag })).status).toBe(412);
    expect((await api.send('DELETE', path)).status).toBe(204);
    expect((await api.patch(path, {}, { 'if-match': '*' })).status).toBe(404);
  });

  test('each column refuses what it does not take, and nothing is written', async () => {
    for (const { name: property, column } of propertiesOf(name).values()) {
      const isClosed = column.readOnly || column.kind === 'lookup';
      for (const value of isClosed ? ['x', null] : badValues(column)) await refusedEverywhere({ [property]: value });
      if (column.kind === 'id') continue;
      const before = await watched.now();
      for (const value of isClosed ? ['x'] : badValues(column)) {
        const answer = await api.send('PUT', `${address()}/${property}`, { value });
        expect([property, value, answer.status]).toEqual([property, value, 400]);
      }
      expect(await watched.now()).toBe(before);
    }
  });

  test('required columns cannot be left out or emptied', async () => {
    for (const { name: property, column } of propertiesOf(name).values()) {
      if (!column.required || column.readOnly) continue;
      const navigation = column.kind === 'lookup' ? column.targets[0]!.navigation : undefined;
      await refusedEverywhere(navigation === undefined ? { [property]: null } : { [`${navigation}@odata.bind`]: null });
      const path = navigation === undefined ? property : `${navigation}/$ref`;
      expect((await api.send('DELETE', `${address()}/${path}`)).status).toBe(400);
    }
  });

  test('unknown properties and navigations are refused', async () => {
    for (const bad of ['nothing', '__proto__x', 'constructor', 'nothing@odata.bind'])
      await refusedEverywhere({ [bad]: 'x' });
    for (const { name: navigation, target: leads } of navigationsOf(name).values()) {
      const bind = (value: unknown) => refusedEverywhere({ [`${navigation}@odata.bind`]: value });
      for (const value of [5, `/${entity(leads).set}`, `/${entity(leads).set}(1)`, '']) await bind(value);
    }
  });

  test('collections take only records of their table', async () => {
    for (const { name: collection, members } of collectionsOf(name).values()) {
      const path = `${address()}/${collection}/$ref`;
      expect(
        (await api.post(path, { '@odata.id': `/${set === 'accounts' ? 'incidents' : 'accounts'}(${nobody})` })).status,
      ).toBeGreaterThanOrEqual(400);
      expect((await api.post(path, { '@odata.id': `/${entity(members).set}(${nobody})` })).status).toBe(404);
      expect((await api.send('DELETE', `${address()}/${collection}(${nobody})/$ref`)).status).toBe(404);
    }
  });
});

test('tables with fixed records take no others', async () => {
  for (const name of names.filter((each) => entity(each).closed)) {
    const { set, builtIn = [], key, primaryName } = entity(name);
    expect((await api.post(`/${set}`, { [primaryName]: 'x' })).status).toBe(403);
    expect((await api.patch(`/${set}(${nobody})`, { [primaryName]: 'x' })).status).toBe(403);
    for (const row of builtIn) {
      const path = `/${set}(${String(row[key])})`;
      expect((await api.patch(path, { [primaryName]: 'x' })).status).toBe(204);
      expect((await api.send('DELETE', path)).status).toBe(403);
    }
  }
});

test('tables of the service refuse every write', async () => {
  for (const name of names.filter(isServiceOwned)) {
    const { set } = entity(name);
    expect((await api.post(`/${set}`, {})).status).toBe(403);
    expect((await api.patch(`/${set}(${nobody})`, {})).status).toBe(403);
    const body = { Targets: [{ '@odata.type': `Microsoft.Dynamics.CRM.${name}` }] };
    expect((await api.post(`/${set}/Microsoft.Dynamics.CRM.CreateMultiple`, body)).status).toBe(403);
  }
});
