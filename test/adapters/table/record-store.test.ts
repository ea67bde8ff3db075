import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TableClient } from '@azure/data-tables';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { boundedCalls } from '../../../shared/adapters/table/bounded-calls';
import { fromEntity, toEntity } from '../../../shared/adapters/table/row';
import { tableRecordStore } from '../../../shared/adapters/table/record-store';
import { openTables } from '../../../shared/adapters/table/tables';
import type { Tables } from '../../../shared/adapters/table/tables';
import { makeId, shardCount, shardOf } from '../../../shared/domain/ids';
import type { Row } from '../../../shared/model/edm';
import type { RecordStore, Write } from '../../../shared/ports/record-store';

let counter = 0;
const nextId = (shard?: number) => {
  counter += 1;
  const seed = `row ${counter}`;
  return makeId({ time: Date.UTC(2026, 10, 21) + counter, shard: shard ?? shardOf(seed), seed });
};
const device = (deviceId: string): Row => ({ msdyn_iotdeviceid: nextId(), msdyn_name: 'T', msdyn_deviceid: deviceId });

const account = (accountid: string, description = 'x'): Write => ({
  entity: 'account',
  row: { accountid, description },
});

describe('on Azurite', () => {
  let azurite: Azurite;
  let tables: Tables;
  let store: RecordStore;
  const requests: string[] = [];

  beforeAll(async () => {
    azurite = await startAzurite();
    const opened = openTables({ connectionString: azurite.connectionString });
    const counted = new Map<string, Promise<TableClient>>();
    const count = async (table: string) => {
      const client = await opened.client(table);
      client.pipeline.addPolicy({
        name: 'count',
        sendRequest: async (request, next) => {
          requests.push(`${request.method} ${request.url}`);
          return next(request);
        },
      });
      return client;
    };
    tables = {
      client: async (table) => {
        const client = counted.get(table) ?? count(table);
        counted.set(table, client);
        return client;
      },
    };
    store = tableRecordStore(tables);
  });
  afterAll(async () => {
    await azurite.stop();
  });

  async function requestsOf(call: () => Promise<unknown>): Promise<number> {
    const before = requests.length;
    await call();
    return requests.length - before;
  }

  test('each common call costs as many storage requests as it must', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ accountid: nextId(i % shardCount), name: 'x' }));
    await Promise.all(rows.map((row) => store.insert('account', row)));
    const found = (await store.get('account', rows[0]!.accountid))!;
    const smt = device('smt-count');

    expect(await requestsOf(() => store.get('account', rows[0]!.accountid))).toBe(1);
    expect(await requestsOf(() => store.get('account', nextId()))).toBe(1);
    expect(await requestsOf(() => store.insert('account', { accountid: nextId(), name: 'x' }))).toBe(1);
    expect(await requestsOf(() => store.replace('account', found.row, found.etag))).toBe(1);
    expect(await requestsOf(() => store.list('account', { limit: 50 }))).toBe(shardCount);
    expect(await requestsOf(() => store.insert('msdyn_iotdevice', smt))).toBe(3);
    expect(await requestsOf(() => store.getByAlternateKey('msdyn_iotdevice', 'smt-count'))).toBe(2);
    const { etag } = (await store.get('msdyn_iotdevice', String(smt.msdyn_iotdeviceid)))!;
    expect(await requestsOf(() => store.replace('msdyn_iotdevice', { ...smt, msdyn_name: 'U' }, etag))).toBe(2);
  });

  /** What a process that ended at the worst moment leaves: an index row, pointing to this record. */
  async function leaveIndexRow(deviceId: string, id: string) {
    const client = await tables.client('devices');
    const partitionKey = shardOf(deviceId).toString(16).padStart(2, '0');
    await client.upsertEntity({ partitionKey, rowKey: `KR-${deviceId}`, id }, 'Replace');
  }

  test('a device id claimed for a record that was never written is free', async () => {
    await leaveIndexRow('crashed-1', nextId());
    expect(await store.getByAlternateKey('msdyn_iotdevice', 'crashed-1')).toBeUndefined();
    const row = device('crashed-1');
    expect(await store.insert('msdyn_iotdevice', row)).toMatchObject({ kind: 'inserted' });
    expect((await store.getByAlternateKey('msdyn_iotdevice', 'crashed-1'))?.row).toEqual(row);
  });

  test('a device id claimed for a record that has another one is free', async () => {
    const other = device('mine');
    await store.insert('msdyn_iotdevice', other);
    await leaveIndexRow('crashed-2', String(other.msdyn_iotdeviceid));
    expect(await store.getByAlternateKey('msdyn_iotdevice', 'crashed-2')).toBeUndefined();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => store.insert('msdyn_iotdevice', device('crashed-2'))),
    );
    expect(results.filter(({ kind }) => kind === 'inserted')).toHaveLength(1);
    expect((await store.getByAlternateKey('msdyn_iotdevice', 'mine'))?.row).toEqual(other);
  });

  test('an insert that was cut off after its claim can be repeated with the same id', async () => {
    const row = device('crashed-3');
    await leaveIndexRow('crashed-3', String(row.msdyn_iotdeviceid));
    expect(await store.insert('msdyn_iotdevice', row)).toMatchObject({ kind: 'inserted' });
    expect(await store.insert('msdyn_iotdevice', row)).toEqual({ kind: 'exists', property: 'msdyn_iotdeviceid' });
  });

  test.each<{ which: string; writes: () => Write[] }>([
    { which: 'of no records', writes: () => [] },
    { which: 'in two partitions', writes: () => [0, 1].map((shard) => account(nextId(shard))) },
    {
      which: 'of two tables',
      writes: () => [
        account(nextId(0)),
        { entity: 'msdyn_customerasset', row: { msdyn_customerassetid: nextId(0), msdyn_name: 'x' } },
      ],
    },
    { which: 'of a device', writes: () => [{ entity: 'msdyn_iotdevice', row: device('apart') }] },
    {
      which: 'of a device whose Device ID changes',
      writes: () => {
        const [row, before] = [device('after'), device('before')];
        return [{ entity: 'msdyn_iotdevice', row, before, etag: 'W/"202611210000000000000"' }];
      },
    },
    { which: 'of 101 records', writes: () => Array.from({ length: 101 }, () => account(nextId(0))) },
    {
      which: 'of very long records',
      writes: () => Array.from({ length: 40 }, () => account(nextId(0), 'x'.repeat(20_000))),
    },
  ])('writes $which do not fit in one transaction', async ({ writes }) => {
    const before = requests.length;
    expect(await store.writeTogether(writes())).toEqual({ kind: 'apart' });
    expect(requests.length).toBe(before);
  });

  test('a removed device leaves no index row behind', async () => {
    const row = device('leaving');
    const made = await store.insert('msdyn_iotdevice', row);
    await store.remove('msdyn_iotdevice', String(row.msdyn_iotdeviceid), made.kind === 'inserted' ? made.etag : '');
    const left: string[] = [];
    const client = await tables.client('devices');
    for await (const { rowKey } of client.listEntities<{ rowKey: string }>()) left.push(rowKey);
    expect(left.filter((rowKey) => rowKey.endsWith('leaving'))).toEqual([]);
  });

  test('ETags of this storage lead back to it', async () => {
    const client = await tables.client('accounts');
    const id = nextId();
    await store.insert('account', { accountid: id, name: 'x' });
    const { etag } = (await store.get('account', id))!;
    for await (const row of client.listEntities<{ accountid: string }>({
      queryOptions: { filter: `accountid eq '${id}'` },
    })) {
      expect(row.etag).toMatch(/^W\/"datetime'/);
    }
    expect(await store.replace('account', { accountid: id, name: 'y' }, etag)).toMatchObject({ kind: 'replaced' });
  });
});

describe('rows', () => {
  const place = { partitionKey: '00', rowKey: 'A-1' };

  test('are written by the kinds of their columns, without nulls', () => {
    const row: Row = {
      msdyn_iotalertid: nextId(),
      ccs_reading: 113,
      ccs_duplicatecount: 2,
      msdyn_alerttime: '2026-11-21T04:00:00.000Z',
      _msdyn_device_value: null,
    };
    expect(toEntity('msdyn_iotalert', row, place)).toEqual({
      ...place,
      msdyn_iotalertid: row.msdyn_iotalertid,
      ccs_reading: { type: 'Double', value: '113' },
      ccs_duplicatecount: 2,
      msdyn_alerttime: '2026-11-21T04:00:00.000Z',
    });
  });

  test('with a property that the model does not know are a fault when written, and passed over when read', () => {
    expect(() => toEntity('account', { nam: 'x' }, place)).toThrow('account has no property nam');
    expect(fromEntity('account', { ...place, name: 'x', nam: 'y', etag: 'z' })).toEqual({ name: 'x' });
  });

  test('hold long texts in pieces that tear no surrogate pair', () => {
    const text = `x${'𝄞'.repeat(40_000)}`;
    const stored = toEntity('ccs_parkedmessage', { ccs_body: text }, place);
    const pieces = Object.values(stored).slice(2).map(String);
    expect(pieces).toHaveLength(3);
    for (const piece of pieces)
      expect([piece.length <= 32_768, Buffer.from(piece).toString() === piece]).toEqual([true, true]);
    expect(fromEntity('ccs_parkedmessage', stored).ccs_body === text).toBe(true);
  });
});

describe('on a table service that', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** A store on a service of the test's making; retries are the client's own. */
  async function storeOn(listener: Parameters<typeof createServer>[1], timeout?: number): Promise<RecordStore> {
    server = createServer(listener as () => void).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = TableClient.fromConnectionString(
      `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:${port}/a;`,
      'accounts',
      { allowInsecureConnection: true, retryOptions: { maxRetries: 1, retryDelayInMs: 1 } },
    );
    client.pipeline.addPolicy(boundedCalls(timeout));
    return tableRecordStore({ client: async () => client });
  }

  test('never answers, a call ends in time', async () => {
    const store = await storeOn(() => {}, 100);
    const calls = [store.get('account', nextId()), store.list('account', { limit: 1 })];
    const unavailable = { code: 'storage-unavailable', cause: expect.anything() as unknown };
    await Promise.all(calls.map(async (call) => expect(call).rejects.toMatchObject(unavailable)));
  });

  test.each([
    { which: 'is busy', status: 503, code: 'storage-unavailable' },
    { which: 'fails', status: 500, code: 'storage-unavailable' },
    { which: 'throttles', status: 429, code: 'storage-unavailable' },
  ])('$which, a call says so', async ({ status, code }) => {
    const store = await storeOn((_request, response) => response.writeHead(status).end());
    await expect(store.get('account', nextId())).rejects.toMatchObject({ code });
    await expect(store.insert('account', { accountid: nextId(), name: 'x' })).rejects.toMatchObject({ code });
    await expect(store.list('account', { limit: 1 })).rejects.toMatchObject({ code });
  });

  test('refuses a request, the error stays what it is: a fault of ours', async () => {
    const store = await storeOn((_request, response) => response.writeHead(400).end());
    await expect(store.get('account', nextId())).rejects.toMatchObject({ name: 'RestError', statusCode: 400 });
  });

  test('drops the connection, a call says so', async () => {
    const store = await storeOn((request) => request.socket.destroy());
    await expect(store.get('account', nextId())).rejects.toMatchObject({ code: 'storage-unavailable' });
  });

  test('sends empty pages on the way, as Azure may, still gives everything in order', async () => {
    const rows = Array.from({ length: 3 }, () => nextId(2)).toReversed();
    const store = await storeOn((request, response) => {
      const query = new URL(request.url!, 'http://x').searchParams;
      const inShard = query.get('$filter')!.includes("PartitionKey eq '02'");
      const at = Number(query.get('NextRowKey') ?? 0);
      // Every second page is empty, and one row is all that a page holds.
      const row = inShard && at % 2 === 1 ? rows[(at - 1) / 2] : undefined;
      const last = at === (inShard ? rows.length * 2 : 1);
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(!last && { 'x-ms-continuation-NextPartitionKey': 'p', 'x-ms-continuation-NextRowKey': String(at + 1) }),
      });
      const etag = `W/"datetime'2026-11-21T04%3A14%3A50.12Z'"`;
      const value = row
        ? [{ 'odata.etag': etag, PartitionKey: '02', RowKey: `R-${rows.indexOf(row)}`, accountid: row }]
        : [];
      response.end(JSON.stringify({ value }));
    });
    const page = await store.list('account', { limit: 10 });
    expect(page.records.map(({ row }) => row.accountid)).toEqual(rows);
    expect(page.next).toBeUndefined();
    expect(page.records[0]!.etag).toBe('W/"2026112104145012"');
  });
});
