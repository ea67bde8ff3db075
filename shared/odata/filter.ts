import { comparable } from '../domain/record-query';
import type { Row, Scalar } from '../model/edm';
import type { Property } from '../model/properties';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type TextFunction = 'contains' | 'startswith' | 'endswith';
export type CaseFunction = 'tolower' | 'toupper';

/** What kind of value an operand has; only values of one kind can be compared, and null with every kind. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'guid' | 'time' | 'null';

/** A value as it stands in the filter; times in milliseconds, GUIDs in lower case. */
export interface Literal {
  kind: 'literal';
  type: ValueKind;
  value: Scalar;
}

export type Operand =
  Literal | { kind: 'property'; property: Property } | { kind: 'changed-case'; change: CaseFunction; operand: Operand };

/** A `$filter` whose names and types have been checked against the model. */
export type Filter =
  | { kind: 'and' | 'or'; parts: readonly Filter[] }
  | { kind: 'not'; part: Filter }
  | { kind: 'compare'; comparison: Comparison; left: Operand; right: Operand }
  | { kind: 'in'; operand: Operand; list: readonly Literal[] }
  | { kind: 'text'; test: TextFunction; operand: Operand; part: Operand }
  | { kind: 'flag'; operand: Operand };

/**
 * Whether a record meets a filter. Texts are compared by their code units, so letter case matters, but for `tolower` and
 * `toupper`, which know Unicode and no language. A comparison of order with null is false, and so is a text function on
 * null; null equals null, and is neither in small letters nor in capitals.
 */
export function meets(filter: Filter, row: Row): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => meets(part, row));
    case 'or':
      return filter.parts.some((part) => meets(part, row));
    case 'not':
      return !meets(filter.part, row);
    case 'compare':
      return compare(filter.comparison, valueOf(filter.left, row), valueOf(filter.right, row));
    case 'in': {
      const value = valueOf(filter.operand, row);
      return filter.list.some((literal) => literal.value === value);
    }
    case 'text':
      return testText(filter.test, valueOf(filter.operand, row), valueOf(filter.part, row));
    case 'flag':
      return valueOf(filter.operand, row) === true;
  }
}

/** Names of the properties that a filter looks at. */
export function propertiesIn(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.flatMap(propertiesIn);
    case 'not':
      return propertiesIn(filter.part);
    case 'compare':
      return [filter.left, filter.right].flatMap(nameIn);
    case 'text':
      return [filter.operand, filter.part].flatMap(nameIn);
    case 'in':
    case 'flag':
      return nameIn(filter.operand);
  }
}

function nameIn(operand: Operand): string[] {
  if (operand.kind === 'changed-case') return nameIn(operand.operand);
  return operand.kind === 'property' ? [operand.property.name] : [];
}

function valueOf(operand: Operand, row: Row): Scalar {
  switch (operand.kind) {
    case 'literal':
      return operand.value;
    case 'property':
      return comparable(operand.property.column, row[operand.property.name]);
    case 'changed-case':
      return changedCase(operand.change, valueOf(operand.operand, row));
  }
}

function changedCase(change: CaseFunction, text: Scalar): Scalar {
  if (typeof text !== 'string') return null;
  return change === 'tolower' ? text.toLowerCase() : text.toUpperCase();
}

function compare(comparison: Comparison, left: Scalar, right: Scalar): boolean {
  if (comparison === 'eq') return left === right;
  if (comparison === 'ne') return left !== right;
  if (left === null || right === null) return false;
  switch (comparison) {
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
  }
}

function testText(test: TextFunction, text: Scalar, part: Scalar): boolean {
  if (typeof text !== 'string' || typeof part !== 'string') return false;
  switch (test) {
    case 'contains':
      return text.includes(part);
    case 'startswith':
      return text.startsWith(part);
    case 'endswith':
      return text.endsWith(part);
  }
}
