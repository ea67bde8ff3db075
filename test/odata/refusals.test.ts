import fc from 'fast-check';
import { ServiceError } from '../../shared/domain/errors';
import { entities, entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { propertiesOf } from '../../shared/model/properties';
import type { RecordStore } from '../../shared/ports/record-store';
import { createdId, openWebApi } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

const guid = '00000000-0000-0000-0000-000000000001';
const account = 'c0ffee00-0000-4000-8000-00000000000a';
const device = 'c0ffee00-0000-4000-8000-00000000000d';

let api: TestApi;
beforeEach(async () => {
  api = openWebApi();
  await api.post('/accounts', { accountid: account, name: 'Contoso' });
  await api.post('/msdyn_iotdevices', { msdyn_iotdeviceid: device, msdyn_name: 'T', msdyn_deviceid: 'smt-1' });
});

const refused = async (asked: ReturnType<TestApi['send']>) => {
  const { status, json, faults } = await asked;
  expect(faults).toEqual([]);
  expect(json?.error?.message).toMatch(/^.{10,}$/s);
  return { status, code: json.error!.code, message: json.error!.message };
};

describe('an address is refused', () => {
  test.each<{ which: string; method?: string; path: string; status: number; says: string; code?: string }>([
    { which: 'with an unknown set', path: '/contacts', status: 404, code: '0x80060888', says: "segment 'contacts'" },
    { which: 'with a set in capitals', path: '/Accounts', status: 404, says: "segment 'Accounts'" },
    { which: 'with a name every object has', path: '/constructor', status: 404, says: "segment 'constructor'" },
    { which: 'of more than the metadata', path: '/$metadata/x', status: 404, says: "segment '$metadata'" },
    { which: 'with a bad GUID', path: '/accounts(123)', status: 400, says: "'123' is no key of accounts" },
    { which: 'with a quoted GUID', path: `/accounts('${guid}')`, status: 400, says: 'is no key of accounts' },
    { which: 'with no key', path: '/accounts()', status: 400, says: 'is no key' },
    { which: 'with a key that is none', path: "/accounts(name='Contoso')", status: 400, says: 'is no key' },
    {
      which: 'with a key without quotes',
      path: '/msdyn_iotdevices(msdyn_deviceid=x)',
      status: 400,
      says: "msdyn_deviceid='…'",
    },
    {
      which: 'of a record that does not exist',
      path: `/accounts(${guid})`,
      status: 404,
      code: '0x80040217',
      says: guid,
    },
    {
      which: 'of a device that does not exist',
      path: "/msdyn_iotdevices(msdyn_deviceid='x')",
      status: 404,
      says: "='x'",
    },
    {
      which: 'of a device that cannot exist',
      path: "/msdyn_iotdevices(msdyn_deviceid='a%2Fb%00')",
      status: 404,
      says: 'a/b',
    },
    { which: 'of an unknown property', path: `/accounts(${account})/nam`, status: 404, says: "'nam'" },
    { which: 'of an unknown action', method: 'POST', path: '/msdyn_Frobnicate', status: 404, says: 'msdyn_Frobnicate' },
    { which: 'that is badly encoded', path: '/accounts(%zz)', status: 400, says: 'not well encoded' },
    { which: 'with a half of a letter', path: '/accounts(%C3%28)', status: 400, says: 'not well encoded' },
    {
      which: 'posted to a record',
      method: 'POST',
      path: `/accounts(${account})`,
      status: 405,
      says: 'GET, PATCH and DELETE',
    },
    { which: 'patched as a collection', method: 'PATCH', path: '/accounts', status: 405, says: 'GET and POST' },
  ])('$which', async ({ method = 'GET', path, status, says, code }) => {
    const answer = await refused(api.send(method, path, method === 'GET' ? undefined : {}));
    expect(answer).toMatchObject({ status, ...(code && { code }) });
    expect(answer.message).toContain(says);
  });
});

describe('a query is refused', () => {
  test.each<{ query: string; says: string }>([
    { query: '$expand=', says: "'' is not understood" },
    { query: '$expand=msdyn_account', says: 'msdyn_Account, msdyn_Category' },
    { query: '$expand=*', says: "'*' is not understood" },
    { query: '$expand=msdyn_Account/$ref', says: 'is not understood' },
    { query: '$expand=msdyn_Account,msdyn_Account', says: 'given twice' },
    { query: '$expand=msdyn_Account($select=nam)', says: "property named 'nam' on accounts" },
    { query: '$expand=msdyn_Account($select=name;$select=name)', says: "'$select' is given twice" },
    { query: '$expand=msdyn_Account($top=1)', says: "'$top' is not offered $expand of msdyn_Account" },
    { query: '$expand=msdyn_Account($levels=max)', says: '$levels' },
    { query: '$expand=msdyn_Account(name)', says: "'name' in msdyn_Account(…) is no option" },
    { query: '$expand=msdyn_msdyn_iotdevice_msdyn_iotalert_Device($skiptoken=1)', says: '$skiptoken' },
    { query: '$expand=msdyn_msdyn_iotdevice_msdyn_iotalert_Device($filter=x eq 1)', says: "property named 'x'" },
    {
      query: '$expand=msdyn_Account($expand=msdyn_account_msdyn_iotdevice_Account($expand=msdyn_Account))',
      says: '2 levels deep',
    },
    { query: '$format=xml', says: '$format=xml is not offered here' },
    { query: '$format=application/json;odata.metadata=full', says: 'odata.metadata=minimal' },
    { query: 'filter=name eq 1', says: "Write '$filter'" },
    { query: '$skip=3', says: '$skip' },
    { query: '$select=nam', says: "named 'nam'" },
    { query: '$select=', says: "named ''" },
    { query: '$select=__proto__', says: '__proto__' },
    { query: '$select=msdyn_account', says: "Write '_msdyn_account_value'" },
    { query: '$select=msdyn_name&$select=msdyn_name', says: 'given twice' },
    { query: '$orderby=nam', says: "named 'nam'" },
    { query: '$orderby=msdyn_name up', says: 'asc or desc' },
    { query: '$top=-1', says: '$top' },
    { query: '$top=1.5', says: '$top' },
    { query: '$count=maybe', says: '$count must be true or false' },
    { query: '$skiptoken=%3Ccookie%3E', says: 'nextLink' },
    { query: '$filter=', says: 'expected a property' },
    { query: '$filter=msdyn_name', says: 'expected one of eq' },
    { query: '$filter=msdyn_name eq', says: 'got the end (at character 14)' },
    { query: "$filter=msdyn_name eq 'x' and", says: 'the end' },
    { query: "$filter=(msdyn_name eq 'x'", says: "expected ')'" },
    { query: "$filter=msdyn_name eq 'x')", says: "'and', 'or' or the end, got )" },
    { query: "$filter=msdyn_name eq 'x", says: 'quote is not closed' },
    { query: "$filter=msdyn_name == 'x'", says: "'== 'x'' is not understood" },
    { query: "$filter=nam eq 'x'", says: "property named 'nam'" },
    { query: "$filter=constructor eq 'x'", says: "'constructor'" },
    { query: '$filter=msdyn_name eq 5', says: 'msdyn_name takes a text in single quotes' },
    { query: "$filter=statecode eq 'Active'", says: 'statecode takes a number without quotes' },
    { query: `$filter=_msdyn_account_value eq '${guid}'`, says: 'GUID without quotes' },
    { query: "$filter=createdon gt '2026-01-01'", says: 'without quotes' },
    { query: '$filter=createdon gt 2026-02-30', says: 'no such date' },
    { query: "$filter=msdyn_connectionstate eq 'true'", says: 'true or false' },
    { query: "$filter=trim(msdyn_name) eq 'x'", says: "'trim' is not offered, only contains" },
    { query: "$filter=trim(msdyn_name,'x')", says: "'trim' is not offered, only contains" },
    { query: "$filter=tolower(statecode) eq 'x'", says: 'tolower takes texts' },
    { query: '$filter=tolower(msdyn_name) eq 5', says: 'cannot be compared' },
    { query: `$filter=${'tolower('.repeat(60)}msdyn_name`, says: 'levels deep' },
    { query: "$filter=contains(statecode,'x')", says: 'takes texts' },
    { query: "$filter=contains(msdyn_name,'x'", says: "expected ')'" },
    { query: '$filter=msdyn_name in ()', says: 'expected' },
    { query: "$filter=msdyn_name in ('x',5)", says: 'text in single quotes' },
    { query: '$filter=msdyn_name in (msdyn_name)', says: 'expected a value' },
    { query: "$filter=msdyn_Account/name eq 'x'", says: 'only msdyn_Account/accountid' },
    { query: `$filter=${'('.repeat(51)}true`, says: 'levels deep' },
    { query: `$filter=${'not '.repeat(2000)}true`, says: 'levels deep' },
  ])('$query', async ({ query, says }) => {
    const answer = await refused(api.get(`/msdyn_iotdevices?${query}`));
    expect(answer.status).toBe(400);
    expect(answer.message).toContain(says);
  });

  test.each(['0', '-1', 'many', ''])('with a page size of %j', async (size) => {
    const answer = await refused(api.get('/accounts', { prefer: `odata.maxpagesize=${size}` }));
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining('odata.maxpagesize') as string });
  });
});

describe('a body is refused and nothing is written', () => {
  const large = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
  const onAccounts: { which: string; body: unknown; status?: number; says: string }[] = [
    { which: 'that is empty', body: '', says: 'it is empty' },
    { which: 'that is no JSON', body: '{"name":', says: 'not valid JSON' },
    { which: 'that is no UTF-8', body: new Uint8Array([0x22, 0xff, 0x22]), says: 'not valid UTF-8' },
    { which: 'that is an array', body: [], says: 'one JSON object' },
    { which: 'that is a text', body: '"name"', says: 'one JSON object' },
    { which: 'that is null', body: 'null', says: 'one JSON object' },
    { which: 'that is larger than 1 MiB', body: large, status: 413, says: '1048576 are allowed' },
    { which: 'with a property twice', body: '{"name":"a","n\\u0061me":"b"}', says: "'name' twice" },
    { which: 'with an unknown property', body: { name: 'a', nam: 1 }, says: "Invalid property 'nam'" },
    { which: 'with __proto__', body: '{"name":"a","__proto__":{"x":1}}', says: "'__proto__'" },
    { which: 'without the name', body: {}, says: 'name (Account Name) of accounts is required' },
    { which: 'with an empty name', body: { name: '' }, says: 'is required' },
    {
      which: 'with a number for a text',
      body: { name: 5 },
      says: 'name must be a text of at most 160 characters; got 5',
    },
    { which: 'with an object for a text', body: { name: { a: 1 } }, says: 'name must be a text' },
    { which: 'with a text that is too long', body: { name: 'x'.repeat(161) }, says: 'got a text of 161 characters' },
    { which: 'with a control character', body: { name: 'a\u0000b' }, says: 'control characters' },
    { which: 'with half a letter', body: '{"name":"\\ud800"}', says: 'halves' },
    { which: 'with a bad id', body: { name: 'a', accountid: '1' }, says: 'accountid must be a GUID' },
    { which: 'with a null id', body: { name: 'a', accountid: null }, says: 'accountid must be a GUID' },
    {
      which: 'with a time of the service',
      body: { name: 'a', createdon: '2026-01-01T00:00:00Z' },
      says: 'written by the service',
    },
    { which: 'with an unknown option', body: { name: 'a', statecode: 7 }, says: 'one of 0 (Active), 1 (Inactive)' },
    { which: 'with the text of an option', body: { name: 'a', statecode: '0' }, says: 'one of 0' },
    {
      which: 'with a status of another state',
      body: { name: 'a', statecode: 0, statuscode: 2 },
      says: 'does not belong',
    },
    { which: 'with no state', body: { name: 'a', statecode: null }, says: 'cannot be empty' },
  ];

  test.each(onAccounts)('$which', async ({ body, status = 400, says }) => {
    const answer = await refused(api.post('/accounts', body));
    expect(answer).toMatchObject({ status, message: expect.stringContaining(says) as string });
    expect((await api.get('/accounts')).json.value).toHaveLength(1);
  });

  const bind = 'msdyn_Account@odata.bind';
  const onDevices: { which: string; body: Record<string, unknown> | string; status?: number; says: string }[] = [
    { which: 'with a lookup as a value', body: { _msdyn_account_value: account }, says: '"msdyn_Account@odata.bind"' },
    { which: 'with a lookup by its column', body: { msdyn_account: account }, says: '"msdyn_Account@odata.bind"' },
    { which: 'with a record inside', body: { msdyn_Account: { name: 'x' } }, says: 'Bind it' },
    {
      which: 'with an unknown navigation',
      body: { 'msdyn_account@odata.bind': `/accounts(${account})` },
      says: 'Known: msdyn_Account',
    },
    { which: 'with a bind twice', body: { [bind]: `/accounts(${account})`, msdyn_Account: null }, says: 'binds' },
    { which: 'with a bind twice in its text', body: `{"${bind}":null,"${bind}":null}`, says: 'twice' },
    {
      which: 'with a bind to another set',
      body: { [bind]: `/msdyn_iotdevices(${device})` },
      says: 'leads to accounts',
    },
    { which: 'with a bind to a collection', body: { [bind]: '/accounts' }, says: 'names no single record' },
    { which: 'with a bind to a bad GUID', body: { [bind]: '/accounts(1)' }, says: 'no key of accounts' },
    { which: 'with a bind to nothing known', body: { [bind]: '/nothing(1)' }, status: 404, says: "segment 'nothing'" },
    { which: 'with a bind to a number', body: { [bind]: 5 }, says: 'must be null or a text' },
    { which: 'with a bind to nobody', body: { [bind]: `/accounts(${guid})` }, status: 404, says: guid },
    {
      which: 'with a fraction for a whole number',
      body: { msdyn_timezone: 1.5 },
      says: 'whole number from -1500 to 1500',
    },
    { which: 'with a number out of range', body: { msdyn_timezone: 1501 }, says: 'whole number' },
    { which: 'with a text for a flag', body: { msdyn_connectionstate: 'true' }, says: 'true or false' },
    {
      which: 'with a day that is none',
      body: { msdyn_lastactivitytime: '2026-02-30T00:00:00Z' },
      says: 'date and time',
    },
    {
      which: 'with a time without an offset',
      body: { msdyn_lastactivitytime: '2026-02-03T00:00:00' },
      says: 'date and time',
    },
    { which: 'with a time as a number', body: { msdyn_lastactivitytime: 5 }, says: 'date and time' },
    { which: 'with a comma in the device id', body: { msdyn_deviceid: 'a,b' }, says: 'msdyn_deviceid may hold' },
    { which: 'with a blank in the device id', body: { msdyn_deviceid: 'a b' }, says: 'msdyn_deviceid may hold' },
    { which: 'with a device id of 101 characters', body: { msdyn_deviceid: 'a'.repeat(101) }, says: 'at most 100' },
    {
      which: 'with tags that are no JSON',
      body: { msdyn_tags: '{a}' },
      says: 'msdyn_tags must be the text of a JSON object',
    },
    { which: 'with settings that are an array', body: { msdyn_devicesettings: '[]' }, says: 'JSON object' },
    { which: 'with tags that are null', body: { msdyn_tags: 'null' }, says: 'JSON object' },
    { which: 'with the id of another record', body: { msdyn_iotdeviceid: guid }, says: 'cannot change' },
    { which: 'without a name any more', body: { msdyn_name: null }, says: 'is required' },
  ];

  test.each(onDevices)('$which', async ({ body, status = 400, says }) => {
    const before = await api.records.get('msdyn_iotdevice', device);
    const answer = await refused(api.patch(`/msdyn_iotdevices(${device})`, body));
    expect(answer).toMatchObject({ status, message: expect.stringContaining(says) as string });
    expect(await api.records.get('msdyn_iotdevice', device)).toEqual(before);
  });

  test.each([
    { which: 'no JSON', rules: 'x' },
    { which: 'no array', rules: '{}' },
    { which: 'a rule without a threshold', rules: '[{"measure":"temperature"}]' },
  ])('with rules that are $which', async ({ rules }) => {
    const answer = await refused(api.post('/msdyn_iotdevicecategories', { msdyn_name: 'x', ccs_rules: rules }));
    expect(answer).toMatchObject({
      status: 400,
      message: expect.stringContaining('ccs_rules cannot be used') as string,
    });
  });

  test('for records that the service writes', async () => {
    expect(await refused(api.post('/ccs_parkedmessages', {}))).toMatchObject({ status: 403, code: '0x80040220' });
    expect(await refused(api.patch(`/ccs_parkedmessages(${guid})`, {}))).toMatchObject({ status: 403 });
  });

  test('for a work order without an account, naming the way to set it', async () => {
    const answer = await refused(api.post('/msdyn_workorders', {}));
    expect(answer.message).toContain('"msdyn_serviceaccount@odata.bind"');
  });
});

describe('when the service is in trouble', () => {
  const failing = (error: Error): RecordStore => {
    const fail = async () => Promise.reject(error);
    return {
      get: fail,
      getMany: fail,
      getByAlternateKey: fail,
      insert: fail,
      replace: fail,
      remove: fail,
      writeTogether: fail,
      list: fail,
      stamp: fail,
    };
  };

  test('storage that cannot be reached is 503 with a time to try again', async () => {
    const cause = new Error('socket closed');
    const broken = openWebApi(
      failing(new ServiceError('storage-unavailable', 'Storage is busy. Try again.', { cause })),
    );
    const answer = await broken.get('/accounts');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('Retry-After')).toBe('5');
    expect(answer.json.error).toEqual({ code: '0x80040216', message: 'Storage is busy. Try again.' });
    expect(answer.faults).toHaveLength(1);
  });

  test('a fault of ours is 500, reported whole and told to the caller without details', async () => {
    const fault = new TypeError('secret of the inside');
    const answer = await openWebApi(failing(fault)).get('/accounts');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.json)).not.toContain('secret');
    expect(answer.faults).toEqual([expect.stringMatching(/^request-failed: .*TypeError.*secret of the inside/)]);
  });
});

describe('whatever comes', () => {
  const names = Object.keys(entities) as EntityName[];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      null,
      0,
      1,
      -1,
      1.5,
      Number.MAX_VALUE,
      '',
      guid,
      `/accounts(${account})`,
      '2026-11-21T04:00:00Z',
      '{}',
      '[]',
      true,
    ),
  );
  const property = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.constantFrom(
        ...propertiesOf(name).keys(),
        ...Object.values(entity(name).columns).flatMap((column) =>
          column.kind === 'lookup'
            ? column.targets.flatMap(({ navigation }) => [navigation, `${navigation}@odata.bind`])
            : [],
        ),
        '__proto__',
        'constructor',
        '@odata.type',
      ),
    );
  const body = fc.oneof(
    fc
      .dictionary(fc.oneof({ weight: 9, arbitrary: property }, { weight: 1, arbitrary: fc.string() }), value)
      .map((json) => JSON.stringify(json)),
    fc.json(),
    fc.string({ unit: 'binary' }),
  );
  const pieces = [
    "$select $filter $orderby $top $count $skiptoken $expand = & ? ( ) , '",
    `eq and not in contains null true name createdon statecode 5 -1 2026-01-01 ${guid}`,
    'asc desc %27 % + / * _msdyn_account_value é \u0000',
  ];
  const piece = fc.constantFrom(' ', ...pieces.join(' ').split(' '));
  const query = fc.array(piece, { maxLength: 14 }).map((parts) => `?${parts.join('')}`);
  const sets = fc.constantFrom(...names.map((name) => entity(name).set), 'nothing');
  const key = fc.oneof(
    fc.constantFrom('', `(${account})`, `(${device})`, `(${guid})`, '()'),
    fc.string().map((text) => `(${text})`),
  );
  const headers = fc.record(
    {
      prefer: fc.constantFrom(
        'return=representation',
        'odata.maxpagesize=1',
        'odata.maxpagesize=x',
        ',=;"',
        'odata.include-annotations="*"',
      ),
      'if-match': fc.constantFrom('*', 'W/"1"', '"', ',,', 'x'),
      'if-none-match': fc.constantFrom('*', 'W/"1"', '"', ',,'),
    },
    { requiredKeys: [] },
  );

  test('an answer is 2xx, 304 or 4xx, and a refusal says why', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'PATCH'),
        sets,
        key,
        fc.oneof(fc.constant(''), query),
        body,
        headers,
        async (method, set, id, search, content, sent) => {
          const answer = await api.send(method, `/${set}${id}${search}`, method === 'GET' ? undefined : content, sent);
          expect(answer.faults).toEqual([]);
          expect(answer.status).toBeLessThan(500);
          if (answer.status >= 400) expect(answer.json.error?.message).toBeTruthy();
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a refused body leaves everything as it was', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (content) => {
        const before = await api.records.get('msdyn_iotdevice', device);
        const count = (await api.get('/msdyn_iotdevices?$count=true&$top=0')).json['@odata.count'];
        const patched = await api.patch(`/msdyn_iotdevices(${device})`, content);
        if (patched.status >= 400) expect(await api.records.get('msdyn_iotdevice', device)).toEqual(before);
        const posted = await api.post('/msdyn_iotdevices', content);
        if (posted.status >= 400) {
          expect((await api.get('/msdyn_iotdevices?$count=true&$top=0')).json['@odata.count']).toBe(count);
        } else expect(createdId(posted)).toBeTruthy();
      }),
      { numRuns: 500 },
    );
  });
});
