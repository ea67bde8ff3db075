import { ServiceError } from '../../domain/errors';
import type { WorkQueue } from '../../ports/work-queue';
import { inTime, openQueue } from './queue-account';
import type { QueueAccount } from './queue-account';

/**
 * Messages of an Azure Storage queue: JSON in base64, as the Functions host reads them. The queue is created with the first
 * message.
 */
export function storageQueue<M extends object>(account: QueueAccount, name: string): WorkQueue<M> {
  const client = openQueue(account, name);
  let created: Promise<unknown> | undefined;

  return {
    add: async (message, afterSeconds) => {
      const options = { ...inTime(), ...(afterSeconds !== undefined && { visibilityTimeout: afterSeconds }) };
      try {
        created ??= client.createIfNotExists(inTime());
        await created;
        await client.sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'), options);
      } catch (cause) {
        created = undefined;
        throw new ServiceError('queue-unreachable', `The queue '${name}' cannot be reached. Try again.`, { cause });
      }
    },
  };
}
