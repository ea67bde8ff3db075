import { QueueClient } from '@azure/storage-queue';
import type { StorageRetryOptions } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/identity';
import { ServiceError } from '../../domain/errors';
import type { RegistrationQueue } from '../../ports/registration-queue';

/** Where the queue is: a connection string, or an endpoint with an identity. */
export type QueueAccount = { connectionString: string } | { endpoint: string; credential: TokenCredential };

/** Name of the queue; the function that takes from it names it, too. */
export const registrations = 'registrations';

/** Somebody waits for the answer: a few quick tries, then say that the queue cannot be reached. */
const retryOptions: StorageRetryOptions = { maxTries: 3, retryDelayInMs: 200, tryTimeoutInMs: 5_000 };

/**
 * Requests as messages of an Azure Storage queue: JSON in base64, as the Functions host reads them. The queue is created
 * with the first message.
 */
export function storageRegistrationQueue(account: QueueAccount): RegistrationQueue {
  const client =
    'connectionString' in account
      ? new QueueClient(account.connectionString, registrations, { retryOptions })
      : new QueueClient(`${account.endpoint.replace(/\/$/, '')}/${registrations}`, account.credential, {
          retryOptions,
        });
  let created: Promise<unknown> | undefined;

  return {
    add: async ({ devices, requestedOn }) => {
      const message = { devices, requestedOn: new Date(requestedOn).toISOString() };
      try {
        created ??= client.createIfNotExists();
        await created;
        await client.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
      } catch (cause) {
        created = undefined;
        throw new ServiceError('queue-unreachable', 'The queue of registrations cannot be reached. Try again.', {
          cause,
        });
      }
    },
  };
}
