import fc from 'fast-check';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { RecordStore } from '../../shared/ports/record-store';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { sendBatch } from '../kit/batch';
import type { Inner } from '../kit/batch';
import { all, everything, ingestionOn } from '../kit/ingestion';
import { createdId, openWebApi } from '../kit/web-api';

let made = 0;

/** A store whose records are never written together, and whose write number `failing` fails. */
function failingStore(failing: () => number) {
  const store = memoryRecordStore();
  let count = 0;
  const guarded =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>, refusal: R) =>
    async (...args: A): Promise<R> => {
      count += 1;
      return count === failing() ? refusal : call(...args);
    };
  const records: RecordStore = {
    ...store,
    writeTogether: async () => ({ kind: 'apart' }),
    insert: guarded(store.insert, { kind: 'exists', property: 'msdyn_deviceid' }),
    replace: guarded(store.replace, { kind: 'exists', property: 'msdyn_deviceid' }),
    remove: store.remove,
  };
  return { records, restart: () => (count = 0) };
}

async function openAlerts(records: RecordStore) {
  const adapters = { records, ledger: memoryAlertLedger(records) };
  const unique = () => `unique ${(made += 1)}`;
  const more = { parentOnCreate: true, oneAtATime: oneAtATime() };
  const api = openWebApi(records, { unique, alerts: groupedAlertWrites(ingestionOn(adapters), unique, more) });
  const account = createdId(await api.post('/accounts', { name: 'Contoso' }));
  const bound = { 'msdyn_Account@odata.bind': `/accounts(${account})` };
  const device = createdId(await api.post('/msdyn_iotdevices', { msdyn_name: 'T', msdyn_deviceid: 'smt-1', ...bound }));
  const alert = async () => {
    const body = { msdyn_description: 'hot', msdyn_deviceid: 'smt-1', msdyn_alerttime: '2026-11-21T04:00:00Z' };
    return (await api.post('/msdyn_iotalerts', body, { prefer: 'return=representation' })).json;
  };
  const parent = await alert();
  return { api, account, device, parent, alert };
}

test('whichever write of a change set fails, the store and the groups are as before', async () => {
  let undone = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (at) => {
      let failing = 0;
      const { records, restart } = failingStore(() => failing);
      const { api, account, device, parent, alert } = await openAlerts(records);
      const before = [await everything(records), await all(records, 'account'), await all(records, 'msdyn_iotdevice')];
      const items: Inner[] = [
        { method: 'DELETE', path: `incidents(${String(parent['_msdyn_case_value'])})` },
        { method: 'PATCH', path: `accounts(${account})`, body: { name: 'Fabrikam' } },
        { method: 'POST', path: 'accounts', body: { name: 'New' } },
        { method: 'DELETE', path: `msdyn_iotdevices(${device})` },
        { method: 'POST', path: 'msdyn_iotdevices', body: { msdyn_name: 'T', msdyn_deviceid: 'smt-1' } },
      ];
      restart();
      failing = at;
      const { status } = await sendBatch(api, [items]);
      failing = 0;
      if (status === 200) return;
      undone += 1;
      const sorted = (rows: unknown) =>
        JSON.stringify(rows, (_, value: unknown) =>
          Array.isArray(value) ? value.map((each) => JSON.stringify(each)).toSorted() : value,
        );
      const after = [await everything(records), await all(records, 'account'), await all(records, 'msdyn_iotdevice')];
      expect(sorted(after)).toBe(sorted(before));
      // The case is joined, so its group knows of it again.
      await api.patch(`/msdyn_iotalerts(${String(parent['msdyn_iotalertid'])})`, { statecode: 3 });
      expect((await alert())['_msdyn_case_value']).toBe(parent['_msdyn_case_value']);
    }),
    { numRuns: 40 },
  );
  expect(undone).toBeGreaterThan(3);
});

describe('on Table Storage', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(() => azurite.stop());

  test('new records of one table in a change set are one storage transaction', async () => {
    const tables = openTables({ connectionString: azurite.connectionString });
    const written: string[] = [];
    (await tables.client('accounts')).pipeline.addPolicy({
      name: 'count',
      sendRequest: async (request, next) => {
        if (request.method !== 'GET') written.push(request.url);
        return next(request);
      },
    });
    const api = openWebApi(tableRecordStore(tables));
    const make = (name: string): Inner => ({ method: 'POST', path: 'accounts', body: { name } });
    const { replies } = await sendBatch(api, [[make('A'), make('B'), make('C')]]);
    expect(replies).toMatchObject([[{ status: 204 }, { status: 204 }, { status: 204 }]]);
    expect(written).toEqual([expect.stringMatching(/\$batch$/)]);
    expect((await all(api.records, 'account')).map(({ name }) => name).toSorted()).toEqual(['A', 'B', 'C']);
  });

  test('records of several tables are written, changed and deleted', async () => {
    const records = tableRecordStore(openTables({ connectionString: azurite.connectionString }));
    const api = openWebApi(records, { unique: () => `unique ${(made += 1)}` });
    const device = { msdyn_name: 'T', msdyn_deviceid: 'several', 'msdyn_Account@odata.bind': '$1' };
    const { replies } = await sendBatch(api, [
      [
        { method: 'POST', path: 'accounts', body: { name: 'D' }, id: '1' },
        { method: 'POST', path: 'msdyn_iotdevices', body: device, id: '2' },
      ],
      [
        { method: 'DELETE', path: "msdyn_iotdevices(msdyn_deviceid='several')" },
        { method: 'POST', path: 'msdyn_iotdevices', body: { ...device, 'msdyn_Account@odata.bind': undefined } },
      ],
      { method: 'GET', path: "msdyn_iotdevices(msdyn_deviceid='several')" },
    ]);
    const read = { status: 200, json: { msdyn_name: 'T', _msdyn_account_value: null } };
    expect(replies).toMatchObject([[{ status: 204 }, { status: 204 }], [{ status: 204 }, { status: 204 }], read]);
  });
});
