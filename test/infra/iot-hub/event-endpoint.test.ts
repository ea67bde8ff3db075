import { EventHubConsumerClient, EventHubProducerClient } from '@azure/event-hubs';
import type { EventPosition, ReceivedEventData, Subscription } from '@azure/event-hubs';
import { Message } from 'azure-iot-device';
import type { Client as DeviceClient } from 'azure-iot-device';
import { readEvents, startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
let device: DeviceClient;
let stored: ReceivedEventData[];

beforeAll(async () => {
  hub = await startTestHub({ partitions: 2, consumerGroups: ['$Default', 'app'], eventHubName: 'telemetry' });
  device = await hub.connect(await hub.addDevice('source'));
  for (let index = 0; index < 5; index++) {
    await device.sendEvent(new Message(JSON.stringify({ index })));
    await new Promise((resolve) => setTimeout(resolve, 5)); // so that every event has a time of its own
  }
  stored = await readEvents(hub.eventHubConnectionString, 5);
});
afterAll(() => hub.stop());

const consumers: EventHubConsumerClient[] = [];
afterEach(() => Promise.all(consumers.splice(0).map((consumer) => consumer.close())));

function consumer(group = '$Default', connectionString = hub.eventHubConnectionString): EventHubConsumerClient {
  const made = new EventHubConsumerClient(group, connectionString, {
    retryOptions: { maxRetries: 0, retryDelayInMs: 100 },
  });
  consumers.push(made);
  return made;
}

/** Reads the partition the events are in; collects events and errors. */
function read(of: EventHubConsumerClient, startPosition: EventPosition, ownerLevel?: number) {
  const events: ReceivedEventData[] = [];
  const errors: Error[] = [];
  const last: (number | undefined)[] = [];
  const subscription: Subscription = of.subscribe(
    partition(),
    {
      async processEvents(batch, { lastEnqueuedEventProperties }) {
        if (batch.length > 0) last.push(lastEnqueuedEventProperties?.sequenceNumber);
        events.push(...batch);
      },
      processError: async (error) => void errors.push(error),
    },
    { startPosition, ownerLevel, maxWaitTimeInSeconds: 1, trackLastEnqueuedEventProperties: true },
  );
  return { events, errors, last, subscription };
}

function partition(): string {
  return (stored[0] as ReceivedEventData & { partitionId: string }).partitionId;
}

test('the hub and its partitions describe themselves', async () => {
  const client = consumer();
  const hubProperties = await client.getEventHubProperties();
  expect(hubProperties).toMatchObject({ name: 'telemetry', partitionIds: ['0', '1'] });
  const last = stored.at(-1)!;
  expect(await client.getPartitionProperties(partition())).toMatchObject({
    partitionId: partition(),
    beginningSequenceNumber: 0,
    lastEnqueuedSequenceNumber: 4,
    lastEnqueuedOffset: last.offset,
    lastEnqueuedOnUtc: last.enqueuedTimeUtc,
    isEmpty: false,
  });
  expect(await client.getPartitionProperties(partition() === '0' ? '1' : '0')).toMatchObject({
    lastEnqueuedSequenceNumber: -1,
    isEmpty: true,
  });
  await expect(client.getPartitionProperties('2')).rejects.toThrow(/no partition 2/);
});

test.each<[string, (events: ReceivedEventData[]) => EventPosition, number[]]>([
  ['the beginning', () => ({ offset: '-1' }), [0, 1, 2, 3, 4]],
  ['behind a sequence number', () => ({ sequenceNumber: 2 }), [3, 4]],
  ['a sequence number', () => ({ sequenceNumber: 2, isInclusive: true }), [2, 3, 4]],
  ['behind an offset', (events) => ({ offset: events[3]!.offset }), [4]],
  ['an offset', (events) => ({ offset: events[3]!.offset, isInclusive: true }), [3, 4]],
  ['a time', (events) => ({ enqueuedOn: events[1]!.enqueuedTimeUtc }), [2, 3, 4]],
])('a reader begins at %s', async (_which, position, expected) => {
  const { events, errors } = read(consumer('app'), position(stored));
  await until(() => events.length >= expected.length || errors.length > 0);
  expect(events.map(({ body }) => body.index)).toEqual(expected);
  expect(errors).toEqual([]);
});

test('a reader at the end gets only what comes later, and hears how far the partition is', async () => {
  const client = consumer('app');
  const { events, last } = read(client, { offset: '@latest' });
  // The link is attached when the hub answers; until then every event could be too early.
  let index = 100;
  await until(async () => {
    await device.sendEvent(new Message(JSON.stringify({ index: index++ })));
    return events.length > 0;
  });
  expect(events[0]!.body.index).toBeGreaterThanOrEqual(100);
  expect(events[0]!.sequenceNumber).toBeGreaterThan(4);
  expect(last[0]).toBeGreaterThanOrEqual(events[0]!.sequenceNumber);
});

test('a sequence number the partition never had is refused: it is a checkpoint of another hub', async () => {
  const { errors } = read(consumer('app'), { sequenceNumber: 1_000_000 });
  await until(() => errors.length > 0);
  expect(errors[0]!.message).toMatch(/supplied sequence number '1000000' is invalid/);
});

test('the reader with the higher owner level ends the others, and keeps the partition', async () => {
  const first = read(consumer('app'), { offset: '-1' }, 1);
  await until(() => first.events.length > 0);
  const second = read(consumer('app'), { offset: '-1' }, 2);
  await until(() => second.events.length > 0 && first.errors.length > 0);
  expect(first.errors[0]).toMatchObject({ code: 'ReceiverDisconnectedError' });
  const third = read(consumer('app'), { offset: '-1' }, 1);
  await until(() => third.errors.length > 0);
  expect(third.errors[0]).toMatchObject({ code: 'ReceiverDisconnectedError' });
  const elsewhere = read(consumer('$Default'), { offset: '-1' }, 0);
  await until(() => elsewhere.events.length > 0);
  expect(second.errors).toEqual([]);
});

test.each([
  ['an unknown consumer group', () => consumer('nobody'), /nobody/],
  [
    'a wrong key',
    () => consumer('app', hub.eventHubConnectionString.replace(/SharedAccessKey=[^;]*/, 'SharedAccessKey=d3Jvbmc=')),
    /signature does not match/,
  ],
  [
    'an unknown policy',
    () => consumer('app', hub.eventHubConnectionString.replace('KeyName=service', 'KeyName=guest')),
    /no policy "guest"/,
  ],
  [
    'another event hub',
    () => consumer('app', hub.eventHubConnectionString.replace('EntityPath=telemetry', 'EntityPath=other')),
    /another event hub|could not be found/,
  ],
])('a reader with %s is refused', async (_which, client, why) => {
  const { errors } = read(client(), { offset: '-1' });
  await until(() => errors.length > 0);
  expect(errors[0]!.message).toMatch(why);
});

test('nobody but devices sends events', async () => {
  const producer = new EventHubProducerClient(hub.eventHubConnectionString, { retryOptions: { maxRetries: 0 } });
  await expect(producer.sendBatch([{ body: 1 }])).rejects.toThrow(/Only devices/);
  await producer.close();
});
