import { iotHubCommandMessages } from '../../shared/adapters/iot-hub/command-messages';
import { memoryCommandMessages } from '../../shared/adapters/memory/command-messages';
import type { CommandMessage, CommandMessages } from '../../shared/ports/command-messages';
import { startTestHub } from '../kit/hub';
import type { TestHub } from '../kit/hub';

let hub: TestHub;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(async () => {
  await Promise.all(opened.map(async (each) => each.close()));
  await hub.stop();
});

const adapters: { which: string; open: (deviceIds: string[]) => Promise<CommandMessages> }[] = [
  { which: 'memory', open: async (deviceIds) => memoryCommandMessages(deviceIds) },
  {
    which: 'an IoT Hub',
    open: async (deviceIds) => {
      for (const deviceId of deviceIds) await hub.registry.create({ deviceId });
      const messages = iotHubCommandMessages({ connectionString: hub.iotHubConnectionString });
      opened.push(messages);
      return messages;
    },
  },
];

const message = (deviceId: string, more: Partial<CommandMessage> = {}): CommandMessage => ({
  deviceId,
  messageId: '00000000-0000-4000-8000-000000000001',
  body: '{"CommandName":"Reset"}',
  expires: Date.now() + 60_000,
  attempt: 1,
  ...more,
});

describe.each(adapters)('commands to $which', ({ open }) => {
  test('are accepted for a device that is known, and wait for it', async () => {
    const messages = await open(['calm']);
    expect(await messages.lookAt('calm')).toEqual({ kind: 'known', waiting: 0 });
    expect(await messages.send(message('calm'))).toEqual({ kind: 'accepted' });
    expect(await messages.lookAt('calm')).toEqual({ kind: 'known', waiting: 1 });
  });

  test('are refused for a device that is not', async () => {
    const messages = await open([]);
    expect(await messages.lookAt('nobody')).toEqual({ kind: 'unknown' });
    expect(await messages.send(message('nobody'))).toEqual({ kind: 'refused', reason: 'unknown-device' });
  });

  test('are refused beyond 50 that wait, and when they are too large', async () => {
    const messages = await open(['busy', 'idle']);
    await messages.lookAt('busy');
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => messages.send(message('busy', { messageId: `m${i}` }))),
    );
    expect(await messages.lookAt('busy')).toEqual({ kind: 'known', waiting: 50 });
    expect(await messages.send(message('busy'))).toEqual({ kind: 'refused', reason: 'queue-full' });
    const large = message('idle', { body: 'x'.repeat(70_000) });
    expect(await messages.send(large)).toEqual({ kind: 'refused', reason: 'too-large' });
  });
});
