import { QueueClient } from '@azure/storage-queue';
import type { StorageRetryOptions } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/identity';
import { ServiceError } from '../../domain/errors';
import type { WorkQueue } from '../../ports/work-queue';

/** Where queues are: a connection string, or an endpoint with an identity. */
export type QueueAccount = { connectionString: string } | { endpoint: string; credential: TokenCredential };

/** Somebody waits for the answer: a few quick tries, then say that the queue cannot be reached. */
const retryOptions: StorageRetryOptions = { maxTries: 3, retryDelayInMs: 200, tryTimeoutInMs: 5_000 };

/**
 * Messages of an Azure Storage queue: JSON in base64, as the Functions host reads them. The queue is created with the first
 * message.
 */
export function storageQueue<M extends object>(account: QueueAccount, name: string): WorkQueue<M> {
  const client =
    'connectionString' in account
      ? new QueueClient(account.connectionString, name, { retryOptions })
      : new QueueClient(`${account.endpoint.replace(/\/$/, '')}/${name}`, account.credential, { retryOptions });
  let created: Promise<unknown> | undefined;

  return {
    add: async (message, afterSeconds) => {
      const options = afterSeconds === undefined ? {} : { visibilityTimeout: afterSeconds };
      try {
        created ??= client.createIfNotExists();
        await created;
        await client.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'), options);
      } catch (cause) {
        created = undefined;
        throw new ServiceError('queue-unreachable', `The queue '${name}' cannot be reached. Try again.`, { cause });
      }
    },
  };
}
