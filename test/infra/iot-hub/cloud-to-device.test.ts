import type { Message as DeviceMessage } from 'azure-iot-device';
import type { Client as DeviceClient } from 'azure-iot-device';
import { Amqp } from 'azure-iot-device-amqp';
import { Http } from 'azure-iot-device-http';
import { Message, NoRetry } from 'azure-iot-common';
import { Client } from 'azure-iothub';
import { startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

interface FeedbackRecord {
  originalMessageId: string;
  deviceId: string;
  statusCode: string;
}

let hub: TestHub;
let service: Client;
const feedback: FeedbackRecord[] = [];

beforeAll(async () => {
  hub = await startTestHub();
  service = Client.fromConnectionString(hub.iotHubConnectionString);
  service.setRetryPolicy(new NoRetry());
  await service.open();
  const { result: receiver } = (await service.getFeedbackReceiver()) as unknown as {
    result: {
      on(event: 'message', listener: (message: { data: Buffer }) => void): void;
      complete(message: unknown): Promise<void>;
    };
  };
  receiver.on('message', (message) => {
    feedback.push(...(JSON.parse(message.data.toString()) as FeedbackRecord[]));
    void receiver.complete(message);
  });
});
afterAll(async () => {
  await service.close();
  await hub.stop();
});

async function send(deviceId: string, messageId: string, more: Partial<Message> = {}): Promise<void> {
  const message = new Message(`body of ${messageId}`);
  Object.assign(message, { messageId, ...more });
  message.properties.add('color', 'rot & blau');
  await service.send(deviceId, message);
}

function received(device: DeviceClient): DeviceMessage[] {
  const messages: DeviceMessage[] = [];
  device.on('message', (message) => messages.push(message));
  return messages;
}

async function outcome(messageId: string): Promise<string> {
  await until(
    () => feedback.some(({ originalMessageId }) => originalMessageId === messageId),
    `feedback of ${messageId}`,
  );
  return feedback.find(({ originalMessageId }) => originalMessageId === messageId)!.statusCode;
}

/** The SDK calls it text; the hub sends a number. */
async function waiting(deviceId: string): Promise<number> {
  return Number((await hub.registry.get(deviceId)).responseBody.cloudToDeviceMessageCount);
}

test('messages wait while a device is offline and arrive in order with their properties', async () => {
  const connectionString = await hub.addDevice('sleeper');
  await send('sleeper', 'first', { correlationId: 'c', contentType: 'application/json', contentEncoding: 'utf-8' });
  await send('sleeper', 'second');
  expect(await waiting('sleeper')).toBe(2);

  const device = await hub.connect(connectionString);
  const messages = received(device);
  await until(() => messages.length === 2);
  await send('sleeper', 'third');
  await until(() => messages.length === 3);

  expect(messages.map(({ messageId }) => messageId)).toEqual(['first', 'second', 'third']);
  const [first] = messages;
  expect(first!.data.toString()).toBe('body of first');
  expect(first).toMatchObject({ correlationId: 'c', contentType: 'application/json', contentEncoding: 'utf-8' });
  expect(first!.to).toBe('/devices/sleeper/messages/devicebound');
  expect(first!.properties.getValue('color')).toBe('rot & blau');
  await until(async () => (await waiting('sleeper')) === 0, 'completion by PUBACK');
});

test('whoever asked for it hears that a message arrived, and nobody else', async () => {
  const device = await hub.connect(await hub.addDevice('answering'));
  received(device);
  await send('answering', 'silent');
  await send('answering', 'negative', { ack: 'negative' });
  await send('answering', 'positive', { ack: 'positive' });
  expect(await outcome('positive')).toBe('Success');
  expect(feedback.map(({ originalMessageId }) => originalMessageId)).not.toContain('silent');
  expect(feedback.map(({ originalMessageId }) => originalMessageId)).not.toContain('negative');
});

test('a message whose time is over is never delivered, and that is reported', async () => {
  const connectionString = await hub.addDevice('late');
  await send('late', 'short-lived', { ack: 'full', expiryTimeUtc: (Date.now() + 150) as never });
  expect(await outcome('short-lived')).toBe('Expired');
  const messages = received(await hub.connect(connectionString));
  await send('late', 'fresh');
  await until(() => messages.length > 0);
  expect(messages.map(({ messageId }) => messageId)).toEqual(['fresh']);
});

test('an unknown device is DeviceNotFoundError', async () => {
  await expect(send('nobody', 'lost')).rejects.toMatchObject({ name: 'DeviceNotFoundError' });
});

test('the 51st message that waits is refused', async () => {
  await hub.addDevice('full');
  for (let index = 0; index < 50; index++) await send('full', `${index}`);
  await expect(send('full', 'too many')).rejects.toMatchObject({ name: 'DeviceMaximumQueueDepthExceededError' });
  expect(await waiting('full')).toBe(50);
});

test('a message over 64 KiB is refused', async () => {
  await hub.addDevice('small');
  await expect(service.send('small', new Message('x'.repeat(66_000)))).rejects.toMatchObject({
    name: 'MessageTooLargeError',
  });
});

describe.each([
  ['AMQP', Amqp],
  ['HTTPS', Http],
])('a device over %s', (protocol, transport) => {
  const deviceId = `settling-${protocol.toLowerCase()}`;
  let device: DeviceClient;
  let messages: DeviceMessage[];
  beforeAll(async () => {
    device = await hub.connect(await hub.addDevice(deviceId), transport);
    if (protocol === 'HTTPS') await device.setOptions({ http: { receivePolicy: { interval: 0.05 } } });
    messages = received(device);
  });
  afterAll(() => device.close());

  test.each([
    ['complete', 'Success'],
    ['reject', 'Rejected'],
  ] as const)('can %s a message: %s', async (how, expected) => {
    const id = `${protocol}-${how}`;
    await send(deviceId, id, { ack: 'full' });
    await until(() => messages.at(-1)?.messageId === id);
    await device[how](messages.at(-1)!);
    expect(await outcome(id)).toBe(expected);
  });

  test('gets an abandoned message again, ten times at most', async () => {
    const id = `${protocol}-abandon`;
    const seen = () => messages.filter(({ messageId }) => messageId === id);
    await send(deviceId, id, { ack: 'full' });
    for (let count = 1; count <= 10; count++) {
      await until(() => seen().length === count, `delivery ${count}`);
      await device.abandon(seen()[count - 1]!);
    }
    expect(await outcome(id)).toBe('DeliveryCountExceeded');
    expect(await waiting(deviceId)).toBe(0);
  });
});

test('an id that looks like a UUID stays text', async () => {
  const id = '2f0c7b0e-5c8a-4d8a-9a43-1d3c0a2f7a11';
  const device = await hub.connect(await hub.addDevice('uuid'));
  const messages = received(device);
  await send('uuid', id, { ack: 'positive' });
  await until(() => messages.length === 1);
  expect(messages[0]!.messageId).toBe(id);
  expect(await outcome(id)).toBe('Success');
});
