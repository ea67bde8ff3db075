import { seedDevices } from '../../infra/bench/seed-devices';
import { eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

/** How long the hub is away. */
const seconds = Number(process.env['HUB_OUTAGE_SECONDS'] ?? 5);

/** What waits for the hub is tried again after half a minute at the latest. */
const patience = 90 + seconds;

jest.setTimeout(2_000 * patience);

const [inProgress, registered] = [192350002, 192350003];

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack({ REGISTRY_OPERATIONS_PER_MINUTE: '600' });
});
afterAll(() => stack.stop());

const statuses = async (): Promise<number[]> =>
  (await api.all('msdyn_iotdevices?$select=msdyn_registrationstatus')).map((row) =>
    Number(row['msdyn_registrationstatus'] ?? 0),
  );

test(`a hub that is away for ${seconds} seconds delays registrations and fails none`, async () => {
  const named = (label: string, count: number) => Array.from({ length: count }, (_, i) => `${label}-${i}`);
  const before = await seedDevices(stack.azurite, named('before', 2_000));
  const during = await seedDevices(stack.azurite, named('during', 250));
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: before.join() });
  await eventually(statuses, (all) => all.includes(registered));
  const seen = await stack.withoutHub(async () => {
    await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: during.join() });
    const found: number[] = [];
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      found.push(...(await statuses()));
      await new Promise((wait) => setTimeout(wait, 250));
    }
    return found;
  });
  expect(new Set(seen)).toEqual(new Set([inProgress, registered]));
  await eventually(statuses, (all) => all.every((status) => status === registered), patience);
  const history = await api.all('msdyn_iotdeviceregistrationhistories?$select=_msdyn_device_value,ccs_outcome');
  expect(history).toHaveLength(2_250);
  expect(new Set(history.map((row) => row['_msdyn_device_value']))).toEqual(new Set([...before, ...during]));
  const { responseBody } = await stack.hub.registry.getRegistryStatistics();
  expect(responseBody).toMatchObject({ enabledDeviceCount: 2_250 });
});
