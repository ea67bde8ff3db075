import type { Device } from 'azure-iothub';
import { startTestHub } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

/** What the SDK's error carries besides its name. */
interface SdkError extends Error {
  response: { statusCode: number; headers: Record<string, string> };
  responseBody: string;
}

async function refusal(work: Promise<unknown>): Promise<{ status: number; code?: string; body: string }> {
  const error = await work.then(
    () => {
      throw new Error('nothing was refused');
    },
    (reason: SdkError) => reason,
  );
  return {
    status: error.response.statusCode,
    code: error.response.headers['iothub-errorcode'],
    body: error.responseBody,
  };
}

test('a new device gets two keys, a generation and an ETag, and is enabled and disconnected', async () => {
  const { responseBody: device } = await hub.registry.create({ deviceId: 'pump-1' });

  expect(device).toMatchObject({ deviceId: 'pump-1', status: 'enabled', connectionState: 'Disconnected' });
  const { primaryKey, secondaryKey } = device.authentication!.symmetricKey!;
  expect(Buffer.from(primaryKey, 'base64')).toHaveLength(32);
  expect(secondaryKey).not.toBe(primaryKey);
  const { responseBody: read } = await hub.registry.get('pump-1');
  expect(read).toEqual(device);
});

test('a device keeps the keys it was given and refuses what is no key', async () => {
  const [primaryKey, secondaryKey] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
  const keys = { symmetricKey: { primaryKey, secondaryKey } };
  const { responseBody } = await hub.registry.create({ deviceId: 'own-keys', authentication: keys });
  expect(responseBody.authentication!.symmetricKey).toEqual(keys.symmetricKey);

  const bad = hub.registry.create({
    deviceId: 'bad-keys',
    authentication: { symmetricKey: { primaryKey: 'no key', secondaryKey } },
  });
  expect(await refusal(bad)).toMatchObject({ status: 400, code: 'ArgumentInvalid' });
});

test.each([
  ['creating a device twice', 409, 'DeviceAlreadyExists', (h: TestHub) => h.registry.create({ deviceId: 'twice' })],
  ['reading an unknown device', 404, 'DeviceNotFound', (h: TestHub) => h.registry.get('nobody')],
  ['deleting an unknown device', 404, 'DeviceNotFound', (h: TestHub) => h.registry.delete('nobody')],
  ['updating an unknown device', 404, 'DeviceNotFound', (h: TestHub) => h.registry.update({ deviceId: 'nobody' })],
  ['an id with a blank', 400, 'ArgumentInvalid', (h: TestHub) => h.registry.create({ deviceId: 'a b' })],
  ['reading the twin of an unknown device', 404, 'DeviceNotFound', (h: TestHub) => h.registry.getTwin('nobody')],
  ['a module', 501, 'NotImplemented', (h: TestHub) => h.registry.addModule({ deviceId: 'twice', moduleId: 'm' })],
  ['the list of modules', 501, 'NotImplemented', (h: TestHub) => h.registry.getModulesOnDevice('twice')],
  ['a configuration', 501, 'NotImplemented', (h: TestHub) => h.registry.getConfiguration('c')],
  [
    'an IoT Edge device',
    501,
    'NotImplemented',
    (h: TestHub) => h.registry.create({ deviceId: 'edge', capabilities: { iotEdge: true } }),
  ],
])('%s is refused with %i %s', async (_which, status, code, work) => {
  await hub.registry.create({ deviceId: 'twice' }).catch(() => {});
  expect(await refusal(work(hub))).toMatchObject({ status, code });
});

test('an update changes the status and the ETag and leaves the keys', async () => {
  const { responseBody: before } = await hub.registry.create({ deviceId: 'changing' });
  const { responseBody: after } = await hub.registry.update({
    deviceId: 'changing',
    status: 'disabled',
    statusReason: 'worn out',
  });
  expect(after).toMatchObject({ status: 'disabled', statusReason: 'worn out', generationId: before.generationId });
  expect(after.etag).not.toBe(before.etag);
  expect(after.authentication).toEqual(before.authentication);
});

test('a device that was deleted and created again has another generation', async () => {
  const { responseBody: first } = await hub.registry.create({ deviceId: 'phoenix' });
  await hub.registry.delete('phoenix');
  const { responseBody: second } = await hub.registry.create({ deviceId: 'phoenix' });
  expect(second.generationId).not.toBe(first.generationId);
});

test('a bulk request adds 100 devices and says of each failure which device it was', async () => {
  const many: Device[] = Array.from({ length: 100 }, (_, index) => ({ deviceId: `bulk-${index}` }));
  const { responseBody: added } = await hub.registry.addDevices(many);
  expect(added).toEqual({ isSuccessful: true, errors: [], warnings: [] });

  const again = await refusal(hub.registry.addDevices([...many.slice(0, 2), { deviceId: 'bulk-new' }]));
  expect(again.status).toBe(400);
  const { errors } = JSON.parse(again.body) as { errors: { deviceId: string; errorCode: string }[] };
  expect(errors.map(({ deviceId, errorCode }) => [deviceId, errorCode])).toEqual([
    ['bulk-0', 'DeviceAlreadyExists'],
    ['bulk-1', 'DeviceAlreadyExists'],
  ]);
  await expect(hub.registry.get('bulk-new')).resolves.toBeDefined();

  await hub.registry.updateDevices([{ deviceId: 'bulk-0', status: 'disabled' }], true);
  expect((await hub.registry.get('bulk-0')).responseBody.status).toBe('disabled');
  const stale = { deviceId: 'bulk-1', etag: 'stale' } as unknown as Device;
  expect((await refusal(hub.registry.removeDevices([stale], false))).body).toContain('PreconditionFailed');
  await hub.registry.removeDevices([{ deviceId: 'bulk-1' }], true);
  expect(await refusal(hub.registry.get('bulk-1'))).toMatchObject({ status: 404 });
});

test('statistics count enabled and disabled devices', async () => {
  const { responseBody: before } = await hub.registry.getRegistryStatistics();
  await hub.registry.create({ deviceId: 'counted', status: 'disabled' });
  const { responseBody: after } = await hub.registry.getRegistryStatistics();
  expect(after.totalDeviceCount).toBe(before.totalDeviceCount + 1);
  expect(after.disabledDeviceCount).toBe(before.disabledDeviceCount + 1);
});

describe('twins', () => {
  test('a patch merges tags and desired properties, null removes, and versions and times tell what changed', async () => {
    await hub.registry.create({ deviceId: 'twin-1' });
    const { responseBody: first } = await hub.registry.updateTwin(
      'twin-1',
      { tags: { place: { floor: 1, room: 'a' } }, properties: { desired: { speed: { low: 1, high: 9 }, mode: 'x' } } },
      '*',
    );
    const { responseBody: second } = await hub.registry.updateTwin(
      'twin-1',
      { tags: { place: { room: null } }, properties: { desired: { speed: { low: 2 }, mode: null } } },
      first.etag,
    );
    expect(second.tags).toEqual({ place: { floor: 1 } });
    expect(second.properties.desired).toMatchObject({ speed: { low: 2, high: 9 }, $version: 3 });
    expect(second.properties.desired).not.toHaveProperty('mode');
    const metadata = second.properties.desired['$metadata'] as Record<string, Record<string, Record<string, number>>>;
    expect(metadata['speed']!['low']!['$lastUpdatedVersion']).toBe(3);
    expect(metadata['speed']!['high']!['$lastUpdatedVersion']).toBe(2);
    const versions = [first, second].map((twin) => (twin as unknown as { version: number }).version);
    expect(versions[1]).toBe(versions[0]! + 1);
  });

  test('a stale ETag changes nothing and is refused with 412', async () => {
    await hub.registry.create({ deviceId: 'twin-2' });
    const { responseBody: twin } = await hub.registry.getTwin('twin-2');
    await hub.registry.updateTwin('twin-2', { tags: { a: 1 } }, twin.etag);
    expect(await refusal(hub.registry.updateTwin('twin-2', { tags: { a: 2 } }, twin.etag))).toMatchObject({
      status: 412,
      code: 'PreconditionFailed',
    });
    expect((await hub.registry.getTwin('twin-2')).responseBody.tags).toEqual({ a: 1 });
  });

  test.each([
    ['a name with a dot', { 'a.b': 1 }],
    ['a name with a dollar sign', { $a: 1 }],
    ['more than 8 KiB', { text: 'x'.repeat(9000) }],
    ['eleven levels', { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: { k: { l: 1 } } } } } } } } } } } }],
  ])('tags with %s are refused', async (_which, tags) => {
    await hub.registry.create({ deviceId: 'twin-3' }).catch(() => {});
    expect(await refusal(hub.registry.updateTwin('twin-3', { tags }, '*'))).toMatchObject({ status: 400 });
  });
});

describe('queries', () => {
  beforeAll(async () => {
    for (let index = 0; index < 5; index++) {
      await hub.registry.create({ deviceId: `q-${index}` });
      await hub.registry.updateTwin(`q-${index}`, { tags: { site: index < 3 ? 'north' : 'south', rank: index } }, '*');
    }
  });

  async function ids(where: string): Promise<string[]> {
    const query = hub.registry.createQuery(`SELECT * FROM devices WHERE STARTSWITH(deviceId, 'q-') AND ${where}`, 2);
    const found: string[] = [];
    while (query.hasMoreResults) {
      const { result } = await query.nextAsTwin();
      expect(result.length).toBeLessThanOrEqual(2);
      found.push(...result.map(({ deviceId }) => deviceId));
    }
    return found;
  }

  test.each([
    [`tags.site = 'north'`, ['q-0', 'q-1', 'q-2']],
    [`tags.rank >= 1 AND NOT tags.rank = 3`, ['q-1', 'q-2', 'q-4']],
    [`(tags.rank = 0 OR tags.site != 'north')`, ['q-0', 'q-3', 'q-4']],
    [`deviceId IN ['q-4', "q-1", 'nobody']`, ['q-1', 'q-4']],
    [`IS_DEFINED(tags.missing)`, []],
    [`NOT IS_DEFINED(tags.missing) AND tags.rank < 2`, ['q-0', 'q-1']],
    [`tags.missing = 1 OR tags.rank = 2`, ['q-2']],
    [`tags['site'] = 'south' AND connectionState = 'Disconnected'`, ['q-3', 'q-4']],
    [`devices.properties.desired.$version = 1 AND ENDSWITH(deviceId, '3')`, ['q-3']],
  ])('WHERE %s finds its devices, page by page', async (where, expected) => {
    expect(await ids(where)).toEqual(expected);
  });

  test('COUNT, GROUP BY, TOP and columns shape the answer', async () => {
    const all = async (text: string) => (await hub.registry.createQuery(text).next()).result as unknown;
    const scope = `STARTSWITH(deviceId, 'q-')`;
    expect(await all(`SELECT COUNT() AS n FROM devices WHERE ${scope}`)).toEqual([{ n: 5 }]);
    expect(await all(`SELECT tags.site AS site, COUNT() AS n FROM devices WHERE ${scope} GROUP BY tags.site`)).toEqual([
      { site: 'north', n: 3 },
      { site: 'south', n: 2 },
    ]);
    expect(await all(`SELECT TOP 1 deviceId, tags.rank AS r FROM devices WHERE ${scope}`)).toEqual([
      { deviceId: 'q-0', r: 0 },
    ]);
  });

  test.each([
    ['nonsense', 'SELEKT * FROM devices', 400],
    ['an unknown function', 'SELECT * FROM devices WHERE SQUARE(1) = 1', 400],
    ['a half-finished condition', 'SELECT * FROM devices WHERE tags.a =', 400],
    ['jobs', 'SELECT * FROM devices.jobs', 501],
  ])('%s is refused', async (_which, text, status) => {
    expect(await refusal(hub.registry.createQuery(text).next())).toMatchObject({ status });
  });
});

test('a bulk request brings tags and desired properties along, or creates nothing', async () => {
  const described = (deviceId: string, tags: object) =>
    ({ deviceId, tags, properties: { desired: { interval: 30 } } }) as unknown as Device;
  await hub.registry.addDevices([described('laden', { building: '7' })]);
  const { responseBody: twin } = await hub.registry.getTwin('laden');
  expect([twin.tags, twin.properties.desired]).toMatchObject([{ building: '7' }, { interval: 30 }]);
  const bad = await refusal(hub.registry.addDevices([described('overladen', { 'a b': 1 })]));
  expect(bad.status).toBe(400);
  await expect(hub.registry.get('overladen')).rejects.toThrow();
});

test('identity operations beyond the rate are refused as throttled, and all are counted', async () => {
  const strict = await startTestHub({ registryOperationsPerMinute: 2, hostName: 'strict.azure-devices.net' });
  try {
    await strict.registry.addDevices([{ deviceId: 'a' }, { deviceId: 'b' }]);
    await strict.registry.get('a');
    const refused = await refusal(strict.registry.create({ deviceId: 'c' }));
    expect([refused.status, refused.code]).toEqual([429, 'ThrottlingException']);
    await strict.registry.getTwin('a');
    await strict.registry.createQuery('SELECT * FROM devices').next();
    expect(strict.restCalls()).toEqual({
      'POST /devices': 1,
      'GET /devices/*': 1,
      'PUT /devices/*': 1,
      'GET /twins/*': 1,
      'POST /devices/query': 1,
    });
  } finally {
    await strict.stop();
  }
});
