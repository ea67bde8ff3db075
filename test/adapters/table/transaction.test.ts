import { TableClient } from '@azure/data-tables';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { transact } from '../../../shared/adapters/table/transaction';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

const row = (rowKey: string) => ({ partitionKey: 'p', rowKey });

async function tableWithRow(name: string) {
  const client = TableClient.fromConnectionString(azurite.connectionString, name, { allowInsecureConnection: true });
  await client.createTable();
  const [etag] = await transact(client, [['create', { ...row('old'), n: 1 }]]);
  const keys = async () => {
    const rows: unknown[] = [];
    for await (const { rowKey } of client.listEntities()) rows.push(rowKey);
    return rows;
  };
  return { client, etag: etag!, keys };
}

test('a deletion with the ETag of its row removes it', async () => {
  const { client, etag, keys } = await tableWithRow('current');
  await transact(client, [
    ['create', row('new')],
    ['delete', { ...row('old'), etag }],
  ]);
  expect(await keys()).toEqual(['new']);
});

test('a deletion of a row that has changed since is refused, and everything with it', async () => {
  const { client, etag, keys } = await tableWithRow('changed');
  await transact(client, [['update', { ...row('old'), n: 2 }, 'Merge']]);
  const late = transact(client, [
    ['create', row('new')],
    ['delete', { ...row('old'), etag }],
  ]);
  await expect(late).rejects.toMatchObject({ statusCode: 412 });
  expect(await keys()).toEqual(['old']);
});
