import { RestError } from '@azure/storage-queue';
import { ServiceError } from '../../domain/errors';
import type { QueueLengths } from '../../ports/queue-lengths';
import { inTime, openQueue } from './queue-account';
import type { QueueAccount } from './queue-account';

/** Lengths of Azure Storage queues, as storage estimates them. */
export function storageQueueLengths(account: QueueAccount): QueueLengths {
  return {
    length: async (name) => {
      try {
        const { approximateMessagesCount = 0 } = await openQueue(account, name).getProperties(inTime());
        return approximateMessagesCount;
      } catch (cause) {
        if (cause instanceof RestError && cause.statusCode === 404) return 0;
        throw new ServiceError('queue-unreachable', `The queue '${name}' cannot be reached. Try again.`, { cause });
      }
    },
  };
}
