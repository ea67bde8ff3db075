import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryAlertLedger } from '../../shared/adapters/memory/alert-ledger';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { tableAlertLedger } from '../../shared/adapters/table/alert-ledger';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import type { AlertLedger } from '../../shared/ports/alert-ledger';
import type { RecordStore } from '../../shared/ports/record-store';
import { groupedAlertWrites } from '../../shared/workflows/grouped-alert-writes';
import { oneAtATime } from '../../shared/workflows/one-at-a-time';
import { sendBatch } from '../kit/batch';
import { ingestionOn } from '../kit/ingestion';
import { createdId, openWebApi } from '../kit/web-api';
import type { TestApi } from '../kit/web-api';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const time = '2026-11-21T04:00:00Z';
let made = 0;

describe.each<{ which: string; open: () => { records: RecordStore; ledger: AlertLedger } }>([
  {
    which: 'memory',
    open: () => {
      const records = memoryRecordStore();
      return { records, ledger: memoryAlertLedger(records) };
    },
  },
  {
    which: 'Table Storage',
    open: () => {
      const tables = openTables({ connectionString: azurite.connectionString });
      return { records: tableRecordStore(tables), ledger: tableAlertLedger(tables) };
    },
  },
])('deleting in $which', ({ open }) => {
  let api: TestApi;
  let deviceId: string;
  beforeEach(async () => {
    const adapters = open();
    const more = { parentOnCreate: true, oneAtATime: oneAtATime() };
    const unique = () => `unique ${(made += 1)}`;
    api = openWebApi(adapters.records, { unique, alerts: groupedAlertWrites(ingestionOn(adapters), unique, more) });
    deviceId = `delete-${(made += 1)}`;
    const account = createdId(await api.post('/accounts', { name: 'Contoso' }));
    const bound = { 'msdyn_Account@odata.bind': `/accounts(${account})` };
    await api.post('/msdyn_iotdevices', { msdyn_name: deviceId, msdyn_deviceid: deviceId, ...bound });
  });

  const alert = async () => {
    const body = { msdyn_description: 'hot', msdyn_deviceid: deviceId, msdyn_alerttime: time };
    const answer = await api.post('/msdyn_iotalerts', body, { prefer: 'return=representation' });
    return answer.json as Record<string, string | null>;
  };
  const remove = async (path: string) => (await api.send('DELETE', path)).status;
  const alertNow = async (id: unknown) => (await api.get(`/msdyn_iotalerts(${String(id)})`)).json;

  test('a parent alert closes its window: the next alert becomes a parent', async () => {
    const parent = await alert();
    expect(await remove(`/msdyn_iotalerts(${parent['msdyn_iotalertid']})`)).toBe(204);
    const next = await alert();
    expect(next).toMatchObject({
      _msdyn_parentalert_value: null,
      ccs_reason: expect.stringMatching(/^parent-closed/) as string,
    });
    expect((await alert())['_msdyn_parentalert_value']).toBe(next['msdyn_iotalertid']);
  });

  test('a parent alert with duplicates is refused; without them it goes', async () => {
    const parent = await alert();
    const child = await alert();
    const address = `/msdyn_iotalerts(${parent['msdyn_iotalertid']})`;
    expect(await remove(address)).toBe(409);
    expect(await alertNow(parent['msdyn_iotalertid'])).toMatchObject({ statecode: parent['statecode'] });
    expect((await alert())['_msdyn_parentalert_value']).toBe(parent['msdyn_iotalertid']);
    const { value } = (
      await api.get(`/msdyn_iotalerts?$filter=_msdyn_parentalert_value eq ${parent['msdyn_iotalertid']}`)
    ).json;
    expect(value).toHaveLength(2);
    for (const each of value!) expect(await remove(`/msdyn_iotalerts(${String(each['msdyn_iotalertid'])})`)).toBe(204);
    expect(child['_msdyn_parentalert_value']).toBe(parent['msdyn_iotalertid']);
    expect(await remove(address)).toBe(204);
  });

  test('a case takes the link off its alert, and nobody joins it any more', async () => {
    const parent = await alert();
    const ticket = parent['_msdyn_case_value'];
    expect(ticket).toBeTruthy();
    expect(await remove(`/incidents(${ticket})`)).toBe(204);
    expect(await alertNow(parent['msdyn_iotalertid'])).toMatchObject({ _msdyn_case_value: null });
    await api.patch(`/msdyn_iotalerts(${parent['msdyn_iotalertid']})`, { statecode: 3 });
    const next = await alert();
    expect(next['_msdyn_case_value']).toBeTruthy();
    expect(next['_msdyn_case_value']).not.toBe(ticket);
  });

  test('an alert takes the link off its case', async () => {
    const parent = await alert();
    const ticket = parent['_msdyn_case_value'];
    expect(await remove(`/msdyn_iotalerts(${parent['msdyn_iotalertid']})`)).toBe(204);
    expect((await api.get(`/incidents(${ticket})`)).json).toMatchObject({ _msdyn_iotalert_value: null, statecode: 0 });
  });

  test('a device takes the link off its alerts, which keep its Device ID', async () => {
    const parent = await alert();
    expect(await remove(`/msdyn_iotdevices(msdyn_deviceid='${deviceId}')`)).toBe(204);
    expect(await alertNow(parent['msdyn_iotalertid'])).toMatchObject({
      _msdyn_device_value: null,
      msdyn_deviceid: deviceId,
    });
  });

  test('in a change set that fails afterwards, alerts and their groups are as before', async () => {
    const parent = await alert();
    const id = parent['msdyn_iotalertid'];
    const items = [
      { method: 'DELETE', path: `msdyn_iotalerts(${id})` },
      {
        method: 'PATCH',
        path: 'accounts(00000000-0000-0000-0000-000000000001)',
        body: {},
        headers: { 'If-Match': '*' },
      },
    ];
    expect((await sendBatch(api, [items])).status).toBe(404);
    expect((await alert())['_msdyn_parentalert_value']).toBe(id);
  });

  test('and alerts made and changed in change sets are in step with their groups', async () => {
    const first = await alert();
    const { replies } = await sendBatch(api, [
      [
        { method: 'PATCH', path: `msdyn_iotalerts(${first['msdyn_iotalertid']})`, body: { statecode: 3 } },
        {
          method: 'POST',
          path: 'msdyn_iotalerts',
          body: { msdyn_description: 'hot', msdyn_deviceid: deviceId, msdyn_alerttime: time },
          headers: { Prefer: 'return=representation' },
        },
      ],
    ]);
    const [changed, next] = replies[0] as { status: number; json: Record<string, unknown> }[];
    expect([changed!.status, next!.status]).toEqual([204, 201]);
    // The first is closed by the time that the second is settled.
    expect(next!.json).toMatchObject({ _msdyn_parentalert_value: null, _msdyn_case_value: first['_msdyn_case_value'] });
    expect((await alert())['_msdyn_parentalert_value']).toBe(next!.json['msdyn_iotalertid']);
  });
});
