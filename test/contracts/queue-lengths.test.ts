import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryQueueLengths } from '../../shared/adapters/memory/queue-lengths';
import { storageQueueLengths } from '../../shared/adapters/queue/queue-lengths';
import { storageQueue } from '../../shared/adapters/queue/work-queue';
import type { QueueLengths } from '../../shared/ports/queue-lengths';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

test.each<{ which: string; open: (waiting: Map<string, number>) => Promise<QueueLengths> }>([
  { which: 'memory', open: async (waiting) => memoryQueueLengths(waiting) },
  {
    which: 'Queue Storage',
    open: async (waiting) => {
      for (const [name, length] of waiting) {
        for (let i = 0; i < length; i += 1) await storageQueue(azurite, name).add({ i });
      }
      return storageQueueLengths(azurite);
    },
  },
])('lengths of queues in $which count what waits, and nothing where there is no queue', async ({ open }) => {
  const queues = await open(new Map([['full', 3]]));
  expect([await queues.length('full'), await queues.length('never-made')]).toEqual([3, 0]);
});

test('a queue that cannot be reached is said to be so', async () => {
  const gone = await startAzurite();
  const queues = storageQueueLengths(gone);
  await gone.stop();
  await expect(queues.length('full')).rejects.toMatchObject({ code: 'queue-unreachable' });
});
