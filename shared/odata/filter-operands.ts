import { ServiceError } from '../domain/errors';
import type { Column } from '../model/edm';
import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import { navigationsOf, propertiesOf } from '../model/properties';
import type { Operand, ValueKind } from './filter';
import type { Token } from './filter-tokens';

/** A property, or a lookup by its navigation: `msdyn_Account/accountid` and `msdyn_Account` mean `_msdyn_account_value`. */
export function operandNamed(name: EntityName, token: Token): Operand {
  const [first = '', second, ...more] = token.text.split('/');
  const navigation = navigationsOf(name).get(first);
  const leadsToKey =
    navigation && (second === undefined || second === entity(navigation.target).key) && more.length === 0;
  const property = propertiesOf(name).get(leadsToKey ? navigation.property : token.text);
  if (property) return { kind: 'property', property };
  if (navigation) {
    const key = entity(navigation.target).key;
    throw new ServiceError(
      'unsupported',
      `$filter: of ${first} only ${first}/${key} can be asked for, not '${token.text}'.`,
    );
  }
  throw new ServiceError(
    'unknown-property',
    `$filter: could not find a property named '${token.text}' on ${entity(name).set} (at character ${token.at}).`,
  );
}

/** What kind of value an operand has. */
export function kindOf(operand: Operand): ValueKind {
  switch (operand.kind) {
    case 'literal':
      return operand.type;
    case 'property':
      return kindOfColumn(operand.property.column);
    case 'changed-case':
      return 'text';
  }
}

function kindOfColumn(column: Column): ValueKind {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return 'guid';
    case 'string':
    case 'memo':
      return 'text';
    case 'integer':
    case 'decimal':
    case 'choice':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'datetime':
      return 'time';
  }
}

const howToWrite: Readonly<Record<ValueKind, string>> = {
  text: "a text in single quotes, 'like this'",
  number: 'a number without quotes',
  boolean: 'true or false',
  guid: 'a GUID without quotes',
  time: 'a date or time without quotes, like 2026-11-21T04:14:50Z',
  null: 'null',
};

/** Refuses to compare values of different kinds; null goes with all. */
export function checkKinds(left: Operand, right: Operand, token: Token): void {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === b || a === 'null' || b === 'null') return;
  const what =
    left.kind === 'property' ? `${left.property.name} takes ${howToWrite[a]}` : `a ${a} cannot be compared with a ${b}`;
  throw mismatch(token, what);
}

/** The error for a value of the wrong kind. */
export function mismatch({ at, text }: Token, what: string): ServiceError {
  return new ServiceError('bad-request', `$filter: ${what}; got ${text} (at character ${at}).`);
}

/** The error for a token that does not fit here. */
export function unexpected({ at, text }: Token, expected: string): ServiceError {
  return new ServiceError('bad-request', `$filter: expected ${expected}, got ${text} (at character ${at}).`);
}
