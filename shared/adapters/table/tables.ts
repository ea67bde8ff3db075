import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { TokenCredential } from '@azure/identity';
import { asciiBodies } from './ascii-bodies';
import { boundedCalls } from './bounded-calls';

/** The account's tables, each created on first use and reached through one client. */
export interface Tables {
  client(table: string): Promise<TableClient>;
}

/** Where the tables are: a connection string (local), or an endpoint with an identity (Azure). */
export type TableAccount = { connectionString: string } | { endpoint: string; credential: TokenCredential };

export interface TablesOptions {
  /** Sees each request, and each try of one. */
  watcher?: PipelinePolicy;
  /** Milliseconds that one call may take, its tries included. */
  longestCall?: number;
}

export function openTables(account: TableAccount, { watcher, longestCall }: TablesOptions = {}): Tables {
  const clients = new Map<string, Promise<TableClient>>();
  // Azurite speaks plain HTTP; the client refuses that unless told.
  const options = { allowInsecureConnection: 'connectionString' in account };
  const service =
    'connectionString' in account
      ? TableServiceClient.fromConnectionString(account.connectionString, options)
      : new TableServiceClient(account.endpoint, account.credential);
  const equip = ({ pipeline }: Pick<TableClient, 'pipeline'>) => {
    pipeline.addPolicy(boundedCalls(longestCall));
    if (watcher) pipeline.addPolicy(watcher, { afterPhase: 'Retry' });
  };
  equip(service);

  const open = async (table: string) => {
    await service.createTable(table);
    const client =
      'connectionString' in account
        ? TableClient.fromConnectionString(account.connectionString, table, options)
        : new TableClient(account.endpoint, table, account.credential);
    client.pipeline.addPolicy(asciiBodies);
    equip(client);
    return client;
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
