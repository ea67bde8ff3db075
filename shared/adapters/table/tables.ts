import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';

/** The account's tables, each created on first use and reached through one client. */
export interface Tables {
  client(table: string): Promise<TableClient>;
}

/** Where the tables are: a connection string (local), or an endpoint with an identity (Azure). */
export type TableAccount = { connectionString: string } | { endpoint: string; credential: TokenCredential };

export function openTables(account: TableAccount): Tables {
  const clients = new Map<string, Promise<TableClient>>();
  // Azurite speaks plain HTTP; the client refuses that unless told.
  const options = { allowInsecureConnection: 'connectionString' in account };
  const service =
    'connectionString' in account
      ? TableServiceClient.fromConnectionString(account.connectionString, options)
      : new TableServiceClient(account.endpoint, account.credential);

  const open = async (table: string) => {
    await service.createTable(table);
    return 'connectionString' in account
      ? TableClient.fromConnectionString(account.connectionString, table, options)
      : new TableClient(account.endpoint, table, account.credential);
  };

  return {
    client: async (table) => {
      const opening = clients.get(table) ?? open(table);
      clients.set(table, opening);
      // A failed creation must not be remembered: the next call tries again.
      opening.catch(() => clients.delete(table));
      return opening;
    },
  };
}
