import { isServiceOwned } from '../domain/record-rules';
import { actions, complexTypes, fieldsOf } from '../model/actions';
import type { Action } from '../model/actions';
import { edmType } from '../model/edm';
import type { Column } from '../model/edm';
import { entities, entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { collectionsOf, navigationsOf, propertiesOf } from '../model/properties';
import { allowedValues, alternateKeys, described, notWritten, setOnce, vocabularies } from './csdl-annotations';
import { operations } from './resource';
import type { Operation } from './resource';
import { whoAmIProperties } from './who-am-i';
import { element } from './xml';
import type { Xml } from './xml';

const namespace = 'Microsoft.Dynamics.CRM';
const alias = 'mscrm';

const names = Object.keys(entities) as EntityName[];
const actionRows: readonly (readonly [string, Action])[] = Object.entries(actions);

/** The model as CSDL 4.0: what `$metadata` answers. */
export function csdl(): string {
  const references = vocabularies.map((vocabulary) =>
    element(
      'edmx:Reference',
      { Uri: `https://oasis-tcs.github.io/odata-vocabularies/vocabularies/${vocabulary}.xml` },
      [element('edmx:Include', { Namespace: vocabulary })],
    ),
  );
  const schema = element(
    'Schema',
    { Namespace: namespace, Alias: alias, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' },
    [
      ...names.map(entityType),
      ...Object.entries(complexTypes).map(([name, fields]) => complexType(name, fields)),
      ...actionRows.flatMap(([, { result }]) => (result ? [complexType(result.type, fieldsOf(result))] : [])),
      complexType('WhoAmIResponse', whoAmI),
      complexType('CreateMultipleResponse', [{ name: 'Ids', type: 'Collection(Edm.Guid)', nullable: false }]),
      ...actionRows.map(([name, row]) => action(name, row)),
      ...operations.flatMap((operation) => names.filter(isWritable).map((name) => multiple(operation, name))),
      element('Function', { Name: 'WhoAmI' }, [returnType('WhoAmIResponse')]),
      element('EntityContainer', { Name: 'System' }, [
        ...names.map(entitySet),
        ...actionRows.flatMap(([name, { boundTo }]) =>
          boundTo === null ? [element('ActionImport', { Name: name, Action: `${alias}.${name}` })] : [],
        ),
        element('FunctionImport', { Name: 'WhoAmI', Function: `${alias}.WhoAmI` }),
      ]),
    ],
  );
  const document = element('edmx:Edmx', { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' }, [
    ...references,
    element('edmx:DataServices', {}, [schema]),
  ]);
  return `<?xml version="1.0" encoding="utf-8"?>\n${document}`;
}

function entityType(name: EntityName): Xml {
  const { key, displayName, alternateKey } = entity(name);
  return element('EntityType', { Name: name }, [
    element('Key', {}, [element('PropertyRef', { Name: key })]),
    ...[...propertiesOf(name).values()].map((property) => propertyElement(name, property.name, property.column)),
    ...[...navigationsOf(name).values()].map((navigation) =>
      element(
        'NavigationProperty',
        { Name: navigation.name, Type: `${alias}.${navigation.target}`, Partner: navigation.collection },
        [
          element('ReferentialConstraint', {
            Property: navigation.property,
            ReferencedProperty: entity(navigation.target).key,
          }),
        ],
      ),
    ),
    ...[...collectionsOf(name).values()].map((collection) =>
      element('NavigationProperty', {
        Name: collection.name,
        Type: `Collection(${alias}.${collection.members})`,
        Partner: collection.partner.name,
      }),
    ),
    described(displayName),
    ...(alternateKey === undefined ? [] : [alternateKeys(alternateKey)]),
  ]);
}

function propertyElement(name: EntityName, property: string, column: Column): Xml {
  const isKey = property === entity(name).key;
  return element(
    'Property',
    {
      Name: property,
      Type: edmType(column),
      ...(isKey && { Nullable: 'false' }),
      ...('maxLength' in column && { MaxLength: String(column.maxLength) }),
      ...(column.kind === 'decimal' && { Scale: 'variable' }),
      ...(column.kind === 'datetime' && { Precision: '3' }),
    },
    [
      described(column.label),
      ...(column.readOnly || column.kind === 'lookup' ? [notWritten] : []),
      ...(column.fixed && column.kind !== 'lookup' ? [setOnce] : []),
      ...(column.kind === 'choice' ? [allowedValues(column.options)] : []),
    ],
  );
}

interface Field {
  name: string;
  type: string;
  nullable: boolean;
}

const whoAmI: readonly Field[] = Object.entries(whoAmIProperties).map(([name, type]) => ({
  name,
  type,
  nullable: false,
}));

function complexType(type: string, fields: readonly Field[]): Xml {
  const properties = fields.map(({ name, type: edm, nullable }) =>
    element('Property', { Name: name, Type: qualified(edm), Nullable: String(nullable), ...scaleOf(edm) }),
  );
  return element('ComplexType', { Name: type }, properties);
}

/** Types of our own are named without their namespace. */
function qualified(type: string): string {
  return type.replace(/^Collection\((?!Edm\.)/, `Collection(${alias}.`);
}

function returnType(type: string, nullable = false): Xml {
  return element('ReturnType', { Type: `${alias}.${type}`, Nullable: String(nullable) });
}

/** A call that writes many records of a table: each table has its own, told apart by what it is bound to. */
function multiple(operation: Operation, name: EntityName): Xml {
  const records = `Collection(${alias}.${name})`;
  return element('Action', { Name: operation, IsBound: 'true' }, [
    element('Parameter', { Name: 'entityset', Type: records, Nullable: 'false' }),
    element('Parameter', { Name: 'Targets', Type: records, Nullable: 'false' }),
    ...(operation === 'CreateMultiple' ? [returnType('CreateMultipleResponse')] : []),
  ]);
}

const isWritable = (name: EntityName) => !isServiceOwned(name);

function action(name: string, { boundTo, parameters, result, description }: Action): Xml {
  return element('Action', { Name: name, ...(boundTo !== null && { IsBound: 'true' }) }, [
    ...(boundTo === null
      ? []
      : [element('Parameter', { Name: 'entity', Type: `${alias}.${boundTo}`, Nullable: 'false' })]),
    ...parameters.map((parameter) =>
      element(
        'Parameter',
        {
          Name: parameter.name,
          Type: parameter.type,
          Nullable: String(parameter.nullable),
          ...scaleOf(parameter.type),
        },
        [described(parameter.description)],
      ),
    ),
    ...(result ? [returnType(result.type, 'nullable' in result && result.nullable)] : []),
    described(description),
  ]);
}

function scaleOf(edm: string): Readonly<Record<string, string>> {
  return edm === 'Edm.Decimal' ? { Scale: 'variable' } : {};
}

function entitySet(name: EntityName): Xml {
  const bindings = [
    ...[...navigationsOf(name).values()].map((navigation) => [navigation.name, navigation.target] as const),
    ...[...collectionsOf(name).values()].map((collection) => [collection.name, collection.members] as const),
  ];
  return element(
    'EntitySet',
    { Name: entity(name).set, EntityType: `${alias}.${name}` },
    bindings.map(([path, target]) => element('NavigationPropertyBinding', { Path: path, Target: entity(target).set })),
  );
}
