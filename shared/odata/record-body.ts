import { ServiceError } from '../domain/errors';
import { fieldValue } from '../domain/field-values';
import type { RecordKey } from '../domain/record-key';
import type { Row, Scalar } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationsOf, propertiesOf } from '../model/properties';
import type { Property } from '../model/properties';
import type { RecordChanges } from '../workflows/record-changes';
import { readReference } from './address';
import { foreignLink, foreignValues } from './foreign-link';

const bindSuffix = '@odata.bind';

/**
 * Reads the properties of a record's body. Lookups are set with `<Navigation>@odata.bind`, and emptied with null there
 * or on the navigation itself. Other annotations (`@odata.type`, formatted values) say nothing that we need.
 */
export function readRecordBody(name: EntityName, body: Readonly<Record<string, unknown>>): RecordChanges {
  const values: Record<string, Scalar> = {};
  const properties = propertiesOf(name);
  const navigations = navigationsOf(name);
  const links = new Map<string, RecordKey | null>();
  const foreign = new Map<string, Row>();
  for (const key of Object.keys(body)) {
    const value = body[key];
    const property = properties.get(key);
    if (property) {
      values[key] = readValue(property, value);
      continue;
    }
    const away = key.endsWith(bindSuffix) ? foreignLink(name, key.slice(0, -bindSuffix.length)) : undefined;
    if (away) {
      refuseSecond(away.property, key, foreign);
      foreign.set(away.property, foreignValues(away, value));
    } else if (key.endsWith(bindSuffix)) {
      addLink(name, key.slice(0, -bindSuffix.length), value, links);
    } else if (key.includes('@')) {
      continue;
    } else if (navigations.has(key)) {
      if (value !== null) {
        throw new ServiceError(
          'unsupported',
          `'${key}' cannot be created along with the record. Bind it: "${key}${bindSuffix}".`,
        );
      }
      addLink(name, key, null, links);
    } else throw unknown(name, key);
  }
  for (const property of links.keys()) refuseSecond(property, property, foreign);
  const all = Object.assign(values, ...foreign.values()) as Row;
  return { values: all, links: Object.fromEntries(links) };
}

function refuseSecond(property: string, called: string, bound: ReadonlyMap<string, unknown>): void {
  if (bound.has(property)) throw new ServiceError('bad-request', `The body binds '${called}' twice.`);
}

function readValue({ name: key, column }: Property, value: unknown): Scalar {
  if (column.kind === 'lookup') {
    throw new ServiceError(
      'read-only-property',
      `'${key}' is read-only. Bind it with "${column.targets[0]!.navigation}${bindSuffix}".`,
    );
  }
  if (column.readOnly)
    throw new ServiceError('read-only-property', `'${key}' is written by the service and cannot be set.`);
  const accepted = fieldValue(key, column, value);
  if (accepted === null && column.kind === 'id')
    throw new ServiceError('invalid-value', `${key} must be a GUID; got nothing.`);
  return accepted;
}

function addLink(name: EntityName, navigationName: string, value: unknown, links: Map<string, RecordKey | null>): void {
  const navigation = navigationsOf(name).get(navigationName);
  if (!navigation) {
    const known = [...navigationsOf(name).keys()].join(', ') || 'none';
    throw new ServiceError(
      'unknown-property',
      `${entity(name).set} has no navigation named '${navigationName}' (letter case matters). Known: ${known}.`,
    );
  }
  refuseSecond(navigation.property, navigationName, links);
  links.set(navigation.property, value === null ? null : target(navigation.name, navigation.target, value));
}

function target(navigation: string, expected: EntityName, value: unknown): RecordKey {
  const { set } = entity(expected);
  const example = `"/${set}(00000000-0000-0000-0000-000000000001)"`;
  if (typeof value !== 'string') {
    throw new ServiceError('invalid-value', `${navigation}${bindSuffix} must be null or a text like ${example}.`);
  }
  const key = readReference(value);
  if (key.entity !== expected) {
    throw new ServiceError(
      'invalid-value',
      `${navigation} leads to ${set}, so it must be bound like ${example}; got '${value}'.`,
    );
  }
  return key;
}

function unknown(name: EntityName, key: string): ServiceError {
  const { set, columns } = entity(name);
  const column = Object.hasOwn(columns, key) ? columns[key] : undefined;
  const hint =
    column?.kind === 'lookup' ? ` Bind the lookup with "${column.targets[0]!.navigation}${bindSuffix}".` : '';
  return new ServiceError(
    'unknown-property',
    `Invalid property '${key}' was found in the body: ${set} has no such property.${hint}`,
  );
}
