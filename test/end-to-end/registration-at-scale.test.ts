import { eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';
import { seedDevices } from '../../infra/bench/seed-devices';

const count = Number(process.env['REGISTRATION_DEVICES'] ?? 2_000);

/** Seconds; a loaded machine may need them. */
const patience = 120 + count / 10;

jest.setTimeout(2_000 * patience);

let stack: TestStack;
const api = webApi(() => stack.api());

let sweeping: NodeJS.Timeout;

beforeAll(async () => {
  stack = await startTestStack({ REGISTRY_OPERATIONS_PER_MINUTE: '6000', REGISTRATION_RETRY_SECONDS: '1' });
  // The host's timer does the same every minute.
  sweeping = setInterval(() => void stack.runFunction('onStaleRegistrations').catch(() => undefined), 2_000);
});
afterAll(async () => {
  clearInterval(sweeping);
  await stack.stop();
});

test(`${count} devices are registered by one call, once each, while the host is killed three times`, async () => {
  const deviceIds = Array.from({ length: count }, (_, i) => `many-${i}`);
  const ids = await seedDevices(stack.azurite, deviceIds, (deviceId) => ({
    msdyn_tags: JSON.stringify({ name: deviceId }),
    msdyn_devicesettings: '{"interval":30}',
  }));
  const from = Date.now();
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: ids.join(',') });
  const answered = `answered after ${(Date.now() - from) / 1000} s`;
  const [begun] = await api.all('ccs_devicejobs');
  const progress: number[] = [];
  const figures = async () => {
    const [job] = await api.all(`ccs_devicejobs?$filter=ccs_devicejobid eq ${String(begun!['ccs_devicejobid'])}`);
    if (progress.at(-1) !== job!['ccs_finished']) progress.push(Number(job!['ccs_finished']));
    return job!;
  };
  for (const part of [0.2, 0.5, 0.8]) {
    await eventually(figures, (job) => Number(job['ccs_finished']) >= part * count, patience);
    await new Promise((wait) => setTimeout(wait, Math.random() * 50));
    await stack.killHost();
    await stack.startHost();
  }
  const job = await eventually(figures, ({ statecode }) => statecode === 1, patience);
  if (process.env['REGISTRATION_DEVICES'])
    console.log(stack.hub.restCalls(), answered, `${(Date.now() - from) / 1000} s`);

  expect(job).toMatchObject({ ccs_total: count, ccs_finished: count, ccs_failed: 0, statuscode: 2 });
  expect(progress.length).toBeGreaterThan(3);
  const devices = await api.all('msdyn_iotdevices?$select=msdyn_deviceid,msdyn_registrationstatus');
  expect(devices.filter((row) => row['msdyn_registrationstatus'] !== 192350003)).toEqual([]);
  const history = await api.all('msdyn_iotdeviceregistrationhistories?$select=_msdyn_device_value,msdyn_name');
  expect(history).toHaveLength(count);
  expect(new Set(history.map((row) => row['_msdyn_device_value']))).toEqual(new Set(ids));
  const { responseBody } = (await stack.hub.registry.getRegistryStatistics()) as unknown as {
    responseBody: { enabledDeviceCount: number };
  };
  expect(responseBody.enabledDeviceCount).toBe(count);
  const twin = (await stack.hub.registry.getTwin('many-7')).responseBody;
  expect([twin.tags, twin.properties.desired]).toMatchObject([{ name: 'many-7' }, { interval: 30 }]);
  const { 'GET /statistics/devices': _, 'GET /twins/*': __, ...calls } = stack.hub.restCalls();
  const total = Object.values(calls).reduce((sum, each) => sum + each, 0);
  expect(total).toBeLessThanOrEqual(count / 100 + 5);
});
