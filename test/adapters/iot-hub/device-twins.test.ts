import type { Twin } from 'azure-iot-device';
import { iotHubDeviceTwins } from '../../../shared/adapters/iot-hub/device-twins';
import { startTestHub } from '../../kit/hub';
import type { TestHub } from '../../kit/hub';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.stop());

test('tells what a connected device reported, and how the hub sees it', async () => {
  const twins = iotHubDeviceTwins({ connectionString: hub.iotHubConnectionString });
  const device = await hub.connect(await hub.addDevice('pump', { status: 'enabled', statusReason: 'in use' }));
  const before = Date.now();
  const twin: Twin = await device.getTwin();
  await new Promise<void>((resolve, reject) =>
    twin.properties.reported.update({ firmware: '1.2', battery: { level: 80 } }, (error: Error | undefined) =>
      error ? reject(error) : resolve(),
    ),
  );
  const read = (await twins.read('pump'))!;
  expect(read).toMatchObject({
    reported: { firmware: '1.2', battery: { level: 80 } },
    reportedVersion: 2,
    connected: true,
    enabled: true,
    statusReason: 'in use',
  });
  expect(Object.keys(read.reported).toSorted()).toEqual(['battery', 'firmware']);
  expect(read.lastActivity).toBeGreaterThanOrEqual(before - 1000);
});

test.each([
  { which: 'is away', change: (text: string) => text.replace(/HostName=[^;]+/, 'HostName=away.invalid') },
  {
    which: 'does not accept the key',
    change: (text: string) => text.replace(/SharedAccessKey=.*/, 'SharedAccessKey=c2VjcmV0IHRleHQ='),
  },
])('a hub that $which is told as such, without the key', async ({ change }) => {
  const connectionString = change(hub.iotHubConnectionString);
  const twins = iotHubDeviceTwins({ connectionString });
  const key = /SharedAccessKey=(.*)/.exec(connectionString)![1]!;
  for (const call of [() => twins.read('pump'), () => twins.patch('pump', { tags: { a: 1 } }, '*')]) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'ServiceError', code: 'hub-unreachable' });
    expect((error as Error).message).not.toContain(key);
    expect((error as Error).message).not.toMatch(/SharedAccess|sig=/);
  }
});
