import { inspect } from 'node:util';
import { startTestHub } from '../kit/hub';
import type { TestHub } from '../kit/hub';
import { iotHubDeviceRegistry } from '../../shared/adapters/iot-hub/device-registry';
import { memoryDeviceRegistry } from '../../shared/adapters/memory/device-registry';
import type { DeviceRegistry } from '../../shared/ports/device-registry';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

const gate = async () => undefined;
const adapters: { which: string; open: () => DeviceRegistry }[] = [
  { which: 'memory', open: memoryDeviceRegistry },
  {
    which: 'an IoT Hub',
    open: () => iotHubDeviceRegistry({ connectionString: hub.iotHubConnectionString }, gate),
  },
];

const identity = (deviceId: string, more = {}) => ({ deviceId, tags: { a: 1 }, desired: { b: { c: 2 } }, ...more });

describe.each(adapters)('a registry in $which', ({ which, open }) => {
  const name = (id: string) => `${which.replaceAll(' ', '-')}-${id}`;

  test('creates identities with their twins, each with an outcome of its own', async () => {
    const registry = open();
    const [one, two, bad] = [name('one'), name("it's"), name('bad')];
    expect(await registry.create([identity(one)])).toEqual(new Map());
    const refusals = await registry.create([identity(one), identity(two), identity(bad, { tags: { 'a b': 1 } })]);
    expect([...refusals].map(([id, { kind }]) => [id, kind])).toEqual([
      [one, 'exists'],
      [bad, 'refused'],
    ]);
    const found = await registry.find([two, one, bad]);
    expect(found.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1))).toMatchObject(
      [two, one].toSorted().map((deviceId) => identity(deviceId, { enabled: true, connected: false, reported: {} })),
    );
    expect(await registry.look(one)).toMatchObject(identity(one));
    expect(await registry.look(bad)).toBeUndefined();
  });

  test('enables and disables what is there', async () => {
    const registry = open();
    const [one, none] = [name('switch'), name('nobody')];
    await registry.create([identity(one)]);
    const refusals = await registry.setEnabled([one, none], false);
    expect([...refusals].map(([id, { kind }]) => [id, kind])).toEqual([[none, 'missing']]);
    expect(await registry.look(one)).toMatchObject({ enabled: false });
    expect(await registry.setEnabled([one], true)).toEqual(new Map());
    expect(await registry.look(one)).toMatchObject({ enabled: true, ...identity(one) });
  });

  test('merges into a twin, and null removes', async () => {
    const registry = open();
    const one = name('twin');
    await registry.create([identity(one)]);
    expect(await registry.updateTwin(one, { tags: { a: null, d: 4 }, desired: { b: { e: 5 } } })).toBeUndefined();
    expect(await registry.look(one)).toMatchObject({ tags: { d: 4 }, desired: { b: { c: 2, e: 5 } } });
    expect(await registry.updateTwin(name('nobody'), { tags: {}, desired: {} })).toMatchObject({ kind: 'missing' });
  });

  test('removes, and says who was not there', async () => {
    const registry = open();
    const one = name('gone');
    await registry.create([identity(one)]);
    expect([...(await registry.remove([one, name('nobody')]))].map(([id]) => id)).toEqual([name('nobody')]);
    expect(await registry.find([one])).toEqual([]);
  });

  test('tells all identities page by page', async () => {
    const registry = open();
    const ids = Array.from({ length: 7 }, (_, i) => name(`page-${i}`));
    await registry.create(ids.map((id) => identity(id)));
    const found: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await registry.page(3, after);
      expect(page.identities.length).toBeLessThanOrEqual(3);
      found.push(...page.identities.map(({ deviceId }) => deviceId));
      if (page.next === null) break;
      after = page.next;
    }
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(ids));
  });
});

describe('the registry of an IoT Hub', () => {
  test('keeps the keys of a device that is disabled and enabled again', async () => {
    const registry = iotHubDeviceRegistry({ connectionString: hub.iotHubConnectionString }, gate);
    const before = await hub.addDevice('keeper');
    await registry.setEnabled(['keeper'], false);
    await registry.setEnabled(['keeper'], true);
    const { authentication } = (await hub.registry.get('keeper')).responseBody;
    expect(before).toContain(authentication!.symmetricKey!.primaryKey);
  });

  test('passes the gate before each request', async () => {
    let passed = 0;
    const before = Object.values(hub.restCalls()).reduce((sum, count) => sum + count, 0);
    const registry = iotHubDeviceRegistry({ connectionString: hub.iotHubConnectionString }, async () => {
      passed += 1;
    });
    await registry.create([identity('gated-1'), identity('gated-2')]);
    await registry.setEnabled(['gated-1', 'gated-2'], false);
    await registry.find(['gated-1']);
    expect(passed).toBe(5);
    expect(Object.values(hub.restCalls()).reduce((sum, count) => sum + count, 0) - before).toBe(5);
  });

  test('says that a hub throttles, or is not there, and never shows a key or a token', async () => {
    const strict = await startTestHub({ registryOperationsPerMinute: 1, hostName: 'strict.azure-devices.net' });
    const registry = iotHubDeviceRegistry({ connectionString: strict.iotHubConnectionString }, gate);
    const faults: unknown[] = [];
    const fault = async (code: string) => {
      const error: unknown = await registry.create([identity('x')]).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code });
      faults.push(error);
    };
    try {
      await registry.create([identity('first')]);
      await fault('hub-busy');
    } finally {
      await strict.stop();
    }
    await fault('hub-unreachable');
    const key = /SharedAccessKey=(.*)$/.exec(strict.iotHubConnectionString)![1]!;
    for (const error of faults) {
      const shown = inspect(error, { depth: 12, showHidden: true });
      expect(shown).not.toContain(key);
      expect(shown).not.toMatch(/SharedAccessSignature|sig=/);
    }
  });
});
