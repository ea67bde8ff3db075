import { iotHubDeviceTwins } from '../../shared/adapters/iot-hub/device-twins';
import { memoryDeviceTwins } from '../../shared/adapters/memory/device-twins';
import type { JsonObject } from '../../shared/domain/json-values';
import type { DeviceTwins } from '../../shared/ports/device-twins';
import { startTestHub } from '../kit/hub';
import type { TestHub } from '../kit/hub';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

interface World {
  twins: DeviceTwins;
  add(deviceId: string, part?: { tags?: JsonObject; desired?: JsonObject }): Promise<void>;
}

const adapters: { which: string; open: () => World }[] = [
  {
    which: 'memory',
    open: () => {
      const twins = memoryDeviceTwins();
      return { twins, add: async (deviceId, part = {}) => twins.set(deviceId, part) };
    },
  },
  {
    which: 'an IoT Hub',
    open: () => ({
      twins: iotHubDeviceTwins({ connectionString: hub.iotHubConnectionString }),
      add: async (deviceId, { tags, desired } = {}) => {
        await hub.addDevice(deviceId);
        await hub.registry.updateTwin(deviceId, { tags, properties: { desired } }, '*');
      },
    }),
  },
];

describe.each(adapters)('twins in $which', ({ open }) => {
  test('a device that was never there has none, neither to read nor to change', async () => {
    const { twins } = open();
    expect(await twins.read('nobody')).toBeUndefined();
    expect(await twins.patch('nobody', { tags: { a: 1 } }, 'AAAAAAAAAAE=')).toEqual({ kind: 'unknown' });
  });

  test('an untouched twin is empty, and was never active', async () => {
    const { twins, add } = open();
    await add('untouched');
    expect(await twins.read('untouched')).toEqual({
      etag: expect.any(String),
      tags: {},
      desired: {},
      reported: {},
      reportedVersion: 1,
      connected: false,
      connectionChanged: null,
      lastActivity: null,
      enabled: true,
      statusReason: null,
    });
  });

  test('a patch merges and removes in both parts, and leaves the rest', async () => {
    const { twins, add } = open();
    await add('merged', {
      tags: { building: '7', floor: { wing: 'N', room: 1 } },
      desired: { period: 5, mode: 'eco' },
    });
    const { etag } = (await twins.read('merged'))!;
    const patch = { tags: { building: null, floor: { room: 2 } }, desired: { mode: null, limits: [1, 2] } };
    expect(await twins.patch('merged', patch, etag)).toEqual({ kind: 'patched' });
    expect(await twins.read('merged')).toMatchObject({
      tags: { floor: { wing: 'N', room: 2 } },
      desired: { period: 5, limits: [1, 2] },
    });
    const { tags, desired } = (await twins.read('merged'))!;
    expect([Object.keys(tags), Object.keys(desired).toSorted()]).toEqual([['floor'], ['limits', 'period']]);
  });

  test('a twin that changed since it was read is not changed', async () => {
    const { twins, add } = open();
    await add('raced');
    const { etag } = (await twins.read('raced'))!;
    expect(await twins.patch('raced', { tags: { a: 1 } }, etag)).toEqual({ kind: 'patched' });
    expect(await twins.patch('raced', { tags: { a: 2 } }, etag)).toEqual({ kind: 'changed' });
    expect((await twins.read('raced'))!.tags).toEqual({ a: 1 });
  });

  test('what the hub does not take is refused, with its reason, and nothing changes', async () => {
    const { twins, add } = open();
    await add('large');
    const { etag } = (await twins.read('large'))!;
    const tags = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(1000)]));
    expect(await twins.patch('large', { tags }, etag)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/tags/),
    });
    expect((await twins.read('large'))!.tags).toEqual({});
  });
});
