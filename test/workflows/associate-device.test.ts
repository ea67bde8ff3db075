import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { tableRecordStore } from '../../shared/adapters/table/record-store';
import { openTables } from '../../shared/adapters/table/tables';
import { createdId, openWebApi } from '../kit/web-api';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(async () => {
  await azurite.stop();
});

test('a device without an account is found, associated, and gone from the list, in Table Storage', async () => {
  const api = openWebApi(tableRecordStore(openTables({ connectionString: azurite.connectionString })));
  const account = createdId(await api.post('/accounts', { name: "O'Brien & Söhne" }));
  const owned = { 'msdyn_Account@odata.bind': `/accounts(${account})` };
  for (let i = 0; i < 12; i += 1) {
    const made = await api.post('/msdyn_iotdevices', {
      msdyn_name: `Thermostat ${i}`,
      msdyn_deviceid: `smt-${i}`,
      ...(i > 2 && owned),
    });
    expect(made.status).toBe(204);
  }
  const question = '/msdyn_iotdevices?$select=msdyn_name&$filter=_msdyn_account_value eq null&$count=true';
  const before = await api.get(question);
  expect(before.json['@odata.count']).toBe(3);
  expect(before.json.value!.map(({ msdyn_name }) => msdyn_name)).toEqual([
    'Thermostat 2',
    'Thermostat 1',
    'Thermostat 0',
  ]);

  const device = before.json.value![0]!;
  const address = `/msdyn_iotdevices(${String(device.msdyn_iotdeviceid)})`;
  const etag = String(device['@odata.etag']);
  expect((await api.get(address, { 'if-none-match': etag })).status).toBe(304);
  const bound = await api.patch(address, owned, { 'if-match': etag, prefer: 'return=representation' });
  expect([bound.status, bound.json._msdyn_account_value]).toEqual([200, account]);
  expect((await api.patch(address, owned, { 'if-match': etag })).status).toBe(412);

  expect((await api.get(question)).json['@odata.count']).toBe(2);
  const named = await api.get(`/accounts?$filter=${encodeURIComponent("name eq 'O''Brien & Söhne'")}`);
  expect(named.json.value).toHaveLength(1);
  const pages = await api.get(`/msdyn_iotdevices?$filter=_msdyn_account_value eq ${account}`, {
    prefer: 'odata.maxpagesize=7',
  });
  const rest = await api.get(String(pages.json['@odata.nextLink']), { prefer: 'odata.maxpagesize=7' });
  expect([pages.json.value!.length, rest.json.value!.length, rest.json['@odata.nextLink']]).toEqual([7, 3, undefined]);
});
