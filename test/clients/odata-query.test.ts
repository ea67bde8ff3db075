import fc from 'fast-check';
import buildQuery, { guid } from 'odata-query';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { makeId, shardCount } from '../../shared/domain/ids';
import type { Device } from '../../shared/model/entities';
import type { RecordStore } from '../../shared/ports/record-store';
import { openWebApi } from '../kit/web-api';
import { serve } from '../kit/http-server';
import type { TestServer } from '../kit/http-server';

const start = Date.UTC(2026, 10, 21);
const iso = (time: number) => new Date(time).toISOString();
const accounts = [1, 2, 3].map((i) => `c0ffee00-0000-4000-8000-00000000000${i}`);
const texts = ['Pump', 'pump', "O'Neil", 'Pump 2', 'Ünïcode', '100% & more', 'a,b', '(x)', 'Con', 'Contoso', 'Coo'];
const times = [0, 1, 60_000, 3_600_000].map((more) => iso(start + more));

/** Forty devices whose values repeat, some of them without. */
const rows: Device[] = Array.from({ length: 40 }, (_, i) => ({
  msdyn_iotdeviceid: makeId({ time: start + i, shard: i % shardCount, seed: `device ${i}` }),
  msdyn_name: texts[i % texts.length]!,
  msdyn_timezone: i % 5 === 0 ? null : (i % 7) - 3,
  msdyn_connectionstate: i % 3 === 0,
  msdyn_registrationstatus: i % 4 === 0 ? null : 192350000 + (i % 5),
  _msdyn_account_value: accounts[i % 4] ?? null,
  msdyn_lastactivitytime: times[i % 6] ?? null,
  msdyn_tags: i % 2 === 0 ? null : `{"floor":"${i % 3}"}`,
  createdon: iso(start + i * 1000),
}));

/** A filter for `odata-query`, and what it means in plain JavaScript. */
interface Condition {
  filter: object;
  holds(row: Device): boolean;
}

type Column = keyof Device;
const orders = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;

function compare(operator: (typeof orders)[number], left: string | number, right: string | number): boolean {
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
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

/** A comparison of a column with a value, as `odata-query` takes it; nothing is in order with a missing value. */
function comparing(column: Column, values: readonly (string | number)[], wrap: (value: string | number) => unknown) {
  return fc
    .record({ operator: fc.constantFrom(...orders), value: fc.constantFrom(...values) })
    .map(({ operator, value }): Condition => ({
      filter: { [column]: { [operator]: wrap(value) } },
      holds: (row) => {
        const held = row[column] ?? null;
        return held === null ? operator === 'ne' : compare(operator, held as string | number, value);
      },
    }));
}

function among(column: Column, values: readonly (string | number)[], wrap: (value: string | number) => unknown) {
  return fc.subarray([...values], { minLength: 1 }).map((list): Condition => ({
    filter: { [column]: { in: list.map(wrap) } },
    holds: (row) => list.includes((row[column] ?? '?') as string | number),
  }));
}

const plain = (value: string | number) => value;
const asGuid = (value: string | number) => guid(String(value));
const asDate = (value: string | number) => new Date(value);

const text = fc
  .record({
    column: fc.constantFrom<Column>('msdyn_name', 'msdyn_tags'),
    test: fc.constantFrom('contains', 'startswith', 'endswith'),
    part: fc.constantFrom('P', 'p', 'Con', 'Coo', "'", 'so', '%', 'ü', 'x', '"', '1', 'ode'),
  })
  .map(({ column, test, part }): Condition => ({
    filter: { [column]: { [test]: part } },
    holds: (row) => {
      const held = row[column];
      if (typeof held !== 'string') return false;
      if (test === 'contains') return held.includes(part);
      return test === 'startswith' ? held.startsWith(part) : held.endsWith(part);
    },
  }));

const missing = fc
  .record({
    column: fc.constantFrom<Column>('msdyn_timezone', '_msdyn_account_value', 'msdyn_lastactivitytime', 'msdyn_tags'),
    operator: fc.constantFrom('eq', 'ne'),
  })
  .map(({ column, operator }): Condition => ({
    filter: { [column]: { [operator]: null } },
    holds: (row) => ((row[column] ?? null) === null) === (operator === 'eq'),
  }));

const flag = fc.boolean().map((value): Condition => ({
  filter: { msdyn_connectionstate: value },
  holds: (row) => row.msdyn_connectionstate === value,
}));

const one = fc.oneof(
  comparing('msdyn_name', texts, plain),
  comparing('msdyn_timezone', [-3, -1, 0, 2, 3.5], plain),
  comparing('msdyn_registrationstatus', [192350000, 192350003], plain),
  comparing('msdyn_lastactivitytime', times, asDate),
  comparing('createdon', [rows[10]!.createdon!, rows[30]!.createdon!], asDate),
  among('msdyn_name', texts, plain),
  among('msdyn_timezone', [-3, 0, 1], plain),
  among('_msdyn_account_value', accounts, asGuid),
  fc.constantFrom(...accounts).map((account): Condition => ({
    filter: { _msdyn_account_value: asGuid(account) },
    holds: (row) => row._msdyn_account_value === account,
  })),
  text,
  missing,
  flag,
);

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    one,
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((parts): Condition => ({
      filter: { and: parts.map(({ filter }) => filter) },
      holds: (row) => parts.every(({ holds }) => holds(row)),
    })),
    fc.array(tie('condition'), { minLength: 1, maxLength: 3 }).map((parts): Condition => ({
      filter: { or: parts.map(({ filter }) => filter) },
      holds: (row) => parts.some(({ holds }) => holds(row)),
    })),
    tie('condition').map((part): Condition => ({
      filter: { not: part.filter },
      holds: (row) => !part.holds(row),
    })),
  ),
}));

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

describe.each<{ which: string; runs: number; open: () => RecordStore }>([
  { which: 'memory', runs: 600, open: memoryRecordStore },
  {
    which: 'Table Storage',
    runs: 150,
    open: () => tableRecordStore(openTables({ connectionString: azurite.connectionString })),
  },
])('filters made by odata-query, over HTTP, on $which,', ({ runs, open }) => {
  let server: TestServer;
  beforeAll(async () => {
    const records = open();
    server = await serve(openWebApi(records).handle);
    for (const row of rows) await records.insert('msdyn_iotdevice', row);
  });
  afterAll(async () => {
    expect(server.faults).toEqual([]);
    await server.stop();
  });

  test('find what a plain JavaScript filter finds', async () => {
    const telling = new Set<string>();
    await fc.assert(
      fc.asyncProperty(condition, async ({ filter, holds }) => {
        const query = buildQuery({ filter, select: ['msdyn_name'] });
        const response = await fetch(`${server.url}msdyn_iotdevices${query}`);
        const json = (await response.json()) as { value?: Device[] };
        const found = json.value?.map((row) => row.msdyn_iotdeviceid);
        const expected = rows.filter(holds).map((row) => row.msdyn_iotdeviceid);
        expect({ query, found }).toEqual({ query, found: expected.toReversed() });
        if (expected.length > 0 && expected.length < rows.length) telling.add(query);
      }),
      { numRuns: runs },
    );
    // Filters that find nothing, or everything, would say little.
    expect(telling.size).toBeGreaterThan(runs / 4);
  });
});
