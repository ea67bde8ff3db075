import fc from 'fast-check';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { makeId, shardCount, shardOf } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';
import { entity } from '../../shared/model/entities';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import type { ListRequest, RecordStore } from '../../shared/ports/record-store';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

const day = 86_400_000;
const start = Date.UTC(2026, 10, 21);
const iso = (time: number) => new Date(time).toISOString();

/* Names that tempt a store to fold letter case, to compare by language, or to trip over quotes and odd letters. */
const accountNames = ['Con', 'Contoso', 'Conwy', 'Coo', 'Con\uffee', 'con', "Con'", 'Co', 'Çon', 'Con 𝄞', 'Fabrikam'];

describe.each<{ which: string; open: () => RecordStore }>([
  { which: 'memory', open: memoryRecordStore },
  { which: 'Table Storage', open: () => tableRecordStore(openTables({ connectionString: azurite.connectionString })) },
])('records in $which', ({ open }) => {
  let store: RecordStore;
  beforeAll(async () => {
    store = open();
    for (const [i, name] of accountNames.entries()) {
      const id = makeId({ time: start + i, shard: shardOf(name), seed: name });
      await store.insert('account', { accountid: id, name, createdon: iso(start + i) });
    }
    await store.insert('account', {
      accountid: 'c0ffee00-0000-4000-8000-000000000001',
      name: 'Chosen',
      createdon: iso(start),
    });
    await store.insert('account', { accountid: 'c0ffee00-0000-4000-8000-000000000002', description: 'no name' });
    // Alerts of ten days; each was written up to six days after the hub took it.
    for (let i = 0; i < 10; i += 1) {
      const id = makeId({ time: start + i * day, shard: i % shardCount, seed: `alert ${i}` });
      await store.insert('msdyn_iotalert', {
        msdyn_iotalertid: id,
        msdyn_description: `Alert ${i}`,
        msdyn_alertdata: '{}',
        createdon: iso(start + i * day + (i % 3) * 3 * day),
      });
    }
    // Callers may choose the id of an alert, too.
    await store.insert('msdyn_iotalert', {
      msdyn_iotalertid: 'c0ffee00-0000-4000-8000-00000000000a',
      msdyn_description: 'Chosen',
      createdon: iso(start + 5 * day),
    });
  });

  const found = async (name: 'account' | 'msdyn_iotalert', request: Omit<ListRequest, 'limit'>) => {
    const { records, next } = await store.list(name, { limit: 100, ...request });
    expect(next).toBeUndefined();
    return records.map(({ row }) => row[entity(name).primaryName]);
  };

  test.each<{ which: string; span: { from?: string; to?: string }; expected: string[] }>([
    {
      which: 'from a text up to another',
      span: { from: 'Con', to: 'Coo' },
      expected: ['Con 𝄞', "Con'", 'Con\uffee', 'Conwy', 'Contoso', 'Con'],
    },
    { which: 'from a text on', span: { from: 'Fa' }, expected: ['Fabrikam', 'Çon', 'con'] },
    { which: 'up to a text', span: { to: 'Con' }, expected: ['Co', 'Chosen'] },
    { which: 'with a quote in it', span: { from: "Con'", to: "Con'z" }, expected: ["Con'"] },
    { which: 'without room', span: { from: 'Con', to: 'Con' }, expected: [] },
  ])('lie in a span $which, by code units, those without a value in none', async ({ span, expected }) => {
    expect(await found('account', { between: { name: span } })).toEqual(expected);
  });

  test('that were created in a span are found, whether their ids hold a time or not', async () => {
    const early = { createdon: { to: iso(start + 2) } };
    expect(await found('account', { between: early })).toEqual(['Contoso', 'Con', 'Chosen']);
    const late = { createdon: { from: iso(start + accountNames.length - 1) } };
    expect(await found('account', { between: late })).toEqual(['Fabrikam']);
    const same = { createdon: { from: iso(start), to: iso(start + 1) } };
    expect(await found('account', { between: same })).toEqual(['Con', 'Chosen']);
  });

  test('that were written days after the time in their ids are found by when they were written', async () => {
    const written = (i: number) => start + i * day + (i % 3) * 3 * day;
    for (const from of [start, start + 5 * day, start + 9 * day]) {
      const to = from + 4 * day;
      const expected = Array.from({ length: 10 }, (_, i) => 9 - i).filter((i) => written(i) >= from && written(i) < to);
      const between = { createdon: { from: iso(from), to: iso(to) } };
      const chosen = start + 5 * day >= from && start + 5 * day < to ? ['Chosen'] : [];
      expect(await found('msdyn_iotalert', { between })).toEqual([...expected.map((i) => `Alert ${i}`), ...chosen]);
    }
  });

  test('come page by page through a span and past it, to those whose ids hold no time', async () => {
    const request = { between: { createdon: { from: iso(start + 4 * day) } }, limit: 2 };
    const names: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await store.list('msdyn_iotalert', { ...request, ...(after && { after }) });
      names.push(...page.records.map(({ row }) => row['msdyn_description']));
      after = page.next;
    } while (after !== undefined && names.length < 50);
    expect(names).toEqual([...[9, 8, 7, 6, 5, 4, 2, 1].map((i) => `Alert ${i}`), 'Chosen']);
  });

  test('come page by page through a span', async () => {
    const request = { between: { createdon: { to: iso(start + 4) } }, limit: 2 };
    const names: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await store.list('account', { ...request, ...(after && { after }) });
      names.push(...page.records.map(({ row }) => row.name));
      after = page.next;
    } while (after !== undefined && names.length < 50);
    expect(names).toEqual(['Coo', 'Conwy', 'Contoso', 'Con', 'Chosen']);
  });

  test('bring the properties that are needed, their key and an ETag that can be used', async () => {
    const request = { equals: { name: 'Fabrikam' }, properties: ['name'] };
    const { records } = await store.list('account', { limit: 1, ...request });
    const { row, etag } = records[0]!;
    expect(row).toMatchObject({ name: 'Fabrikam', accountid: expect.any(String) as string });
    expect(row).not.toHaveProperty('createdon');
    expect(await store.get('account', String(row.accountid))).toMatchObject({ etag });
    const whole: Row = (await store.get('account', String(row.accountid)))!.row;
    expect(await store.replace('account', whole, etag)).toMatchObject({ kind: 'replaced' });
  });

  test('bring a long text whole when it is needed', async () => {
    const body = `x${'ab𝄞'.repeat(20_000)}`;
    const id = makeId({ time: start, shard: 1, seed: 'parked' });
    await store.insert('ccs_parkedmessage', { ccs_parkedmessageid: id, ccs_body: body, ccs_detail: 'd' });
    const { records } = await store.list('ccs_parkedmessage', { limit: 1, properties: ['ccs_body'] });
    expect(records[0]!.row.ccs_body === body).toBe(true);
    expect(records[0]!.row).not.toHaveProperty('ccs_detail');
  });

  test('with one of several values are found, also among more values than storage takes', async () => {
    const among = (values: string[]) => ({ among: { property: 'name', values } });
    expect(await found('account', among(['Coo', "Con'", 'Nobody', 'con']))).toEqual(["Con'", 'con', 'Coo']);
    expect(await found('account', among([]))).toEqual([]);
    const many = Array.from({ length: 40 }, (_, i) => `Nobody ${i}`);
    expect(await found('account', among([...many, 'Contoso']))).toEqual(['Contoso']);
    const both = { ...among([...many.slice(0, 9), 'Contoso']), equals: { createdon: iso(start + 1) } };
    expect(await found('account', both)).toEqual(['Contoso']);
    expect(await found('account', { ...both, equals: { createdon: iso(start) } })).toEqual([]);
  });

  test('more conditions than storage takes are all met', async () => {
    const equals = Object.fromEntries(
      ['accountnumber', 'telephone1', 'emailaddress1', 'websiteurl', 'address1_line1', 'address1_city'].map((key) => [
        key,
        'same',
      ]),
    );
    const id = makeId({ time: start + day, shard: 2, seed: 'same' });
    await store.insert('account', { accountid: id, name: 'Same', createdon: iso(start + day), ...equals });
    const spans = {
      address1_postalcode: { from: 'a' },
      address1_country: { from: 'a', to: 'b' },
      description: { from: 'a' },
    };
    expect(await found('account', { equals, between: { name: { from: 'S', to: 'T' } } })).toEqual(['Same']);
    expect(await found('account', { equals, between: { ...spans, name: { from: 'S', to: 'T' } } })).toEqual([]);
  });

  test('include those that every store has, once, also after a change', async () => {
    const roles = async () => (await store.list('connectionrole', { limit: 10 })).records;
    expect((await roles()).map(({ row }) => row)).toEqual([
      { connectionroleid: connectedDeviceRole, name: 'Connected Device', statecode: 0, statuscode: 1 },
    ]);
    const [{ row, etag }] = (await roles()) as [{ row: Row; etag: string }];
    await store.replace('connectionrole', { ...row, description: 'changed' }, etag);
    expect((await store.get('connectionrole', connectedDeviceRole))?.row.description).toBe('changed');
  });
});

describe.each<{ which: string; open: () => RecordStore }>([
  { which: 'memory', open: memoryRecordStore },
  { which: 'Table Storage', open: () => tableRecordStore(openTables({ connectionString: azurite.connectionString })) },
])('whatever is asked of records in $which', ({ open }) => {
  const name = 'msdyn_workorder';
  let store: RecordStore;
  let rows: Row[];
  beforeAll(async () => {
    store = open();
    const made = Array.from({ length: 90 }, (_, i): Row => ({
      msdyn_workorderid: makeId({ time: start + Math.floor(i / 3), shard: (i * 7) % shardCount, seed: `order ${i}` }),
      msdyn_name: `Order ${i}`,
      statecode: i % 2,
      ...(i % 3 === 0 ? {} : { msdyn_workordersummary: 'abc'[i % 3]! }),
    }));
    await Promise.all(made.map((row) => store.insert(name, row)));
    rows = (await store.list(name, { limit: 1000 })).records.map(({ row }) => row);
    expect(rows).toHaveLength(made.length);
  });

  const asked = fc.record({
    equals: fc.record(
      { statecode: fc.constantFrom(0, 1), msdyn_workordersummary: fc.constantFrom(null, 'b', 'c', 'x') },
      { requiredKeys: [] },
    ),
    among: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 95 }), { maxLength: 70 }), { nil: undefined }),
    part: fc.constantFrom(undefined, '1', '7', '89', 'nothing'),
    limit: fc.integer({ min: 1, max: 12 }),
    examine: fc.constantFrom(undefined, 1, 5, 40),
  });

  test('pages bring every record that passes once, in order, and look at no more than they may', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ equals, among, part, limit, examine }) => {
        const values = among?.map((i) => `Order ${i}`);
        const holds = (row: Row) => String(row['msdyn_name']).includes(part ?? '');
        const expected = rows.filter(
          (row) =>
            Object.entries(equals).every(([key, value]) => (row[key] ?? null) === value) &&
            (values?.includes(String(row['msdyn_name'])) ?? true) &&
            holds(row),
        );
        const request: ListRequest = {
          equals,
          limit,
          ...(values && { among: { property: 'msdyn_name', values } }),
          ...(part !== undefined && { matches: { looksAt: ['msdyn_name'], holds } }),
          ...(examine !== undefined && { examine }),
        };
        const found: Row[] = [];
        let after: string | undefined;
        do {
          const page = await store.list(name, { ...request, ...(after !== undefined && { after }) });
          expect(page.records.length).toBeLessThanOrEqual(limit);
          expect(page.examined ?? 0).toBeLessThanOrEqual(examine ?? Infinity);
          found.push(...page.records.map(({ row }) => row));
          expect(page.next).not.toBe(after ?? null);
          after = page.next;
        } while (after !== undefined);
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

test('a store that is opened again leaves the records that every store has as they are', async () => {
  const again = () => tableRecordStore(openTables({ connectionString: azurite.connectionString }));
  const first = (await again().get('connectionrole', connectedDeviceRole))!;
  await again().replace('connectionrole', { ...first.row, description: 'mine' }, first.etag);
  expect((await again().get('connectionrole', connectedDeviceRole))?.row.description).toBe('mine');
});
