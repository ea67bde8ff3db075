import { TableServiceClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
import { entities } from '../../../shared/model/entities';
import { queues as queueNames } from '../../../shared/model/queues';

/** Often enough that Azurite's code for it is compiled like that of a service that has been at work. */
const reads = 50;

/**
 * Leaves a store that holds nothing as the service leaves it: its tables are there, and its queues have been read. Azurite
 * keeps the rows of all its services with the same code, which takes longer for each row once it has been asked about queues. On a store that nobody uses, bare transactions would be measured against another Azurite than ours.
 */
export async function leaveAsUsed(connectionString: string): Promise<void> {
  const tables = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  for (const table of new Set(Object.values(entities).map(({ stored }) => stored.table))) {
    await tables.createTable(table);
  }
  const service = QueueServiceClient.fromConnectionString(connectionString);
  for (const name of queueNames) {
    const queue = service.getQueueClient(name);
    await queue.create();
    for (let read = 0; read < reads; read += 1) await queue.receiveMessages();
  }
}
