import fc from 'fast-check';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { ServiceError } from '../../shared/domain/errors';
import type { RecordStore } from '../../shared/ports/record-store';
import { batchOf, sendBatch } from '../kit/batch';
import type { Inner, Reply } from '../kit/batch';
import { all } from '../kit/ingestion';
import { createdId, openWebApi, root } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';
import { jsonGetString } from '../../functions/msdyn_JsonGetString';

const goOn = { prefer: 'odata.continue-on-error' };
const nobody = '00000000-0000-0000-0000-000000000001';

let api: TestApi;
beforeEach(() => {
  api = openWebApi();
});

const names = async () => (await all(api.records, 'account')).map(({ name }) => name).toSorted();
const make = (name: unknown, id?: string): Inner => ({
  method: 'POST',
  path: `${root}/accounts`,
  body: { name },
  ...(id !== undefined && { id }),
});
const statuses = (replies: readonly (Reply | Reply[])[]) =>
  replies.map((reply) => (Array.isArray(reply) ? reply.map(({ status }) => status) : reply.status));

describe('a batch', () => {
  test('carries out its requests in order and answers part by part', async () => {
    const { status, text, replies } = await sendBatch(api, [
      make('A', '7'),
      { method: 'GET', path: '/api/data/v9.2/accounts?$select=name' },
      { method: 'GET', path: 'accounts?$filter=name eq %27B%27&$select=name' },
    ]);
    expect([status, statuses(replies)]).toEqual([200, [204, 200, 200]]);
    const [made, list, none] = replies as Reply[];
    expect(made!.headers.get('content-id')).toBe('7');
    expect(made!.headers.get('odata-entityid')).toMatch(/\/accounts\([0-9a-f-]{36}\)$/);
    expect(list!.json.value).toMatchObject([{ name: 'A' }]);
    expect(none!.json.value).toEqual([]);
    // Every line ends in CR LF.
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  });

  test('ends with the first failure, unless it is to go on', async () => {
    const items = [make('A'), make(5), make('B')];
    const stopped = await sendBatch(api, items);
    expect([stopped.status, statuses(stopped.replies)]).toEqual([400, [204, 400]]);
    expect(await names()).toEqual(['A']);
    const went = await sendBatch(api, items, goOn);
    expect([went.status, statuses(went.replies)]).toEqual([200, [204, 400, 204]]);
    expect(went.headers.get('preference-applied')).toBe('odata.continue-on-error');
    expect(await names()).toEqual(['A', 'A', 'B']);
  });

  test('takes lines that end in LF, and requests without a version', async () => {
    const text = batchOf([make('A'), { method: 'GET', path: 'accounts' }], '\n').replaceAll(' HTTP/1.1', '');
    const type = { 'content-type': 'multipart/mixed;boundary=batch_1' };
    expect((await api.post('/$batch', text, type)).status).toBe(200);
    expect(await names()).toEqual(['A']);
  });

  test('takes each request by the rules it has alone: conditions, preferences, several records', async () => {
    const id = createdId(await api.post('/accounts', { name: 'A' }));
    const path = `/api/data/v9.2/accounts(${id})`;
    const inner = '--z\r\nContent-Type: application/http\r\n\r\nGET accounts HTTP/1.1\r\n--z--';
    const { replies } = await sendBatch(
      api,
      [
        { method: 'PATCH', path, body: { name: 'B' }, headers: { 'If-Match': 'W/"0"' } },
        { method: 'PATCH', path, body: { name: 'C' }, headers: { Prefer: 'return=representation' } },
        { method: 'PUT', path: `${path}/telephone1`, body: { value: '555' } },
        {
          method: 'POST',
          path: 'accounts/Microsoft.Dynamics.CRM.CreateMultiple',
          body: { Targets: [{ '@odata.type': 'Microsoft.Dynamics.CRM.account', name: 'D' }] },
        },
        { method: 'POST', path: '$batch', body: inner, headers: { 'Content-Type': 'multipart/mixed; boundary=z' } },
        { method: 'GET', path: 'nothing' },
        { method: 'DELETE', path },
        { method: 'GET', path },
      ],
      { prefer: 'odata.continue-on-error' },
    );
    expect(statuses(replies)).toEqual([412, 200, 204, 200, 400, 404, 204, 404]);
    expect((replies[1] as Reply).json).toMatchObject({ name: 'C' });
    expect((replies[4] as Reply).json.error?.message).toContain('inside of a batch');
    expect(await names()).toEqual(['D']);
  });

  test('calls actions, which stand beside change sets and not in them', async () => {
    const question = { Json: '{"a":"x"}', PropertyPath: 'a' };
    const call = { method: 'POST', path: 'msdyn_JsonGetString', body: question };
    api = openWebApi(undefined, {}, { msdyn_JsonGetString: jsonGetString });
    const { replies } = await sendBatch(api, [call, { ...call, method: 'GET' }, [make('A'), call]], goOn);
    expect(statuses(replies)).toEqual([200, 404, 400]);
    expect((replies[2] as Reply).json.error?.message).toContain('beside');
    expect((replies[0] as Reply).json).toMatchObject({ Value: 'x' });
    expect(await names()).toEqual([]);
  });

  test.each<{ which: string; type?: string; body?: string; status?: number; says: string }>([
    { which: 'of JSON', type: 'application/json', body: '{"requests":[]}', status: 415, says: 'multipart/mixed' },
    { which: 'without a boundary', type: 'multipart/mixed', says: 'boundary' },
    { which: 'that is empty', body: '', says: '--b--' },
    {
      which: 'without an end',
      body: '--b\r\nContent-Type: application/http\r\n\r\nGET accounts HTTP/1.1',
      says: '--b--',
    },
    { which: 'without requests', body: '--b--', says: '1 to 1000 requests' },
    {
      which: 'of parts that are no requests',
      body: '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--',
      says: 'Part 1',
    },
    {
      which: 'of a part without a request line',
      body: '--b\r\nContent-Type: application/http\r\n\r\nwhat is this\r\n--b--',
      says: 'no request like',
    },
    { which: 'with a header that is none', body: '--b\r\nwhat\r\n\r\n--b--', says: 'no header' },
    {
      which: 'of 1,001 requests',
      body: `${'--b\r\nContent-Type: application/http\r\n\r\nGET accounts HTTP/1.1\r\n'.repeat(1001)}--b--`,
      says: '1000',
    },
  ])(
    '$which is refused as a whole',
    async ({ type = 'multipart/mixed; boundary=b', body = 'x', status = 400, says }) => {
      const answer = await api.post('/$batch', body, { 'content-type': type });
      expect([answer.status, answer.faults]).toEqual([status, []]);
      expect(answer.json.error?.message).toContain(says);
    },
  );

  test('is refused by another method', async () => {
    expect((await api.get('/$batch')).status).toBe(405);
  });

  test('of 1,000 requests is carried out', async () => {
    const { replies } = await sendBatch(
      api,
      Array.from({ length: 1000 }, (_, i) => make(`A${i}`)),
    );
    expect(replies).toHaveLength(1000);
    expect(await names()).toHaveLength(1000);
  });

  test('of any bytes is answered with less than 500', async () => {
    const pieces = [
      '--b', '--b--', '\r\n', '\n', 'Content-Type: application/http', 'Content-Type: multipart/mixed; boundary=c',
      '--c', '--c--', 'Content-ID: 1', 'POST accounts HTTP/1.1', 'GET $1', '{"name":"A"}', 'PATCH /$1', ':', ' ', '\0', 'é',
      'GET accounts HTTP/1.1', 'DELETE accounts(1)', 'GET http://[', 'GET %zz', 'PUT $1/$ref',
    ]; // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 40 }), async (parts) => {
        const answer = await api.post('/$batch', parts.join(''), { 'content-type': 'multipart/mixed; boundary=b' });
        expect([answer.faults, answer.status < 500]).toEqual([[], true]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a change set', () => {
  const device = (more: object, id?: string): Inner => ({
    method: 'POST',
    path: `${root}/msdyn_iotdevices`,
    body: { msdyn_name: 'T', ...more },
    ...(id !== undefined && { id }),
  });

  test('is carried out, and its requests may name what those before them made', async () => {
    const { status, replies } = await sendBatch(api, [
      [
        make('A', '1'),
        device({ msdyn_deviceid: 'smt-1', 'msdyn_Account@odata.bind': '$1' }, '2'),
        { method: 'PATCH', path: '$1', body: { telephone1: '555' }, id: '3' },
        { method: 'PUT', path: '/$1/description', body: { value: 'x' }, id: '4' },
        make('B', '5'),
        { method: 'PUT', path: '$2/msdyn_Account/$ref', body: { '@odata.id': '$5' }, id: '6' },
      ],
      { method: 'GET', path: "msdyn_iotdevices(msdyn_deviceid='smt-1')" },
      { method: 'GET', path: "accounts?$filter=name eq 'A'" },
    ]);
    expect([status, statuses(replies)]).toEqual([200, [[204, 204, 204, 204, 204, 204], 200, 200]]);
    const [set, read, list] = replies as [Reply[], Reply, Reply];
    expect(set.map(({ headers }) => headers.get('content-id'))).toEqual(['1', '2', '3', '4', '5', '6']);
    const other = set[4]!.headers.get('odata-entityid')!;
    expect(other).toContain(String(read.json['_msdyn_account_value']));
    expect(list.json.value).toMatchObject([{ name: 'A', telephone1: '555', description: 'x' }]);
    expect(list.json.value![0]!['@odata.etag']).toBe(set[0]!.headers.get('etag'));
    expect(api.appeared).toEqual(['smt-1']);
  });

  test.each<{ which: string; last: Inner; status: number; says: string }>([
    { which: 'malformed', last: make(5, '9'), status: 400, says: 'Content-ID 9: name must be a text' },
    {
      which: 'of a set that is not there',
      last: { method: 'POST', path: 'nothing', id: '9' },
      status: 404,
      says: 'nothing',
    },
    {
      which: 'to a record that is not there',
      last: { method: 'DELETE', path: `accounts(${nobody})` },
      status: 404,
      says: nobody,
    },
    {
      which: 'whose ETag is old',
      last: { method: 'PATCH', path: '$1', body: { name: 'X' }, headers: { 'If-Match': 'W/"0"' } },
      status: 412,
      says: 'If-Match',
    },
    { which: 'that reads', last: { method: 'GET', path: 'accounts' }, status: 400, says: 'beside it' },
    { which: 'that uses a key twice', last: device({ msdyn_deviceid: 'smt-1' }), status: 412, says: 'smt-1' },
    { which: 'that names nobody', last: { method: 'PATCH', path: '$8', body: {} }, status: 404, says: '$8' },
  ])('with a request $which is refused, and nothing is written', async ({ last, status, says }) => {
    const writes = [make('A', '1'), device({ msdyn_deviceid: 'smt-1', 'msdyn_Account@odata.bind': '$1' }, '2')];
    const answer = await sendBatch(api, [[...writes, last], make('after')]);
    expect([answer.status, statuses(answer.replies)]).toEqual([status, [status]]);
    expect((answer.replies[0] as Reply).json.error?.message).toContain(says);
    expect(await names()).toEqual([]);
    expect(await all(api.records, 'msdyn_iotdevice')).toEqual([]);
    expect(api.appeared).toEqual([]);
  });

  test('that is refused does not keep the rest of a batch back that goes on', async () => {
    const { replies } = await sendBatch(api, [[make('A'), make(5)], make('B')], goOn);
    expect(statuses(replies)).toEqual([400, 204]);
    expect(await names()).toEqual(['B']);
  });

  test('sees its own deletions and changes', async () => {
    const id = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1' }));
    const { replies } = await sendBatch(api, [
      [{ method: 'DELETE', path: `msdyn_iotdevices(${id})` }, device({ msdyn_deviceid: 'smt-1' })],
    ]);
    expect(statuses(replies)).toEqual([[204, 204]]);
    expect((await all(api.records, 'msdyn_iotdevice')).map((row) => row['msdyn_iotdeviceid'])).not.toContain(id);
  });

  test('with a Content-ID twice is refused', async () => {
    const body = batchOf([[make('A', '1'), make('B', '1')]]);
    const answer = await api.post('/$batch', body, { 'content-type': 'multipart/mixed; boundary=batch_1' });
    expect(answer.json.error?.message).toContain("'1' is given twice");
  });
});

describe('a change set that does not fit in one transaction', () => {
  const apart = (records: RecordStore, more: Partial<RecordStore> = {}): RecordStore => ({
    ...records,
    writeTogether: async () => ({ kind: 'apart' }),
    ...more,
  });
  const busy = new ServiceError('storage-unavailable', 'Storage is busy. Try again.');

  /** Two accounts, one of which is changed, deleted or made by a change set. */
  async function openWith(more: (records: RecordStore) => Partial<RecordStore>) {
    const records = memoryRecordStore();
    const plain = openWebApi(records);
    const ids = [
      createdId(await plain.post('/accounts', { name: 'A' })),
      createdId(await plain.post('/accounts', { name: 'B' })),
    ];
    api = openWebApi(apart(records, more(records)));
    return { ids, before: await all(records, 'account') };
  }

  test('is written one by one', async () => {
    const { ids } = await openWith(() => ({}));
    const { replies } = await sendBatch(api, [
      [
        { method: 'PATCH', path: `accounts(${ids[0]})`, body: { name: 'A2' } },
        { method: 'DELETE', path: `accounts(${ids[1]})` },
        make('C'),
      ],
    ]);
    expect(statuses(replies)).toEqual([[204, 204, 204]]);
    expect(await names()).toEqual(['A2', 'C']);
  });

  test('is undone when a write fails, and the answer names what is not known', async () => {
    const { ids, before } = await openWith(() => ({
      insert: async () => {
        // The others have been written by then.
        await new Promise((later) => setTimeout(later, 20));
        throw busy;
      },
    }));
    const put = api.records.insert;
    const items: Inner[] = [
      { method: 'PATCH', path: `accounts(${ids[0]})`, body: { name: 'A2' } },
      { method: 'PATCH', path: `accounts(${ids[1]})`, body: { name: 'B2' } },
      make('C'),
    ];
    expect(put).toBeDefined();
    const request = { 'content-type': 'multipart/mixed; boundary=batch_1' };
    const answer = await api.post('/$batch', batchOf([items]), request);
    expect(answer.status).toBe(503);
    expect(answer.text).toMatch(/undone, except perhaps for accounts\([0-9a-f-]{36}\)\./);
    const now = await all(api.records, 'account');
    expect(now).toEqual(before);
  });

  test('is thought through again when somebody else was faster', async () => {
    let races = 3;
    const { ids } = await openWith((records) => ({
      replace: async (name, row, etag) => {
        if (races > 0) {
          races -= 1;
          const now = (await records.get('account', ids[0]!))!;
          await records.replace('account', { ...now.row, telephone1: `${races}` }, now.etag);
        }
        return records.replace(name, row, etag);
      },
    }));
    const { replies } = await sendBatch(api, [
      [make('C'), { method: 'PATCH', path: `accounts(${ids[0]})`, body: { name: 'A2' } }],
    ]);
    expect(statuses(replies)).toEqual([[204, 204]]);
    expect(await names()).toEqual(['A2', 'B', 'C']);
    expect((await api.records.get('account', ids[0]!))?.row['telephone1']).toBe('0');
  });
});
