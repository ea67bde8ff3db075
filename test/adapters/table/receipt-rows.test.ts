import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { alertsTable } from '../../../shared/adapters/table/shard-log';
import { claimKey } from '../../../shared/adapters/table/receipt-rows';
import { openTables } from '../../../shared/adapters/table/tables';

let azurite: Azurite;
beforeAll(async () => (azurite = await startAzurite()));
afterAll(async () => azurite.stop());

test('a name that retention takes away while it is looked at is kept for the one who asked', async () => {
  const others = await openTables(azurite).client(alertsTable);
  expect(await claimKey(others, 'key', 'one')).toBe('first');
  const client = await openTables(azurite).client(alertsTable);
  let removed = 0;
  client.pipeline.addPolicy({
    name: 'retention',
    sendRequest: async (request, next) => {
      if (request.method === 'GET' && removed === 0) {
        for await (const { partitionKey, rowKey } of others.listEntities()) {
          await others.deleteEntity(partitionKey!, rowKey!);
          removed += 1;
        }
      }
      return next(request);
    },
  });
  expect(await claimKey(client, 'key', 'two')).toBe('first');
  expect(removed).toBe(1);
  expect(await claimKey(client, 'key', 'one')).toBe('other');
  expect(await claimKey(client, 'key', 'two')).toBe('again');
});
