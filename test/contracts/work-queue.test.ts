import { QueueServiceClient } from '@azure/storage-queue';
import { startAzurite } from '../../infra/local/azurite';
import type { Azurite } from '../../infra/local/azurite';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import { storageQueue } from '../../shared/adapters/queue/work-queue';
import type { WorkQueue } from '../../shared/ports/work-queue';

interface Message {
  ids: string[];
  number: number;
}

let azurite: Azurite;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite.stop());

interface Subject {
  queue: WorkQueue<Message>;
  /** What waits, as its taker sees it. */
  waiting: () => Promise<Message[]>;
}

const received = async (name: string): Promise<Message[]> => {
  const client = QueueServiceClient.fromConnectionString(azurite.connectionString).getQueueClient(name);
  const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32, visibilityTimeout: 1 });
  return receivedMessageItems.map(({ messageText }) => JSON.parse(Buffer.from(messageText, 'base64').toString()));
};

const adapters: { which: string; open: () => Subject }[] = [
  {
    which: 'memory',
    open: () => {
      const queue = memoryWorkQueue<Message>();
      return { queue, waiting: async () => queue.messages };
    },
  },
  {
    which: 'Queue Storage',
    open: () => ({ queue: storageQueue(azurite, 'work'), waiting: async () => received('work') }),
  },
];

test.each(adapters)('a queue in $which keeps what it was given', async ({ open }) => {
  const { queue, waiting } = open();
  const messages = [1, 2].map((number) => ({
    ids: Array.from({ length: 100 }, (_, i) => `00000000-0000-0000-000${number}-${String(i).padStart(12, '0')}`),
    number,
  }));
  await Promise.all(messages.map(async (message) => queue.add(message)));
  const found = await waiting();
  expect(found.toSorted((a, b) => a.number - b.number)).toEqual(messages);
});

test('a message that is to wait is not seen before', async () => {
  const queue = storageQueue<Message>(azurite, 'waiting');
  await queue.add({ ids: [], number: 1 }, 2);
  expect(await received('waiting')).toEqual([]);
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await received('waiting');
    if (found.length > 0) {
      expect(found).toEqual([{ ids: [], number: 1 }]);
      return;
    }
    expect(Date.now()).toBeLessThan(end);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

test('a queue that cannot be reached is said to be so, and is used again when it can be', async () => {
  const gone = await startAzurite();
  const queue = storageQueue(gone, 'gone');
  await gone.stop();
  await expect(queue.add({})).rejects.toMatchObject({ code: 'queue-unreachable' });
  const back = await startAzurite({ ports: gone.ports });
  try {
    await queue.add({});
  } finally {
    await back.stop();
  }
});
