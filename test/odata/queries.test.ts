import { formattedValue } from '../../shared/odata/preferences';
import { createdId, openWebApi, root } from '../kit/web-api';
import type { Answer, TestApi } from '../kit/web-api';

let api: TestApi;
let owner: string;

/** Ten devices: Device 0 is the oldest. Even ones have an account, every third is inactive. */
beforeAll(async () => {
  api = openWebApi();
  owner = createdId(await api.post('/accounts', { name: 'Contoso' }));
  for (let i = 0; i < 10; i += 1) {
    await api.post('/msdyn_iotdevices', {
      msdyn_name: `Device ${i}`,
      msdyn_deviceid: `smt-${i}`,
      msdyn_timezone: (i * 7) % 10,
      msdyn_connectionstate: i > 7,
      ...(i % 3 === 0 && { statecode: 1 }),
      ...(i % 2 === 0 && { 'msdyn_Account@odata.bind': `/accounts(${owner})` }),
      ...(i === 5 && { msdyn_registrationmessage: "it's 100% & more + Ünïcode" }),
    });
  }
});

const list = (search: string, headers?: Record<string, string>) => api.get(`/msdyn_iotdevices${search}`, headers);
const names = ({ json }: Answer) => json.value!.map(({ msdyn_name }) => Number(String(msdyn_name).slice(7)));
const next = ({ json }: Answer) => json['@odata.nextLink'] as string | undefined;

async function pages(
  search: string,
  headers?: Record<string, string>,
): Promise<{ pages: number[][]; answers: Answer[] }> {
  const answers = [await list(search, headers)];
  for (let link = next(answers[0]!); link !== undefined && answers.length < 50; link = next(answers.at(-1)!)) {
    answers.push(await api.get(link, headers));
  }
  return { pages: answers.map(names), answers };
}

test('a collection holds everything, newest first', async () => {
  const answer = await list('');
  expect(answer.status).toBe(200);
  expect(answer.json['@odata.context']).toBe(`${root}/$metadata#msdyn_iotdevices`);
  expect(names(answer)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
  expect(next(answer)).toBeUndefined();
  expect(answer.json.value![0]).toMatchObject({
    '@odata.etag': expect.stringMatching(/^W\//) as string,
    msdyn_tags: null,
  });
});

test('$select returns what was asked for and the key', async () => {
  const answer = await list('?$select=msdyn_name, _msdyn_account_value&$top=1');
  expect(answer.json['@odata.context']).toBe(
    `${root}/$metadata#msdyn_iotdevices(msdyn_name,_msdyn_account_value,msdyn_iotdeviceid)`,
  );
  expect(Object.keys(answer.json.value![0]!)).toEqual([
    '@odata.etag',
    'msdyn_name',
    '_msdyn_account_value',
    'msdyn_iotdeviceid',
  ]);
});

test.each<{ filter: string; expected: number[] }>([
  { filter: "msdyn_name eq 'Device 4'", expected: [4] },
  { filter: "'Device 4' eq msdyn_name", expected: [4] },
  { filter: "msdyn_name ne 'Device 4' and msdyn_timezone gt 6", expected: [7, 1] },
  { filter: 'msdyn_timezone ge 5 and msdyn_timezone le 6', expected: [8, 5] },
  { filter: 'msdyn_timezone lt 1', expected: [0] },
  { filter: '_msdyn_account_value eq null', expected: [9, 7, 5, 3, 1] },
  { filter: '_msdyn_account_value ne null and statecode eq 1', expected: [6, 0] },
  { filter: '_msdyn_account_value eq {owner}', expected: [8, 6, 4, 2, 0] },
  { filter: 'msdyn_Account/accountid eq {OWNER}', expected: [8, 6, 4, 2, 0] },
  { filter: 'msdyn_Account eq null and msdyn_connectionstate eq true', expected: [9] },
  { filter: 'msdyn_connectionstate', expected: [9, 8] },
  { filter: 'not msdyn_connectionstate and not(statecode eq 0)', expected: [6, 3, 0] },
  { filter: "contains(msdyn_registrationmessage,'''s 100% & more + Ünï')", expected: [5] },
  { filter: "startswith(msdyn_deviceid,'smt-') and endswith(msdyn_deviceid,'7')", expected: [7] },
  { filter: "contains(msdyn_registrationmessage,'')", expected: [5] },
  { filter: "contains(tolower(msdyn_registrationmessage),'+ ünï')", expected: [5] },
  { filter: "startswith(toupper(msdyn_deviceid),toupper('smt-7'))", expected: [7] },
  { filter: "tolower(msdyn_registrationmessage) eq null and msdyn_deviceid in ('smt-7','smt-5')", expected: [7] },
  { filter: "not contains(msdyn_registrationmessage,'x') and statecode eq 1", expected: [9, 6, 3, 0] },
  { filter: "msdyn_name in ('Device 1','Device 2','Device 99')", expected: [2, 1] },
  { filter: 'statecode in (1, 5) and msdyn_timezone in (0,3)', expected: [9, 0] },
  { filter: 'msdyn_registrationmessage in (null) and msdyn_timezone eq 7', expected: [1] },
  { filter: "msdyn_name eq 'device 4'", expected: [] },
  { filter: "msdyn_deviceid eq 'smt-3'", expected: [3] },
  { filter: "msdyn_deviceid eq 'smt-3' and statecode eq 0", expected: [] },
  { filter: "msdyn_name gt 'Device 7'", expected: [9, 8] },
  { filter: 'msdyn_timezone gt null', expected: [] },
  { filter: 'msdyn_timezone eq 1.5', expected: [] },
  { filter: 'msdyn_timezone eq 7.0', expected: [1] },
  { filter: 'msdyn_timezone eq 99999999999', expected: [] },
  { filter: 'createdon le 2026-11-21T04:00:03Z', expected: [1, 0] },
  { filter: 'createdon eq 2026-11-21T05:00:03+01:00', expected: [1] },
  { filter: 'createdon gt 2026-11-22', expected: [] },
  { filter: 'createdon gt 2026-11-21 and msdyn_timezone eq 7', expected: [1] },
  { filter: '(statecode eq 1 or (msdyn_timezone eq 7)) and (_msdyn_account_value eq null)', expected: [9, 3, 1] },
  { filter: "statecode eq 1 or msdyn_timezone eq 7 and msdyn_name eq 'Device 1'", expected: [9, 6, 3, 1, 0] },
  { filter: 'statecode eq 1 and statecode eq 0', expected: [] },
  { filter: '  true  ', expected: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
  { filter: 'null eq null and 1 lt 2', expected: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
])('$filter=$filter', async ({ filter, expected }) => {
  const text = filter.replace('{owner}', owner).replace('{OWNER}', owner.toUpperCase());
  expect(names(await list(`?$filter=${encodeURIComponent(text)}`))).toEqual(expected);
});

test('a plus sign in the offset of a time need not be encoded', async () => {
  expect(names(await list('?$filter=createdon+eq+2026-11-21T05:00:03+01:00'))).toEqual([1]);
});

test.each([
  { order: 'msdyn_timezone', expected: [0, 3, 6, 9, 2, 5, 8, 1, 4, 7] },
  { order: 'msdyn_timezone desc', expected: [7, 4, 1, 8, 5, 2, 9, 6, 3, 0] },
  { order: 'statecode desc,msdyn_name asc', expected: [0, 3, 6, 9, 1, 2, 4, 5, 7, 8] },
  { order: 'msdyn_registrationmessage desc, msdyn_name', expected: [5, 0, 1, 2, 3, 4, 6, 7, 8, 9] },
  { order: '_msdyn_account_value,createdon', expected: [1, 3, 5, 7, 9, 0, 2, 4, 6, 8] },
  { order: 'createdon desc', expected: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
  { order: 'createdon', expected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
])('$orderby=$order', async ({ order, expected }) => {
  expect(names(await list(`?$orderby=${order}`))).toEqual(expected);
  const paged = await pages(`?$orderby=${order}`, { prefer: 'odata.maxpagesize=3' });
  expect(paged.pages.flat()).toEqual(expected);
  expect(paged.pages).toHaveLength(4);
});

describe('pages', () => {
  test.each([
    {
      which: 'everything',
      search: '',
      expected: [
        [9, 8, 7, 6],
        [5, 4, 3, 2],
        [1, 0],
      ],
    },
    { which: 'a filter of storage', search: '?$filter=statecode eq 1', expected: [[9, 6, 3, 0]] },
    {
      which: 'a filter of ours',
      search: '?$filter=msdyn_timezone gt 2',
      expected: [
        [9, 8, 7, 5],
        [4, 2, 1],
      ],
    },
    { which: 'as many as $top', search: '?$top=5', expected: [[9, 8, 7, 6], [5]] },
    { which: '$top of one page', search: '?$top=4', expected: [[9, 8, 7, 6]] },
    {
      which: '$top beyond all',
      search: '?$top=11',
      expected: [
        [9, 8, 7, 6],
        [5, 4, 3, 2],
        [1, 0],
      ],
    },
    { which: '$top of none', search: '?$top=0', expected: [[]] },
    { which: '$top in an order', search: '?$top=5&$orderby=msdyn_name', expected: [[0, 1, 2, 3], [4]] },
    {
      which: 'an order and a filter',
      search: '?$orderby=msdyn_name&$filter=statecode eq 0',
      expected: [
        [1, 2, 4, 5],
        [7, 8],
      ],
    },
  ])('of four hold $which', async ({ search, expected }) => {
    const result = await pages(search, { prefer: 'odata.maxpagesize=4' });
    expect(result.pages).toEqual(expected);
    expect(result.answers[0]!.headers.get('Preference-Applied')).toBe('odata.maxpagesize=4');
  });

  test('$top of none needs no link, also for a record asked for by its key', async () => {
    const answer = await list("?$top=0&$filter=msdyn_deviceid eq 'smt-3'");
    expect([answer.status, answer.json.value, next(answer)]).toEqual([200, [], undefined]);
    const paged = await list("?$filter=msdyn_deviceid eq 'smt-3'", { prefer: 'odata.maxpagesize=1' });
    expect([names(paged), next(paged)]).toEqual([[3], undefined]);
  });

  test('keep the other options and the key of the host in their link', async () => {
    const answer = await list("?$select=msdyn_name&$filter=startswith(msdyn_name,'De')&code=a%2Bb", {
      prefer: 'odata.maxpagesize=2',
    });
    const link = new URL(next(answer)!);
    expect(`${link.origin}${link.pathname}`).toBe(`${root}/msdyn_iotdevices`);
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      $select: 'msdyn_name',
      $filter: "startswith(msdyn_name,'De')",
      code: 'a+b',
    });
  });
});

describe('$count', () => {
  test('counts all that match, whatever the page', async () => {
    const { answers, pages: found } = await pages('?$count=true&$filter=msdyn_timezone gt 2', {
      prefer: 'odata.maxpagesize=3',
    });
    expect(answers.map(({ json }) => json['@odata.count'])).toEqual([7, 7, 7]);
    expect(found).toEqual([[9, 8, 7], [5, 4, 2], [1]]);
    expect((await list('?$count=true&$top=0')).json).toMatchObject({ '@odata.count': 10, value: [] });
    expect((await list('?$count=false')).json).not.toHaveProperty(['@odata.count']);
  });
});

test('formatted values come with every record of a list', async () => {
  const answer = await list('?$top=1&$select=statecode', { prefer: 'odata.include-annotations="OData.*"' });
  expect(answer.json.value![0]).toMatchObject({ [`statecode@${formattedValue}`]: 'Inactive' });
});

describe('more rows than one request may look at', () => {
  const rows = 10_050;
  let big: TestApi;
  beforeAll(async () => {
    big = openWebApi();
    for (let i = 0; i < rows; i += 1) {
      const id = `c0ffee00-0000-4000-8000-${String(i).padStart(12, '0')}`;
      await big.records.insert('account', { accountid: id, name: i === 0 || i === rows - 1 ? 'Rare' : 'Common' });
    }
  });

  test('a filter that little passes goes on by links and finds everything once', async () => {
    const first = await big.get("/accounts?$filter=contains(name,'Ra')&$select=name");
    const second = await big.get(next(first)!);
    expect([first.json.value!.length, second.json.value!.length, next(second)]).toEqual([1, 1, undefined]);
  });

  test('a count is a lower bound and says so', async () => {
    const { json } = await big.get('/accounts?$count=true&$top=2&$select=name');
    expect(json).toMatchObject({
      '@odata.count': 10_000,
      '@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded': true,
    });
    expect(json.value).toHaveLength(2);
    const rare = await big.get("/accounts?$count=true&$filter=name eq 'Rare'");
    expect(rare.json).toMatchObject({ '@odata.count': 2 });
    expect(rare.json).not.toHaveProperty(['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded']);
  });

  test('an order is refused, naming the limit, but for the newest first', async () => {
    const refused = await big.get('/accounts?$orderby=name');
    expect([refused.status, refused.json.error!.message]).toEqual([400, expect.stringContaining('10000 records')]);
    expect((await big.get("/accounts?$orderby=name&$filter=name eq 'Rare'")).status).toBe(200);
    const newest = await big.get('/accounts?$orderby=createdon desc&$top=3');
    expect(newest.json.value).toHaveLength(3);
  });

  test('a page holds 5,000 records at most', async () => {
    const first = await big.get('/accounts?$select=accountid', { prefer: 'odata.maxpagesize=9999' });
    expect(first.json.value).toHaveLength(5000);
    expect((await big.get(next(first)!)).json.value).toHaveLength(5000);
  });
});
