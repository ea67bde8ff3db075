import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from 'azure-iot-device';
import { iotHubCommandFeedback } from '../../../shared/adapters/iot-hub/command-feedback';
import { iotHubCommandMessages } from '../../../shared/adapters/iot-hub/command-messages';
import type { CommandMessage } from '../../../shared/ports/command-messages';
import { deviceConnectionString, startTestHub, until } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let data: string;
let hub: TestHub;
let messages: ReturnType<typeof iotHubCommandMessages>;
const account = () => ({ connectionString: hub.iotHubConnectionString });

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'commands-test-'));
  hub = await startTestHub({ data });
  messages = iotHubCommandMessages(account());
});
afterAll(async () => {
  await messages.close();
  await hub.stop();
  await rm(data, { recursive: true, force: true });
});

const message = (deviceId: string, messageId: string, more: Partial<CommandMessage> = {}): CommandMessage => ({
  deviceId,
  messageId,
  body: '{"CommandName":"Reset"}',
  expires: Date.now() + 60_000,
  attempt: 1,
  ...more,
});

/** What the hub reports, as message ids and outcomes. */
async function take(): Promise<string[]> {
  const found: string[] = [];
  await iotHubCommandFeedback(account()).take(async (text) => {
    const items = JSON.parse(text) as { originalMessageId: string; statusCode: string }[];
    found.push(...items.map(({ originalMessageId, statusCode }) => `${originalMessageId} ${statusCode}`));
  });
  return found.toSorted();
}

test('a device gets the message with its id, its type and the number of a repeat', async () => {
  const device = await hub.connect(await hub.addDevice('device'));
  const received: Message[] = [];
  device.on('message', (each: Message) => received.push(each));
  await messages.lookAt('device');
  await messages.send(message('device', 'first'));
  await messages.send(message('device', 'second', { attempt: 2 }));
  await until(() => received.length === 2);
  expect(received.map(({ messageId }) => messageId)).toEqual(['first', 'second']);
  expect(received.map(({ properties }) => properties.getValue('ccs-attempt'))).toEqual([undefined, '2']);
  expect(received[0]).toMatchObject({ contentType: 'application/json', contentEncoding: 'utf-8' });
});

test('what became of messages is reported until it was dealt with', async () => {
  await hub.addDevice('other');
  await messages.send(message('other', 'late', { expires: Date.now() + 100 }));
  await messages.send(message('other', 'purged'));
  await until(async () => Number((await hub.registry.get('other')).responseBody.cloudToDeviceMessageCount) === 1);
  await fetchPurge('other');
  const failing = iotHubCommandFeedback(account()).take(async () => {
    throw new Error('the storage is away');
  });
  await expect(failing).rejects.toThrow('the storage is away');
  const found = await take();
  expect(found).toEqual(expect.arrayContaining(['late Expired', 'purged Purged']));
  expect(await take()).toEqual([]);
});

/** Drops what waits for a device. */
async function fetchPurge(deviceId: string): Promise<void> {
  const registry = hub.registry as unknown as {
    _restApiClient: { executeApiCall(...call: [string, string, object, undefined, (error?: Error) => void]): void };
  };
  await new Promise<void>((done, fail) => {
    const path = `/devices/${deviceId}/commands?api-version=2021-04-12`;
    registry._restApiClient.executeApiCall('DELETE', path, {}, undefined, (error) => (error ? fail(error) : done()));
  });
}

test('a hub that is away is unreachable, in words without a key, and is used again when it is back', async () => {
  await hub.addDevice('steady');
  await messages.lookAt('steady');
  const { ports } = hub;
  await hub.stop();
  const errors = [
    await messages.lookAt('steady').catch((error: Error) => error),
    await take().catch((error: Error) => error),
  ];
  expect(errors).toMatchObject([{ code: 'hub-unreachable' }, { code: 'hub-unreachable' }]);
  expect(await messages.send(message('steady', 'lost'))).toMatchObject({
    kind: expect.stringMatching('not-now|uncertain'),
  });
  for (const error of errors) expect(wordsOf(error)).not.toMatch(/SharedAccess|sig=/i);
  hub = await startTestHub({ data, ports });
  expect(await messages.lookAt('steady')).toEqual({ kind: 'known', waiting: 0 });
  expect(await messages.send(message('steady', 'found'))).toEqual({ kind: 'accepted' });
});

test('messages that are on their way when the connection breaks are uncertain', async () => {
  await messages.lookAt('steady');
  const { ports } = hub;
  const sending = Promise.all(Array.from({ length: 30 }, async (_, i) => messages.send(message('steady', `way ${i}`))));
  await hub.stop();
  const kinds = new Set((await sending).map(({ kind }) => kind));
  expect(['accepted', 'uncertain', 'not-now']).toEqual(expect.arrayContaining([...kinds]));
  expect(kinds).toContain('uncertain');
  hub = await startTestHub({ data, ports });
  expect(await messages.lookAt('steady')).toMatchObject({ kind: 'known' });
});

test('a hub that refuses the key is said to, and the key is not', async () => {
  const secret = Buffer.from('this is not the key of the hub..').toString('base64');
  const connectionString = hub.iotHubConnectionString.replace(/SharedAccessKey=.*/, `SharedAccessKey=${secret}`);
  const stranger = iotHubCommandMessages({ connectionString });
  const errors = [
    await stranger.lookAt('device').catch((error: Error) => error),
    await stranger.send(message('device', 'never')),
    await iotHubCommandFeedback({ connectionString })
      .take(async () => undefined)
      .catch((error: Error) => error),
  ];
  await stranger.close();
  expect(errors).toMatchObject([{ code: 'hub-unreachable' }, { kind: 'not-now' }, { code: 'hub-unreachable' }]);
  for (const error of errors) {
    expect(wordsOf(error)).not.toContain(secret);
    expect(wordsOf(error)).not.toMatch(/SharedAccessSignature|sig=/i);
  }
});

/** What a person or a log would get to see. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.message} ${error.stack}` : JSON.stringify(error);
}

test('a device client that rejects is reported', async () => {
  // Over AMQP: MQTT has no way to reject.
  const { Amqp } = await import('azure-iot-device-amqp');
  await hub.addDevice('picky');
  const picky = await hub.connect(await deviceConnectionString(hub.registry, hub.hostName, 'picky'), Amqp);
  picky.on('message', (each: Message) => picky.reject(each, () => undefined));
  await messages.send(message('picky', 'no'));
  const found: string[] = [];
  await until(async () => {
    found.push(...(await take()));
    return found.includes('no Rejected');
  });
});
