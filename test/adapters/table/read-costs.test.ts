import type { TableClient } from '@azure/data-tables';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { tableRecordStore } from '../../../shared/adapters/table/record-store';
import { openTables } from '../../../shared/adapters/table/tables';
import { makeId, shardCount, shardOf } from '../../../shared/domain/ids';
import { connectedDeviceRole } from '../../../shared/model/tables/connections';
import { formattedValue } from '../../../shared/odata/preferences';
import { openWebApi } from '../../kit/web-api';
import type { TestApi } from '../../kit/web-api';

/** What storage was asked, and how many rows it sent. */
interface Traffic {
  requests: URL[];
  rows: number;
}

const traffic: Traffic = { requests: [], rows: 0 };
const start = Date.UTC(2026, 10, 21);
const idOf = (label: string, time: number, shard = shardOf(label)) =>
  makeId({ time: start + time * 1000, shard, seed: label });

const contoso = idOf('Contoso', 0);
const device = idOf('device 0', 0);
const parent = idOf('alert 0', 0, 3);
const alerts = 400;
const thirty = [device, ...Array.from({ length: 29 }, (_, i) => idOf(`nobody ${i}`, i))];

let azurite: Azurite;
let api: TestApi;

/** 60 accounts, 5 devices, and 400 alerts over all shards: every fifth of device 0, every tenth a child of the first. */
beforeAll(async () => {
  azurite = await startAzurite();
  const records = tableRecordStore(watched(openTables({ connectionString: azurite.connectionString })));
  api = openWebApi(records);
  const writes: Promise<unknown>[] = [];
  for (let i = 0; i < 60; i += 1) {
    const name = i === 0 ? 'Contoso' : i % 20 === 0 ? `Contoso ${i}` : `Fabrikam ${i}`;
    writes.push(records.insert('account', { accountid: idOf(name, i), name }));
  }
  for (let i = 0; i < 5; i += 1) {
    const id = idOf(`device ${i}`, i);
    writes.push(
      records.insert('msdyn_iotdevice', {
        msdyn_iotdeviceid: id,
        msdyn_name: `D${i}`,
        msdyn_deviceid: `smt-${i}`,
        _msdyn_account_value: contoso,
      }),
    );
  }
  await Promise.all(writes);
  for (let i = 0; i < alerts; i += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, j) => i + j).map((n) =>
        records.insert('msdyn_iotalert', {
          msdyn_iotalertid: n === 0 ? parent : idOf(`alert ${n}`, n, n % shardCount),
          msdyn_description: `Alert ${n}`,
          msdyn_alertdata: 'x'.repeat(4000),
          _msdyn_device_value: idOf(`device ${n % 5}`, n % 5),
          ...(n > 0 && n % 10 === 0 && { _msdyn_parentalert_value: parent }),
          createdon: new Date(start + n * 1000).toISOString(),
        }),
      ),
    );
  }
});
afterAll(async () => {
  await azurite.stop();
});

test.each<{ which: string; path: string; prefer?: string; requests: number; rows: number; records: number }>([
  { which: 'a record by its id', path: `/msdyn_iotalerts(${parent})`, requests: 1, rows: 1, records: 1 },
  {
    which: 'a record by a filter on its id',
    path: `/msdyn_iotalerts?$filter=msdyn_iotalertid eq ${parent}`,
    requests: 1,
    rows: 1,
    records: 1,
  },
  {
    which: 'a device by its Device ID',
    path: "/msdyn_iotdevices(msdyn_deviceid='smt-1')",
    requests: 2,
    rows: 2,
    records: 1,
  },
  {
    which: 'the account of a device',
    path: `/msdyn_iotdevices(${device})/msdyn_Account`,
    requests: 2,
    rows: 2,
    records: 1,
  },
  {
    which: 'the 50 newest alerts',
    path: '/msdyn_iotalerts?$top=50',
    requests: 2 * shardCount,
    rows: 51 * shardCount,
    records: 50,
  },
  {
    which: "a device's alerts",
    path: `/msdyn_iotalerts?$filter=_msdyn_device_value eq ${device}`,
    requests: 2 * shardCount,
    rows: alerts / 5,
    records: alerts / 5,
  },
  {
    which: "a device's newest alerts, by their navigation",
    path: `/msdyn_iotdevices(${device})/msdyn_msdyn_iotdevice_msdyn_iotalert_Device?$top=5`,
    requests: 1 + 2 * shardCount,
    rows: 1 + 6 * shardCount,
    records: 5,
  },
  {
    which: "a parent's children",
    path: `/msdyn_iotalerts?$filter=_msdyn_parentalert_value eq ${parent}`,
    requests: 1 + shardCount,
    rows: alerts / 10,
    records: alerts / 10 - 1,
  },
  {
    which: 'a parent with its children',
    path: `/msdyn_iotalerts(${parent})?$expand=msdyn_iotalert_msdyn_iotalert`,
    requests: 2 + shardCount,
    rows: 1 + alerts / 10,
    records: 1,
  },
  {
    which: 'the newest primary alerts, for which the logs need not be read',
    path: '/msdyn_iotalerts?$filter=_msdyn_parentalert_value eq null&$top=50',
    requests: shardCount,
    rows: 51 * shardCount,
    records: 50,
  },
  {
    which: 'the primary alerts of thirty devices, in three questions for each shard',
    path: `/msdyn_iotalerts?$filter=_msdyn_parentalert_value eq null and _msdyn_device_value in (${thirty.join(',')})`,
    requests: 3 * shardCount,
    rows: alerts / 5,
    records: alerts / 5 - alerts / 10 + 1,
  },
  {
    which: 'accounts that contain a text, each row once',
    path: "/accounts?$filter=contains(tolower(name),'zebra')",
    requests: shardCount,
    rows: 60,
    records: 0,
  },
  {
    which: 'accounts by the beginning of their names',
    path: "/accounts?$filter=startswith(name,'Con')",
    requests: shardCount,
    rows: 3,
    records: 3,
  },
  {
    which: 'alerts of a span of time',
    path: '/msdyn_iotalerts?$filter=createdon ge 2026-11-21T00:01:00Z and createdon lt 2026-11-21T00:02:00Z',
    requests: 3 * shardCount,
    rows: 60,
    records: 60,
  },
  {
    which: 'the 50 newest alerts since a time',
    path: '/msdyn_iotalerts?$filter=createdon ge 2026-11-21T00:01:00Z&$top=50',
    requests: 2 * shardCount,
    rows: 51 * shardCount,
    records: 50,
  },
  {
    which: 'alerts with their devices, each device once',
    path: `/msdyn_iotalerts?$top=50&$expand=msdyn_Device($select=msdyn_name)`,
    requests: 2 * shardCount + 5,
    rows: 51 * shardCount + 5,
    records: 50,
  },
  {
    which: 'devices with the names of their accounts, each account once',
    path: '/msdyn_iotdevices?$select=_msdyn_account_value',
    prefer: `odata.include-annotations="${formattedValue}"`,
    requests: shardCount + 1,
    rows: 6,
    records: 5,
  },
])('$which costs $requests requests at most', async ({ path, prefer, requests, rows, records }) => {
  Object.assign(traffic, { requests: [], rows: 0 });
  const { status, json } = await api.get(path, prefer === undefined ? {} : { prefer });
  expect(status).toBe(200);
  expect(json.value?.length ?? 1).toBe(records);
  expect(traffic.requests.length).toBeLessThanOrEqual(requests);
  expect(traffic.rows).toBeLessThanOrEqual(rows);
});

/** 60 assets with a connected and a bound device each; alerts of asset 0 and of nobody. */
describe('customer assets', () => {
  const assets = Array.from({ length: 60 }, (_, i) => idOf(`asset ${i}`, i));
  beforeAll(async () => {
    const records = api.records;
    for (const [i, asset] of assets.entries()) {
      const connected = idOf(`connected ${i}`, i);
      const plain = { msdyn_name: `C${i}`, msdyn_deviceid: `c-${i}` };
      await Promise.all([
        records.insert('msdyn_customerasset', { msdyn_customerassetid: asset, msdyn_name: `A${i}` }),
        records.insert('msdyn_iotdevice', { msdyn_iotdeviceid: connected, ...plain }),
        records.insert('msdyn_iotdevice', {
          msdyn_iotdeviceid: idOf(`bound ${i}`, i),
          msdyn_name: `B${i}`,
          _ccs_customerasset_value: asset,
        }),
        records.insert('connection', {
          connectionid: idOf(`connection ${i}`, i),
          _record1id_value: asset,
          ccs_record1table: 'msdyn_customerasset',
          _record2id_value: connected,
          ccs_record2table: 'msdyn_iotdevice',
          _record2roleid_value: connectedDeviceRole,
        }),
        records.insert('msdyn_iotalert', {
          msdyn_iotalertid: idOf(`asset alert ${i}`, i, i % shardCount),
          msdyn_description: `Alert of an asset ${i}`,
          _msdyn_customerasset_value: i % 2 === 0 ? assets[0] : null,
        }),
      ]);
    }
  });

  // Alerts are looked for among rows and in the logs.
  const lists = { alerts: 2 * shardCount, devices: 3 * shardCount };
  test.each<{ which: string; path: string; requests: number; records: number }>([
    {
      which: 'an asset without computed columns',
      path: `/msdyn_customerassets(${assets[0]})?$select=msdyn_name`,
      requests: 1,
      records: 1,
    },
    {
      which: "an asset with its alerts' figures",
      path: `/msdyn_customerassets(${assets[0]})?$select=msdyn_alert,msdyn_alertcount,msdyn_lastalerttime`,
      requests: 1 + lists.alerts,
      records: 1,
    },
    {
      which: 'an asset with everything, and its connected device',
      path: `/msdyn_customerassets(${assets[0]})`,
      requests: 1 + lists.alerts + lists.devices + 1,
      records: 1,
    },
    {
      which: 'a page of assets with everything: five times ten, and each connected device',
      path: '/msdyn_customerassets',
      requests: shardCount + 5 * (lists.alerts + lists.devices) + 50,
      records: 50,
    },
    {
      which: 'a page of assets without computed columns',
      path: '/msdyn_customerassets?$select=msdyn_name',
      requests: shardCount,
      records: 60,
    },
    {
      which: 'all assets by a figure of their alerts, in one pass over these',
      path: '/msdyn_customerassets?$filter=msdyn_alertcount gt 0&$select=msdyn_alertcount',
      requests: shardCount + 2 * lists.alerts,
      records: 1,
    },
  ])('$which cost $requests requests at most', async ({ path, requests, records }) => {
    Object.assign(traffic, { requests: [], rows: 0 });
    const { status, json } = await api.get(path);
    expect([status, json.value?.length ?? 1]).toEqual([200, records]);
    expect(traffic.requests.length).toBeLessThanOrEqual(requests);
  });

  test('alerts of others, and columns that are not summed up, are not fetched', async () => {
    Object.assign(traffic, { requests: [], rows: 0 });
    const { json } = await api.get(`/msdyn_customerassets(${assets[0]})?$select=msdyn_alertcount`);
    expect([json['msdyn_alertcount'], traffic.rows]).toEqual([30, 1 + 30]);
    expect(ofRows()).toHaveLength(shardCount);
    for (const { searchParams } of ofRows()) {
      expect(searchParams.get('$select')).not.toContain('msdyn_alertdata');
    }
  });
});

test('a request for some properties brings no others along', async () => {
  Object.assign(traffic, { requests: [], rows: 0 });
  await api.get(
    "/msdyn_iotalerts?$top=5&$select=msdyn_description&$filter=contains(msdyn_deviceid,'x')&$orderby=createdon",
  );
  const asked = ofRows()[0]!.searchParams.get('$select')!.split(',');
  // What an alert counts is part of its ETag.
  expect(asked.toSorted()).toEqual([
    'PartitionKey',
    'RowKey',
    'Timestamp',
    '_msdyn_parentalert_value',
    'ccs_duplicatecount',
    'ccs_groupkey',
    'ccs_lastalerttime',
    'createdon',
    'msdyn_description',
    'msdyn_deviceid',
    'msdyn_iotalertid',
  ]);
});

test('what is only counted is not brought along', async () => {
  Object.assign(traffic, { requests: [], rows: 0 });
  const { text } = await api.get("/msdyn_iotalerts/$count?$filter=contains(tolower(msdyn_description),'alert 39')");
  expect(text).toBe('11');
  const asked = ofRows()[0]!.searchParams.get('$select')!.split(',');
  expect(asked).toContain('msdyn_description');
  expect(asked).not.toContain('msdyn_alertdata');
});

test('a span of time is looked for among the keys that can hold it', async () => {
  Object.assign(traffic, { requests: [], rows: 0 });
  await api.get('/msdyn_iotalerts?$filter=createdon ge 2026-11-21 and createdon lt 2026-11-22');
  const range = /RowKey ge 'A-([0-9a-f]{12})' and RowKey lt 'A-([0-9a-f]{12})'/;
  const [, newest, oldest] = range.exec(ofRows()[0]!.searchParams.get('$filter')!)!;
  const timeOf = (inverted: string) => new Date(2 ** 48 - 1 - Number.parseInt(inverted, 16)).toISOString();
  expect([timeOf(newest!), timeOf(oldest!)]).toEqual(['2026-11-22T01:00:00.000Z', '2026-11-13T23:59:59.999Z']);
});

/** The requests for rows of alerts; those for the logs of the shards are others. */
function ofRows(): URL[] {
  return traffic.requests.filter((url) => url.searchParams.get('$filter')?.includes("'A-"));
}

/** The same tables, every request and every row that comes back counted. */
function watched(tables: ReturnType<typeof openTables>): ReturnType<typeof openTables> {
  const clients = new Map<string, Promise<TableClient>>();
  const watch = async (table: string) => {
    const client = await tables.client(table);
    client.pipeline.addPolicy({
      name: 'count',
      sendRequest: async (request, next) => {
        traffic.requests.push(new URL(request.url));
        const response = await next(request);
        const body = response.bodyAsText?.startsWith('{')
          ? (JSON.parse(response.bodyAsText) as { value?: unknown[] })
          : {};
        traffic.rows += body.value?.length ?? 1;
        return response;
      },
    });
    return client;
  };
  return {
    client: async (table) => {
      const client = clients.get(table) ?? watch(table);
      clients.set(table, client);
      return client;
    },
  };
}
