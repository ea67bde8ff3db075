import type { Among, Span } from '../domain/record-query';
import type { Scalar } from '../model/edm';
import type { Filter, Literal, Operand } from './filter';
import type { Property } from '../model/properties';

/** Longest text that is sent to storage in a condition: conditions travel in an address. */
const longestText = 256;

/** What of a filter storage can look for itself, and whether that is all of it. */
export interface PushedDown {
  equals: Record<string, Scalar>;
  between: Record<string, Span>;
  among?: Among;
  whole: boolean;
}

type Condition = { property: string } & (
  { kind: 'equals'; value: Scalar } | { kind: 'between'; span: Span } | { kind: 'among'; values: readonly Scalar[] }
);

/** The conditions that every match must meet: equal values, one of several values, and spans of texts and times. */
export function pushDown(filter: Filter): PushedDown {
  const parts = filter.kind === 'and' ? filter.parts : [filter];
  const equals = new Map<string, Scalar>();
  const between = new Map<string, Span>();
  let among: Among | undefined;
  let whole = true;
  for (const part of parts) {
    const condition = conditionIn(part);
    if (condition?.kind === 'equals' && !equals.has(condition.property)) {
      equals.set(condition.property, condition.value);
    } else if (condition?.kind === 'between') {
      between.set(condition.property, both(between.get(condition.property), condition.span));
    } else if (condition?.kind === 'among' && !among) {
      among = { property: condition.property, values: condition.values };
    } else whole = false;
  }
  const found = { equals: Object.fromEntries(equals), between: Object.fromEntries(between), whole };
  return among ? { ...found, among } : found;
}

function conditionIn(filter: Filter): Condition | undefined {
  if (filter.kind === 'text') {
    const { test, operand, part } = filter;
    if (test !== 'startswith' || operand.kind !== 'property' || part.kind !== 'literal') return undefined;
    return beginning(operand.property, part);
  }
  if (filter.kind === 'in') return oneOf(filter.operand, filter.list);
  if (filter.kind !== 'compare') return undefined;
  const { comparison, left, right } = filter;
  if (left.kind === 'property' && right.kind === 'literal') return compared(left.property, comparison, right);
  if (left.kind === 'literal' && right.kind === 'property') return compared(right.property, mirrored[comparison], left);
  return undefined;
}

/** One of several values, each of which storage could look for. */
function oneOf(operand: Operand, list: readonly Literal[]): Condition | undefined {
  if (operand.kind !== 'property') return undefined;
  const found = list.map((literal) => compared(operand.property, 'eq', literal));
  const values = found.flatMap((each) => (each?.kind === 'equals' && each.value !== null ? [each.value] : []));
  return values.length === list.length ? { kind: 'among', property: operand.property.name, values } : undefined;
}

const mirrored = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' } as const;

function compared(
  { name: property, column }: Property,
  comparison: keyof typeof mirrored,
  { value }: Literal,
): Condition | undefined {
  if (comparison === 'ne' || column.computedFrom) return undefined;
  // Storage cannot look for what is absent, but whoever reads it knows that duplicates of alerts need not be read.
  if (value === null) return comparison === 'eq' ? { kind: 'equals', property, value } : undefined;
  if (column.kind === 'datetime') {
    return Number(value) < lastTime
      ? { kind: 'between', property, span: timeSpan[comparison](Number(value)) }
      : undefined;
  }
  if (comparison !== 'eq') return undefined;
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
    case 'boolean':
      return { kind: 'equals', property, value };
    case 'string':
      return isSendable(value) ? { kind: 'equals', property, value } : undefined;
    case 'integer':
    case 'choice':
      // Anything else equals no stored whole number, and storage would refuse it.
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31
        ? { kind: 'equals', property, value }
        : undefined;
    // Storage holds these in forms that a condition may miss: several pieces, fractions.
    case 'memo':
    case 'decimal':
      return undefined;
  }
}

/** Years of more than four digits would not sort as texts. */
const lastTime = Date.parse('9999-12-31T23:59:59.999Z');

const iso = (time: number) => new Date(time).toISOString();

/** Times have milliseconds, so the one after `le` is the first that is excluded. */
const timeSpan: Readonly<Record<'eq' | 'gt' | 'ge' | 'lt' | 'le', (time: number) => Span>> = {
  eq: (time) => ({ from: iso(time), to: iso(time + 1) }),
  gt: (time) => ({ from: iso(time + 1) }),
  ge: (time) => ({ from: iso(time) }),
  lt: (time) => ({ to: iso(time) }),
  le: (time) => ({ to: iso(time + 1) }),
};

/** Texts that begin with `Con` lie between `Con` and `Coo`. */
function beginning({ name: property, column }: Property, { value }: Literal): Condition | undefined {
  if (column.kind !== 'string' || column.computedFrom || !isSendable(value) || value === '') return undefined;
  const last = value.charCodeAt(value.length - 1);
  // Beyond lie the halves of surrogate pairs, which cannot be sent.
  if (last >= 0xd7ff) return undefined;
  const to = value.slice(0, -1) + String.fromCharCode(last + 1);
  return isSendable(to) ? { kind: 'between', property, span: { from: value, to } } : undefined;
}

function both(one: Span = {}, other: Span): Span {
  const from = [one.from, other.from]
    .filter((text) => text !== undefined)
    .toSorted(byCodeUnits)
    .at(-1);
  const to = [one.to, other.to]
    .filter((text) => text !== undefined)
    .toSorted(byCodeUnits)
    .at(0);
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

const byCodeUnits = (a: string, b: string) => (a < b ? -1 : Number(a > b));

function isSendable(value: Scalar): value is string {
  return typeof value === 'string' && value.length <= longestText && !/\p{Cc}|\p{Cs}/u.test(value);
}
