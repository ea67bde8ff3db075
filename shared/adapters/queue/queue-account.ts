import { QueueClient } from '@azure/storage-queue';
import type { StorageRetryOptions } from '@azure/storage-queue';
import type { TokenCredential } from '@azure/identity';

/** Where queues are: a connection string, or an endpoint with an identity. */
export type QueueAccount = { connectionString: string } | { endpoint: string; credential: TokenCredential };

/** Somebody waits for the answer: a few quick tries, then say that the queue cannot be reached. */
const retryOptions: StorageRetryOptions = { maxTries: 3, retryDelayInMs: 200, tryTimeoutInMs: 5_000 };

/** Ends a call that nobody answers, its tries included. */
export const inTime = () => ({ abortSignal: AbortSignal.timeout(15_000) });

export function openQueue(account: QueueAccount, name: string): QueueClient {
  return 'connectionString' in account
    ? new QueueClient(account.connectionString, name, { retryOptions })
    : new QueueClient(`${account.endpoint.replace(/\/$/, '')}/${name}`, account.credential, { retryOptions });
}
