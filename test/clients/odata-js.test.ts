import { o } from 'odata';
import { openWebApi } from '../kit/web-api';
import { serve } from '../kit/http-server';
import type { TestServer } from '../kit/http-server';

type Row = Record<string, unknown>;

let server: TestServer;
const client = () => o('', { rootUrl: server.url });
/** o.js promises anything at all. */
const asked = async (answer: Promise<unknown>) => (await answer) as Row;
const listed = async (answer: Promise<unknown>) => (await answer) as Row[];

let contoso: string;
const devices: string[] = [];

beforeAll(async () => {
  server = await serve(openWebApi().handle);
  const representation = {
    rootUrl: server.url,
    headers: { 'content-type': 'application/json', prefer: 'return=representation' },
  };
  const create = async (set: string, body: object) => asked(o('', representation).post(set, body).query());
  contoso = String((await create('accounts', { name: 'Contoso' }))['accountid']);
  for (let i = 0; i < 7; i += 1) {
    const bind = { 'msdyn_Account@odata.bind': `/accounts(${contoso})` };
    const device = await create('msdyn_iotdevices', { msdyn_name: `D${i}`, msdyn_timezone: (i * 3) % 7, ...bind });
    devices.push(String(device['msdyn_iotdeviceid']));
  }
});
afterAll(async () => {
  expect(server.faults).toEqual([]);
  await server.stop();
});

describe('o.js, as it comes from npm,', () => {
  test('lists a set with options', async () => {
    const rows = await listed(
      client()
        .get('msdyn_iotdevices')
        .query({ $filter: 'msdyn_timezone gt 1', $orderby: 'msdyn_timezone desc', $top: 3, $select: 'msdyn_name' }),
    );
    expect(rows.map((row) => row['msdyn_name'])).toEqual(['D2', 'D4', 'D6']);
  });

  test('reads a record with what it looks at', async () => {
    const device = await asked(
      client().get(`msdyn_iotdevices(${devices[0]})`).query({ $expand: 'msdyn_Account($select=name)' }),
    );
    expect(device).toMatchObject({ msdyn_name: 'D0', msdyn_Account: { name: 'Contoso', accountid: contoso } });
  });

  test('follows a collection and counts it', async () => {
    const path = `accounts(${contoso})/msdyn_account_msdyn_iotdevice_Account`;
    expect(await listed(client().get(path).query({ $select: 'msdyn_name' }))).toHaveLength(7);
    const response = (await client().get(`${path}/$count`).fetch()) as Response;
    expect(await response.text()).toBe('7');
  });

  test('lists several sets in one go', async () => {
    const both = await listed(client().get('accounts').get('msdyn_iotdevices').query({ $top: 1 }));
    expect(both).toHaveLength(2);
  });

  test('fetches the service document and the metadata', async () => {
    const document = (await client().get('').fetch()) as Response;
    expect(await document.json()).toMatchObject({ value: expect.arrayContaining([]) as unknown });
    const metadata = (await client().get('$metadata').fetch()) as Response;
    expect([metadata.status, metadata.headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8']);
  });

  test('changes a record', async () => {
    await client().patch(`msdyn_iotdevices(${devices[6]})`, { msdyn_name: 'Renamed' }).query();
    expect(await asked(client().get(`msdyn_iotdevices(${devices[6]})`).query())).toMatchObject({
      msdyn_name: 'Renamed',
    });
  });

  test('throws the answer of a request that is refused', async () => {
    const refused = (await client()
      .get('msdyn_iotdevices')
      .query({ $filter: "nam eq 'x'" })
      .catch((error: unknown) => error)) as Response;
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { message: expect.stringContaining("'nam'") as string } });
  });
});
