import { parse } from '@sap-ux/edmx-parser';
import { actions } from '../../shared/model/actions';
import type { Action } from '../../shared/model/actions';
import { edmType } from '../../shared/model/edm';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../../shared/model/properties';
import { openWebApi, root } from '../kit/web-api';

/** What the parser makes of `$metadata`; its own types come in a package that is not installed. */
interface Schema {
  namespace: string;
  entitySets: { name: string; entityTypeName: string; navigationPropertyBinding: Record<string, string> }[];
  entityTypes: {
    name: string;
    fullyQualifiedName: string;
    keys: { name: string }[];
    entityProperties: { name: string; type: string; maxLength?: number }[];
    navigationProperties: { name: string; targetTypeName: string; isCollection: boolean; partner: string }[];
  }[];
  complexTypes: { name: string }[];
  actions: { name: string; isBound: boolean; parameters: { name: string; type: string }[]; returnType?: string }[];
  actionImports: { name: string }[];
}

const names = Object.keys(entities) as EntityName[];
const namespace = 'Microsoft.Dynamics.CRM';
const api = openWebApi();

test('the service document lists every entity set', async () => {
  const answer = await api.get('/');
  expect(answer.status).toBe(200);
  expect(answer.json['@odata.context']).toBe(`${root}/$metadata`);
  expect(answer.json.value).toEqual(
    names.map((name) => ({ name: entity(name).set, kind: 'EntitySet', url: entity(name).set })),
  );
  expect((await api.get('')).json).toEqual(answer.json);
});

test.each(['/', '/$metadata'])('%s is sent once: whoever has it gets 304', async (path) => {
  const { headers } = await api.get(path);
  const again = await api.get(path, { 'if-none-match': headers.get('ETag')! });
  expect([again.status, again.text, again.headers.get('ETag')]).toEqual([304, '', headers.get('ETag')]);
  expect((await api.get(path, { 'if-none-match': 'W/"old"' })).status).toBe(200);
});

test.each([
  { method: 'GET', path: '/$metadata?$format=json', status: 400 },
  { method: 'GET', path: '/$metadata?$format=application/xml', status: 200 },
  { method: 'GET', path: '/?$format=json', status: 200 },
  { method: 'GET', path: '/?$top=1', status: 400 },
  { method: 'POST', path: '/$metadata', status: 405 },
  { method: 'DELETE', path: '/', status: 405 },
])('$method $path is answered with $status', async ({ method, path, status }) => {
  expect((await api.send(method, path)).status).toBe(status);
});

describe('$metadata, read by another program', () => {
  let schema: Schema;
  beforeAll(async () => {
    const answer = await api.get('/$metadata');
    expect(answer.headers.get('Content-Type')).toBe('application/xml; charset=utf-8');
    ({ schema } = parse(answer.text));
  });

  test('is in the namespace of Dynamics 365 and has every set and nothing else', () => {
    expect(schema.namespace).toBe(namespace);
    expect(schema.entitySets.map((set) => [set.name, set.entityTypeName])).toEqual(
      names.map((name) => [entity(name).set, `${namespace}.${name}`]),
    );
  });

  test.each(names)(
    '%s has its key, its properties with their types, and its navigations with their partners',
    (name) => {
      const type = schema.entityTypes.find((each) => each.name === name)!;
      expect(type.keys.map((key) => key.name)).toEqual([entity(name).key]);
      expect(type.entityProperties.map((property) => [property.name, property.type, property.maxLength])).toEqual(
        [...propertiesOf(name).values()].map(({ name: property, column }) => [
          property,
          edmType(column),
          'maxLength' in column ? column.maxLength : undefined,
        ]),
      );
      const single = [...navigationsOf(name).values()].map((navigation) => ({
        name: navigation.name,
        isCollection: false,
        targetTypeName: `${namespace}.${navigation.target}`,
        partner: navigation.collection,
      }));
      const many = [...collectionsOf(name).values()].map((collection) => ({
        name: collection.name,
        isCollection: true,
        targetTypeName: `${namespace}.${collection.members}`,
        partner: collection.partner.name,
      }));
      expect(type.navigationProperties).toHaveLength(single.length + many.length);
      expect(type.navigationProperties).toEqual(
        [...single, ...many].map((expected) => expect.objectContaining(expected) as unknown),
      );
      for (const { partner, targetTypeName, name: navigation } of type.navigationProperties) {
        const target = schema.entityTypes.find((each) => each.fullyQualifiedName === targetTypeName)!;
        const back = target.navigationProperties.find((each) => each.name === partner)!;
        expect(back.partner).toBe(navigation);
      }
    },
  );

  test('every set is bound to the sets its navigations lead to', () => {
    for (const set of schema.entitySets) {
      const type = schema.entityTypes.find((each) => each.fullyQualifiedName === set.entityTypeName)!;
      expect(Object.keys(set.navigationPropertyBinding).toSorted()).toEqual(
        type.navigationProperties.map((navigation) => navigation.name).toSorted(),
      );
    }
  });

  test.each(Object.entries(actions as Record<string, Action>))('the action %s is there', (name, row) => {
    const found = schema.actions.find((each) => each.name === name)!;
    expect(found.isBound).toBe(row.boundTo !== null);
    const parameters = row.parameters.map(({ name: parameter, type }) => [parameter, type]);
    const bound = row.boundTo === null ? [] : [['entity', `${namespace}.${row.boundTo}`]];
    expect(found.parameters.map((each) => [each.name, each.type])).toEqual([...bound, ...parameters]);
    expect(found.returnType || undefined).toBe(row.result ? `${namespace}.${row.result.type}` : undefined);
    if (row.result) expect(schema.complexTypes.map((type) => type.name)).toContain(row.result.type);
    expect(schema.actionImports.some((each) => each.name === name)).toBe(row.boundTo === null);
  });

  test('tells which names option values have and which second key a device has', async () => {
    const { text } = await api.get('/$metadata');
    expect(text).toContain('Int="192350003"/><Annotation Term="Org.OData.Core.V1.Description" String="Test"/>');
    expect(text).toContain('<PropertyValue Property="Name" PropertyPath="msdyn_deviceid"/>');
  });
});
