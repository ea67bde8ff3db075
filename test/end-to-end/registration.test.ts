import { QueueServiceClient } from '@azure/storage-queue';
import type { Row } from '../../shared/model/edm';
import { deviceConnectionString } from '../kit/hub';
import { seedDevices } from '../../infra/bench/seed-devices';
import { connectDevice, eventually, startTestStack, webApi } from '../kit/stack';
import type { TestStack } from '../kit/stack';

const [unregistered, inProgress, registered, failed] = [192350001, 192350002, 192350003, 192350004];

let stack: TestStack;
const api = webApi(() => stack.api());

beforeAll(async () => {
  stack = await startTestStack({ REGISTRY_OPERATIONS_PER_MINUTE: '6000', REGISTRATION_RETRY_SECONDS: '1' });
});
afterAll(() => stack.stop());

async function createDevice(deviceId: string, more: Row = {}): Promise<string> {
  const device = await api.create('msdyn_iotdevices', { msdyn_name: deviceId, msdyn_deviceid: deviceId, ...more });
  return String(device['msdyn_iotdeviceid']);
}

const device = async (id: string): Promise<Row> =>
  (await api.all(`msdyn_iotdevices?$filter=msdyn_iotdeviceid eq ${id}`))[0]!;
const historyOf = async (id: string): Promise<Row[]> =>
  api.all(`msdyn_iotdeviceregistrationhistories?$filter=_msdyn_device_value eq ${id}`);
const becomes = async (id: string, status: number): Promise<Row> =>
  eventually(
    () => device(id),
    (row) => row['msdyn_registrationstatus'] === status,
    60,
  );
const jobDone = async (id: unknown): Promise<Row> =>
  (
    await eventually(
      () => api.all(`ccs_devicejobs?$filter=ccs_devicejobid eq ${String(id)}`),
      ([job]) => job?.['statecode'] === 1,
      60,
    )
  )[0]!;
const run = async (action: string, body: Row): Promise<Row> =>
  jobDone((await api.call(action, body))['ccs_devicejobid']);

const queue = (name: string) =>
  QueueServiceClient.fromConnectionString(stack.azurite.connectionString).getQueueClient(name);
const put = async (name: string, message: unknown) => {
  await queue(name).createIfNotExists();
  await queue(name).sendMessage(Buffer.from(JSON.stringify(message)).toString('base64'));
};

/** Everything that an action might change. */
async function everything() {
  const sets = ['msdyn_iotdevices', 'msdyn_iotdeviceregistrationhistories', 'ccs_devicejobs', 'ccs_devicejobbatches'];
  const identities = (await stack.hub.registry.list()).responseBody;
  const { result: twins } = (await stack.hub.registry.createQuery('SELECT * FROM devices', 1000).next()) as unknown as {
    result: unknown;
  };
  return { rows: await Promise.all(sets.map(async (set) => api.all(set))), identities, twins };
}

test('a device is registered, speaks with its key, is shut out, let in again and removed', async () => {
  const id = await createDevice('walker', { msdyn_tags: '{"building":"7"}', msdyn_devicesettings: '{"interval":30}' });
  const answer = await fetch(`${stack.api()}msdyn_RegisterIoTDevice`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ IoTDeviceIds: id }),
  });
  expect([answer.status, await answer.text()]).toEqual([204, '']);
  await becomes(id, registered);
  const told = (await (await fetch(answer.headers.get('location')!)).json()) as Row;
  expect(told).toMatchObject({ ccs_total: 1, ccs_name: 'Register: 1 device' });
  const twin = (await stack.hub.registry.getTwin('walker')).responseBody;
  expect([twin.tags, twin.properties.desired]).toMatchObject([{ building: '7' }, { interval: 30 }]);

  const key = await deviceConnectionString(stack.hub.registry, stack.hub.hostName, 'walker');
  await (await stack.hub.connect(key)).close();

  expect(await run('ccs_DeactivateIoTDevice', { IoTDeviceIds: id })).toMatchObject({ ccs_failed: 0 });
  await expect(stack.hub.connect(key)).rejects.toThrow();
  expect(await device(id)).toMatchObject({ statecode: 1, msdyn_registrationstatus: registered });

  expect(await run('ccs_ActivateIoTDevice', { IoTDeviceIds: id })).toMatchObject({ ccs_failed: 0 });
  await (await stack.hub.connect(key)).close();
  expect(await device(id)).toMatchObject({ statecode: 0 });

  expect(await run('ccs_UnregisterIoTDevice', { IoTDeviceIds: id })).toMatchObject({ ccs_failed: 0 });
  await expect(stack.hub.registry.get('walker')).rejects.toThrow();
  expect(await device(id)).toMatchObject({ msdyn_registrationstatus: unregistered });
  expect((await historyOf(id)).map((row) => row['msdyn_name'])).toEqual([
    'walker: unregistered',
    'walker: activated',
    'walker: deactivated',
    'walker: registered',
  ]);
});

test('an identity that is there is adopted with its keys, one that cannot be says why, and others are not held up', async () => {
  const key = await stack.hub.addDevice('adopted', { status: 'disabled' });
  const [adopted, refused, plain] = [
    await createDevice('adopted', { msdyn_tags: '{"ours":true}' }),
    // The Web API refuses such tags; this is a record from before it did.
    (await seedDevices(stack.azurite, ['refused'], () => ({ msdyn_tags: '{"a b":1}' })))[0]!,
    await createDevice('plain'),
  ];
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: [adopted, refused, plain].join(',') });
  await becomes(adopted, registered);
  await becomes(plain, registered);
  expect((await becomes(refused, failed))['msdyn_registrationmessage']).toContain('register it again');
  expect((await stack.hub.registry.getTwin('adopted')).responseBody).toMatchObject({
    status: 'enabled',
    tags: { ours: true },
  });
  expect(await deviceConnectionString(stack.hub.registry, stack.hub.hostName, 'adopted')).toBe(key);
  for (const id of [adopted, refused, plain]) expect(await historyOf(id)).toHaveLength(1);
});

test('devices of the hub are imported, and stay one when that is done twice at once', async () => {
  await connectDevice(stack.hub, 'found-1');
  await stack.hub.addDevice('found-2', { status: 'disabled' });
  const asked = { DeviceIds: 'found-1,found-2' };
  const jobs = await Promise.all([run('ccs_ImportIoTDevices', asked), run('ccs_ImportIoTDevices', asked)]);
  expect(jobs).toMatchObject([
    { ccs_finished: 2, ccs_failed: 0 },
    { ccs_finished: 2, ccs_failed: 0 },
  ]);
  const rows = await api.all(`msdyn_iotdevices?$filter=startswith(msdyn_name,'found-')&$orderby=msdyn_name`);
  expect(rows).toMatchObject([
    { msdyn_deviceid: 'found-1', msdyn_registrationstatus: registered, msdyn_connectionstate: true, statecode: 0 },
    { msdyn_deviceid: 'found-2', msdyn_registrationstatus: registered, msdyn_connectionstate: false, statecode: 1 },
  ]);
  expect(await run('ccs_ImportIoTDevices', {})).toMatchObject({ ccs_failed: 0 });
});

test('a dry run says what would happen, and changes nothing here or in the hub', async () => {
  const [fresh, done] = [await createDevice('fresh'), await createDevice('done')];
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: done });
  await becomes(done, registered);
  await stack.hub.addDevice('unseen');
  const before = await everything();
  const ids = { IoTDeviceIds: `${fresh},${done}`, DryRun: true };
  const outcomes: Record<string, unknown> = {};
  for (const name of [
    'msdyn_RegisterIoTDevice',
    'ccs_UnregisterIoTDevice',
    'ccs_ActivateIoTDevice',
    'ccs_DeactivateIoTDevice',
  ]) {
    const answer = await api.call(name, ids);
    expect(answer).toMatchObject({ ccs_devicejobid: null, Devices: 2 });
    outcomes[name] = (answer['Outcomes'] as { Outcome: string }[]).map(({ Outcome }) => Outcome);
  }
  expect(outcomes).toEqual({
    msdyn_RegisterIoTDevice: ['Registered', 'Looked after'],
    ccs_UnregisterIoTDevice: ['Unregistered', 'Unregistered'],
    ccs_ActivateIoTDevice: ['Activated', 'Activated'],
    ccs_DeactivateIoTDevice: ['Deactivated', 'Deactivated'],
  });
  const all = await api.call('ccs_ImportIoTDevices', { DryRun: true });
  expect(all['Outcomes']).toContainEqual(
    expect.objectContaining({ IoTDeviceId: null, DeviceId: 'unseen', Outcome: 'Created' }),
  );
  expect(await everything()).toEqual(before);
});

test.each([
  { which: 'unknown', list: (id: string) => `${id},0a0a0a0a-0000-4000-8000-000000000000`, status: '404 ' },
  { which: 'malformed', list: (id: string) => `${id},x`, status: '400 ' },
  { which: 'empty', list: () => ' , ', status: '400 ' },
])('a list with $which ids is refused by every action, and nothing is done', async ({ which, list, status }) => {
  const id = await createDevice(`mixed-${which}`);
  const before = await everything();
  for (const name of [
    'msdyn_RegisterIoTDevice',
    'ccs_UnregisterIoTDevice',
    'ccs_ActivateIoTDevice',
    'ccs_DeactivateIoTDevice',
  ]) {
    await expect(api.call(name, { IoTDeviceIds: list(id) })).rejects.toThrow(status);
  }
  expect(await everything()).toEqual(before);
});

test('an id that comes twice is registered once', async () => {
  const id = await createDevice('twice');
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: `${id},{${id.toUpperCase()}},${id}` });
  await becomes(id, registered);
  expect(await historyOf(id)).toHaveLength(1);
});

test('while the hub is away registrations wait and say so; afterwards they succeed', async () => {
  const ids = [await createDevice('patient-1'), await createDevice('patient-2')];
  await stack.withoutHub(async () => {
    await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: ids.join(',') });
    for (const id of ids) {
      const row = await eventually(
        () => device(id),
        (now) => now['msdyn_registrationmessage'] !== null,
      );
      expect(row['msdyn_registrationstatus']).toBe(inProgress);
      expect(row['msdyn_registrationmessage']).toMatch(/^Waiting since \d{4}-.*tried again/);
    }
  });
  for (const id of ids) {
    expect((await becomes(id, registered))['msdyn_registrationmessage']).toBeNull();
    expect(await historyOf(id)).toHaveLength(1);
  }
});

test('a device that is deactivated while it waits to be registered ends registered, and shut out', async () => {
  const id = await createDevice('hasty', { msdyn_tags: '{"building":"9"}' });
  await stack.withoutHub(async () => {
    await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: id });
    await api.call('ccs_DeactivateIoTDevice', { IoTDeviceIds: id });
  });
  expect(await becomes(id, registered)).toMatchObject({ statecode: 1 });
  const { registry } = stack.hub;
  expect((await registry.get('hasty')).responseBody.status).toBe('disabled');
  expect((await registry.getTwin('hasty')).responseBody.tags).toEqual({ building: '9' });
  const actions = async () => (await historyOf(id)).map((row) => row['msdyn_action']).toSorted();
  await eventually(actions, (done) => done.length === 2);
});

test('while the hub throttles registrations wait; afterwards they succeed', async () => {
  await stack.withoutHub(async () => undefined, { registryOperationsPerMinute: 1 });
  const [first, second] = [await createDevice('calm-1'), await createDevice('calm-2')];
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: first });
  await becomes(first, registered);
  await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: second });
  const waiting = await eventually(
    () => device(second),
    (row) => row['msdyn_registrationmessage'] !== null,
  );
  expect(waiting['msdyn_registrationstatus']).toBe(inProgress);
  expect(waiting['msdyn_registrationmessage']).toContain('takes no more requests for now');
  await stack.withoutHub(async () => undefined);
  await becomes(second, registered);
  expect(await historyOf(second)).toHaveLength(1);
});

test('what was given up ends in Error with the reason', async () => {
  const id = await createDevice('poisoned');
  let batch: Row | undefined;
  await stack.withoutHub(async () => {
    await api.call('msdyn_RegisterIoTDevice', { IoTDeviceIds: id });
    [batch] = await api.all('ccs_devicejobbatches?$filter=statecode eq 0');
    await put('registrations-poison', {
      job: batch!['_ccs_devicejob_value'],
      batch: batch!['ccs_devicejobbatchid'],
    });
    const row = await becomes(id, failed);
    expect(row['msdyn_registrationmessage']).toContain('failed each time');
  });
  expect(await historyOf(id)).toMatchObject([{ msdyn_name: 'poisoned: failed', ccs_outcome: 192350001 }]);
  expect(await jobDone(batch!['_ccs_devicejob_value'])).toMatchObject({ ccs_failed: 1, statuscode: 3 });
});

test('a message that nobody understands is kept, in whatever queue it is, those for what failed included', async () => {
  const names = ['commands', 'devicedata', 'registrations', 'twins'].flatMap((name) => [name, `${name}-poison`]);
  for (const name of names) await put(name, { for: name });
  const kept = await eventually(
    () => api.all('ccs_parkedmessages'),
    (rows) => rows.length >= names.length,
  );
  expect(kept.map((row) => row['ccs_body']).toSorted()).toEqual(names.map((name) => `{"for":"${name}"}`).toSorted());
  for (const name of names) {
    await eventually(
      async () => (await queue(name).getProperties()).approximateMessagesCount,
      (count) => count === 0,
    );
  }
});
