import { call } from '../kit/actions';
import { pullDataForIoTDevice } from '../../functions/msdyn_PullDataForIoTDevice';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryRecordStore } from '../../shared/adapters/memory/record-store';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import type { Row } from '../../shared/model/edm';
import type { DeviceDataRequest } from '../../shared/ports/device-data-request';
import { seed, start } from '../kit/ingestion';

const stranger = '0a0a0a0a-0000-4000-8000-000000000000';

function openWorld() {
  const records = memoryRecordStore();
  const pulls = memoryWorkQueue<DeviceDataRequest>();
  const deps = { records, pulls, openWork: memoryOpenWork(), now: () => start, unique: () => 'unique' };
  return {
    requests: pulls.messages,
    device: async (label: string, row: Row = {}) =>
      seed(records, 'msdyn_iotdevice', label, { msdyn_deviceid: label, ...row }),
    pull: async (body: object) =>
      call(
        pullDataForIoTDevice(() => deps),
        'msdyn_PullDataForIoTDevice',
        body,
      ),
  };
}

test('hands the devices on, each once, and answers 204', async () => {
  const world = openWorld();
  const ids = [await world.device('a'), await world.device('b')];
  const answer = await world.pull({ IoTDeviceIds: `{${ids[0]!.toUpperCase()}},${ids[1]}, ,${ids[0]}` });
  expect([answer.status, answer.text, answer.faults]).toEqual([204, '', []]);
  expect(world.requests).toMatchObject([{ request: 'unique', requested: start, devices: ids, since: start }]);
});

test('250 devices become three requests', async () => {
  const world = openWorld();
  const ids = await Promise.all(Array.from({ length: 250 }, async (_, i) => world.device(`d${i}`)));
  expect((await world.pull({ IoTDeviceIds: ids.join() })).status).toBe(204);
  expect(world.requests.map(({ devices }) => devices.length)).toEqual([100, 100, 50]);
  expect(new Set(world.requests.flatMap(({ devices }) => devices))).toEqual(new Set(ids));
});

test('a dry run says for each device what would happen, and does nothing', async () => {
  const world = openWorld();
  const ids = [await world.device('a', { msdyn_registrationstatus: 192350003 }), await world.device('b')];
  const answer = await world.pull({ IoTDeviceIds: ids.join(), DryRun: true });
  expect([answer.status, answer.json]).toMatchObject([
    200,
    {
      Devices: 2,
      Affected: 2,
      Outcomes: [
        { IoTDeviceId: ids[0], DeviceId: 'a', Outcome: 'Pulled', Reason: expect.stringContaining('data history') },
        { IoTDeviceId: ids[1], DeviceId: 'b', Outcome: 'Pulled', Reason: expect.stringContaining('not registered') },
      ],
    },
  ]);
  const nameless = await world.device('c', { msdyn_deviceid: null });
  const refused = await world.pull({ IoTDeviceIds: `${ids[0]},${nameless}`, DryRun: true });
  expect(refused.json).toMatchObject({
    Affected: 0,
    Outcomes: [
      { Outcome: 'Left alone', Reason: expect.stringContaining('one of them has no Device ID') },
      { DeviceId: null, Outcome: 'Failed', Reason: expect.stringContaining('Register it first') },
    ],
  });
  expect((await world.pull({ IoTDeviceIds: stranger, DryRun: true })).status).toBe(404);
  expect(world.requests).toEqual([]);
});

test.each([
  {
    which: 'a device that does not exist',
    ids: (id: string) => `${id},${stranger}`,
    status: 404,
    says: `msdyn_iotdevices(${stranger}) does not exist`,
  },
  { which: 'a malformed id', ids: (id: string) => `${id},abc`, status: 400, says: "holds 'abc', which is no GUID" },
  { which: 'no ids', ids: () => ' ,', status: 400, says: 'names no record' },
  { which: 'too many ids', ids: (id: string) => `${id},`.repeat(1001), status: 400, says: 'at most 1000 are allowed' },
])('$which stops all', async ({ ids, status, says }) => {
  const world = openWorld();
  const answer = await world.pull({ IoTDeviceIds: ids(await world.device('a')) });
  expect([answer.status, answer.json.error?.message]).toEqual([status, expect.stringContaining(says)]);
  expect(world.requests).toEqual([]);
});

test('a device without a Device ID stops all, and is told what to do', async () => {
  const world = openWorld();
  const ids = [await world.device('a'), await world.device('b', { msdyn_deviceid: null })];
  const answer = await world.pull({ IoTDeviceIds: ids.join() });
  expect([answer.status, answer.json.error?.message]).toEqual([
    412,
    expect.stringContaining('has no Device ID. Register it first'),
  ]);
  expect(world.requests).toEqual([]);
});
