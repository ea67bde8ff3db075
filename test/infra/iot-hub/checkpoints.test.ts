import { EventHubConsumerClient } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import { Message } from 'azure-iot-device';
import { startAzurite } from '../../../infra/local/azurite';
import type { Azurite } from '../../../infra/local/azurite';
import { startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let azurite: Azurite;
let hub: TestHub;
beforeAll(async () => {
  [azurite, hub] = await Promise.all([startAzurite(), startTestHub({ partitions: 1 })]);
});
afterAll(() => Promise.all([azurite.stop(), hub.stop()]));

test('a processor with blob checkpoints goes on exactly behind the last one', async () => {
  const container = new ContainerClient(azurite.connectionString, 'checkpoints');
  await container.create();
  const device = await hub.connect(await hub.addDevice('source'));

  /** Sends events, and runs a processor until it has seen the last of them. */
  async function process(numbers: number[]): Promise<number[]> {
    for (const number of numbers) await device.sendEvent(new Message(JSON.stringify({ number })));
    const consumer = new EventHubConsumerClient(
      '$Default',
      hub.eventHubConnectionString,
      new BlobCheckpointStore(container),
    );
    const seen: number[] = [];
    let checkpointed = -1;
    const subscription = consumer.subscribe(
      {
        async processEvents(events, context) {
          seen.push(...events.map(({ body }) => (body as { number: number }).number));
          const last = events.at(-1);
          if (!last) return;
          await context.updateCheckpoint(last);
          checkpointed = (last.body as { number: number }).number;
        },
        async processError(error) {
          throw error;
        },
      },
      { startPosition: { offset: '-1' }, maxWaitTimeInSeconds: 1 },
    );
    await until(() => checkpointed === numbers.at(-1), 'the last checkpoint');
    await subscription.close();
    await consumer.close();
    return seen;
  }

  expect(await process([0, 1, 2])).toEqual([0, 1, 2]);
  expect(await process([3, 4])).toEqual([3, 4]);
});
