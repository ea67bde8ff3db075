import { QueueServiceClient } from '@azure/storage-queue';
import { memoryRegistrationQueue } from '../../shared/adapters/memory/registration-queue';
import { registrations, storageRegistrationQueue } from '../../shared/adapters/queue/registration-queue';
import type { RegistrationQueue } from '../../shared/ports/registration-queue';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

interface Subject {
  queue: RegistrationQueue;
  /** What waits, as its taker sees it. */
  waiting: () => Promise<{ devices: readonly string[]; requestedOn: number }[]>;
}

const adapters: { which: string; open: () => Subject }[] = [
  {
    which: 'memory',
    open: () => {
      const queue = memoryRegistrationQueue();
      return { queue, waiting: async () => queue.requests };
    },
  },
  {
    which: 'Queue Storage',
    open: () => ({
      queue: storageRegistrationQueue(azurite),
      waiting: async () => {
        const client = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(registrations);
        const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
        return receivedMessageItems.map(({ messageText }) => {
          const text = Buffer.from(messageText, 'base64').toString();
          const { devices, requestedOn } = JSON.parse(text) as { devices: string[]; requestedOn: string };
          return { devices, requestedOn: Date.parse(requestedOn) };
        });
      },
    }),
  },
];

test.each(adapters)('the queue of registrations in $which keeps what it was given', async ({ open }) => {
  const { queue, waiting } = open();
  const requests = [1, 2].map((n) => ({
    devices: Array.from({ length: 100 }, (_, i) => `00000000-0000-0000-000${n}-${String(i).padStart(12, '0')}`),
    requestedOn: Date.UTC(2026, 10, 21) + n,
  }));
  await Promise.all(requests.map(async (request) => queue.add(request)));
  const found = await waiting();
  expect(found.toSorted((a, b) => a.requestedOn - b.requestedOn)).toEqual(requests);
});

test('a queue that cannot be reached is said to be so, and is used again when it can be', async () => {
  const gone = await startAzurite();
  const queue = storageRegistrationQueue(gone);
  await gone.stop();
  const request = { devices: ['x'], requestedOn: 0 };
  await expect(queue.add(request)).rejects.toMatchObject({ code: 'queue-unreachable' });
  const back = await startAzurite({ ports: gone.ports });
  try {
    await queue.add(request);
  } finally {
    await back.stop();
  }
});
