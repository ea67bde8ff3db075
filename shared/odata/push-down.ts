import type { Scalar } from '../model/edm';
import type { Filter } from './filter';

/** Longest text that is sent to storage in a condition: conditions travel in an address. */
const longestText = 256;

/** What of a filter storage can look for itself, and whether that is all of it. */
export interface PushedDown {
  equals: Record<string, Scalar>;
  whole: boolean;
}

/** The equality conditions that every match must meet. */
export function pushDown(filter: Filter): PushedDown {
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  const equals = new Map<string, Scalar>();
  let whole = true;
  for (const part of parts) {
    const condition = equality(part);
    if (condition && !equals.has(condition.property)) equals.set(condition.property, condition.value);
    else whole = false;
  }
  return { equals: Object.fromEntries(equals), whole };
}

function equality(filter: Filter): { property: string; value: Scalar } | undefined {
  if (filter.kind !== 'compare' || filter.comparison !== 'eq') return undefined;
  const { left, right } = filter;
  const operand = left.kind === 'property' ? left : right;
  const literal = left.kind === 'literal' ? left : right;
  if (operand.kind !== 'property' || literal.kind !== 'literal') return undefined;
  const { name: property, column } = operand.property;
  const { value } = literal;
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
    case 'boolean':
      return value === null ? undefined : { property, value };
    case 'string':
      return typeof value === 'string' && value.length <= longestText && isPrintable(value)
        ? { property, value }
        : undefined;
    case 'integer':
    case 'choice':
      // Anything else equals no stored whole number, and storage would refuse it.
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? { property, value } : undefined;
    // Storage holds these in forms that a condition may miss: several pieces, fractions, text of a time.
    case 'memo':
    case 'decimal':
    case 'datetime':
      return undefined;
  }
}

function isPrintable(text: string): boolean {
  return !/\p{Cc}|\p{Cs}/u.test(text);
}
