import fc from 'fast-check';
import { isAmong, isWithin } from '../../shared/domain/record-query';
import type { Row } from '../../shared/model/edm';
import { propertiesOf } from '../../shared/model/properties';
import type { Property } from '../../shared/model/properties';
import { meets } from '../../shared/odata/filter';
import type { CaseFunction, Comparison, Filter, Literal, Operand, TextFunction } from '../../shared/odata/filter';
import { parseFilter } from '../../shared/odata/filter-parser';
import { pushDown } from '../../shared/odata/push-down';

const name = 'msdyn_iotdevice';

/* Few values of each kind, so that comparisons often come out equal. */
const values = {
  text: ['', 'a', 'A', 'ab', "it's", "''", 'null', 'é🌡', '(x, y)'],
  number: [-1500, -1, 0, 1, 7, 192350000],
  boolean: [true, false],
  guid: ['00000000-0000-0000-0000-000000000001', 'c0ffee00-0000-4000-8000-00000000000a'],
  time: ['2026-11-21T04:00:00.000Z', '2026-11-21T04:00:00.001Z', '1999-12-31T00:00:00.000Z'],
} as const;
type Kind = keyof typeof values;

const columns: Record<Kind, string[]> = {
  text: ['msdyn_name', 'msdyn_deviceid', 'msdyn_tags'],
  number: ['msdyn_timezone', 'statecode'],
  boolean: ['msdyn_connectionstate'],
  guid: ['msdyn_iotdeviceid', '_msdyn_account_value'],
  time: ['createdon', 'msdyn_lastactivitytime'],
};
const kinds = Object.keys(values) as Kind[];
const property = (column: string): Property => propertiesOf(name).get(column)!;

const row: fc.Arbitrary<Row> = fc.record(
  Object.fromEntries(
    kinds.flatMap((kind) => columns[kind].map((column) => [column, fc.constantFrom(...values[kind], null, undefined)])),
  ),
);

const literal = (kind: Kind): fc.Arbitrary<Literal> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant<Literal>({ kind: 'literal', type: 'null', value: null }) },
    {
      weight: 9,
      arbitrary: fc.constantFrom(...values[kind]).map((value): Literal => ({
        kind: 'literal',
        type: kind,
        value: kind === 'time' ? Date.parse(String(value)) : value,
      })),
    },
  );
const changedCase = fc
  .tuple(
    fc.constantFrom<CaseFunction[]>('tolower', 'toupper'),
    fc.constantFrom(...columns.text),
    fc.constantFrom(...values.text),
    fc.boolean(),
  )
  .map(([change, column, value, isNested]): Operand => {
    const inner: Operand = isNested
      ? { kind: 'changed-case', change: 'toupper', operand: { kind: 'property', property: property(column) } }
      : { kind: 'literal', type: 'text', value };
    return { kind: 'changed-case', change, operand: inner };
  });
const operand = (kind: Kind): fc.Arbitrary<Operand> =>
  fc.oneof(
    literal(kind),
    fc.constantFrom(...columns[kind]).map((column): Operand => ({ kind: 'property', property: property(column) })),
    ...(kind === 'text' ? [changedCase] : []),
  );
const comparison = fc.constantFrom<Comparison>('eq', 'ne', 'gt', 'ge', 'lt', 'le');
const textFunction = fc.constantFrom<TextFunction>('contains', 'startswith', 'endswith');

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc
      .constantFrom(...kinds)
      .chain((kind) =>
        fc.record({ kind: fc.constant('compare' as const), comparison, left: operand(kind), right: operand(kind) }),
      ),
    fc.constantFrom(...kinds).chain((kind) =>
      fc.record({
        kind: fc.constant('in' as const),
        operand: operand(kind),
        list: fc.array(literal(kind), { minLength: 1, maxLength: 4 }),
      }),
    ),
    fc.record({
      kind: fc.constant('text' as const),
      test: textFunction,
      operand: operand('text'),
      part: operand('text'),
    }),
    fc.record({
      kind: fc.constant('flag' as const),
      operand: fc.constant<Operand>({ kind: 'property', property: property('msdyn_connectionstate') }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('filter') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('filter'), { minLength: 2, maxLength: 4 }),
    }),
  ),
}));

/** A filter as a client would write it. */
function print(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.map((part) => `(${print(part)})`).join(` ${filter.kind} `);
    case 'not':
      return `not (${print(filter.part)})`;
    case 'compare':
      return `${printOperand(filter.left)} ${filter.comparison} ${printOperand(filter.right)}`;
    case 'in':
      return `${printOperand(filter.operand)} in (${filter.list.map(printOperand).join(',')})`;
    case 'text':
      return `${filter.test}(${printOperand(filter.operand)}, ${printOperand(filter.part)})`;
    case 'flag':
      return printOperand(filter.operand);
  }
}

function printOperand(operand: Operand): string {
  if (operand.kind === 'property') return operand.property.name;
  if (operand.kind === 'changed-case') return `${operand.change}(${printOperand(operand.operand)})`;
  const { type, value } = operand;
  if (type === 'text') return `'${String(value).replaceAll("'", "''")}'`;
  return type === 'time' ? new Date(Number(value)).toISOString() : String(value);
}

test('a filter that is written out and read again is the same filter', () => {
  fc.assert(
    fc.property(filter, (original) => {
      expect(parseFilter(print(original), name)).toEqual(original);
    }),
    { numRuns: 1000 },
  );
});

test('a record meets a filter that was written out and read again as it meets the original', () => {
  fc.assert(
    fc.property(filter, fc.array(row, { minLength: 1, maxLength: 10 }), (original, rows) => {
      const read = parseFilter(print(original), name);
      for (const each of rows) expect(meets(read, each)).toBe(meets(original, each));
    }),
    { numRuns: 500 },
  );
});

test('what storage looks for leaves out no record that meets the filter, and lets in no other when it is the whole', () => {
  fc.assert(
    fc.property(filter, fc.array(row, { minLength: 1, maxLength: 10 }), (original, rows) => {
      const { equals, between, among, whole } = pushDown(original);
      for (const each of rows) {
        const found =
          Object.entries(equals).every(([key, value]) => (each[key] ?? null) === value) &&
          isAmong(among, each) &&
          Object.entries(between).every(([key, span]) => isWithin(span, each[key]));
        if (meets(original, each)) expect(found).toBe(true);
        if (whole) expect(found).toBe(meets(original, each));
      }
    }),
    { numRuns: 1000 },
  );
});

interface Pushed {
  equals?: Record<string, unknown>;
  between?: Record<string, unknown>;
  among?: unknown;
  whole: boolean;
}

test.each<{ which: string; text: string } & Pushed>([
  {
    which: 'a lookup',
    text: '_msdyn_account_value eq C0FFEE00-0000-4000-8000-00000000000A',
    equals: { _msdyn_account_value: 'c0ffee00-0000-4000-8000-00000000000a' },
    whole: true,
  },
  {
    which: 'several',
    text: "statecode eq 0 and msdyn_name eq 'x'",
    equals: { statecode: 0, msdyn_name: 'x' },
    whole: true,
  },
  { which: 'one of two', text: "statecode eq 0 and contains(msdyn_name,'x')", equals: { statecode: 0 }, whole: false },
  { which: 'neither of an or', text: 'statecode eq 0 or statecode eq 1', whole: false },
  { which: 'no value', text: '_msdyn_account_value eq null', equals: { _msdyn_account_value: null }, whole: true },
  { which: 'no comparison of order with null', text: 'createdon ge null', whole: false },
  { which: 'nothing that is not null', text: '_msdyn_account_value ne null', whole: false },
  {
    which: 'one of several values',
    text: "statecode eq 0 and msdyn_name in ('a','b')",
    equals: { statecode: 0 },
    among: { property: 'msdyn_name', values: ['a', 'b'] },
    whole: true,
  },
  { which: 'no list with null in it', text: "msdyn_name in ('a',null)", whole: false },
  { which: 'no list of times', text: 'createdon in (2026-01-01)', whole: false },
  {
    which: 'the first of two lists',
    text: "msdyn_name in ('a','b') and msdyn_deviceid in ('c')",
    among: { property: 'msdyn_name', values: ['a', 'b'] },
    whole: false,
  },
  { which: 'no text in small letters', text: "tolower(msdyn_name) eq 'x'", whole: false },
  { which: 'no beginning in small letters', text: "startswith(tolower(msdyn_name),'x')", whole: false },
  {
    which: 'a time',
    text: 'createdon eq 2026-01-01',
    between: { createdon: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.001Z' } },
    whole: true,
  },
  {
    which: 'the narrowest span of times',
    text: 'createdon ge 2026-01-01 and createdon lt 2026-03-01 and 2026-02-01 lt createdon and createdon le 2026-04-01',
    between: { createdon: { from: '2026-02-01T00:00:00.001Z', to: '2026-03-01T00:00:00.000Z' } },
    whole: true,
  },
  { which: 'no time that is the last', text: 'createdon le 9999-12-31T23:59:59.999Z', whole: false },
  { which: 'no time that is not this', text: 'createdon ne 2026-01-01', whole: false },
  {
    which: 'the beginning of a text',
    text: "startswith(msdyn_name,'Con')",
    between: { msdyn_name: { from: 'Con', to: 'Coo' } },
    whole: true,
  },
  { which: 'no empty beginning', text: "startswith(msdyn_name,'')", whole: false },
  { which: 'no beginning of a memo', text: "startswith(msdyn_tags,'{')", whole: false },
  { which: 'no end of a text', text: "endswith(msdyn_name,'n')", whole: false },
  { which: 'no memo', text: "msdyn_tags eq '{}'", whole: false },
  { which: 'no fraction', text: 'statecode eq 0.5', whole: false },
  { which: 'no endless text', text: `msdyn_name eq '${'x'.repeat(257)}'`, whole: false },
  {
    which: 'the first of two that differ',
    text: 'statecode eq 0 and statecode eq 1',
    equals: { statecode: 0 },
    whole: false,
  },
])('storage is asked for $which', ({ text, equals = {}, between = {}, among, whole }) => {
  expect(pushDown(parseFilter(text, name))).toEqual({ equals, between, whole, ...(among ? { among } : {}) });
});
