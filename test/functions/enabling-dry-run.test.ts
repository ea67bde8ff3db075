import { call } from '../kit/actions';
import { registerCustomEntity } from '../../functions/msdyn_RegisterCustomEntity';
import { memoryOpenWork } from '../../shared/adapters/memory/open-work';
import { memoryWorkQueue } from '../../shared/adapters/memory/work-queue';
import type { BatchMessage } from '../../shared/domain/device-job';
import { connectedDeviceRole } from '../../shared/model/tables/connections';
import { followConnections } from '../../shared/workflows/follow-connections';
import { seed, start } from '../kit/ingestion';
import { plainAlertWrites } from '../kit/plain-alert-writes';
import { watchedRecords } from '../kit/watched-records';

test('a dry run of msdyn_RegisterCustomEntity says what would become of each device, and changes nothing', async () => {
  const watched = watchedRecords();
  const { records } = watched;
  const openWork = memoryOpenWork();
  const queue = memoryWorkQueue<BatchMessage>();
  const deps = {
    records,
    openWork,
    registrations: queue,
    registrationTimeout: 600_000,
    now: () => start,
    unique: () => 'unique',
    followers: followConnections({ records, openWork, now: () => start }),
    alerts: plainAlertWrites(records),
  };
  const assets: string[] = [];
  for (const name of ['Boiler', 'Pump', 'Fan']) assets.push(await seed(records, 'msdyn_customerasset', name, {}));
  const connected = await seed(records, 'msdyn_iotdevice', 'b1', { msdyn_deviceid: 'b1' });
  const existing = await seed(records, 'msdyn_iotdevice', 'p1', { msdyn_deviceid: 'p1' });
  await seed(records, 'connection', 'boiler', {
    _record1id_value: assets[0]!,
    ccs_record1table: 'msdyn_customerasset',
    _record2id_value: connected,
    ccs_record2table: 'msdyn_iotdevice',
    _record2roleid_value: connectedDeviceRole,
  });
  const before = await watched.now();
  const body = {
    EntityIds: assets.join(),
    EntityLogicalName: 'msdyn_customerasset',
    DeviceIds: ',p1,f1',
    DryRun: true,
  };
  const answer = await call(
    registerCustomEntity(() => deps),
    'msdyn_RegisterCustomEntity',
    body,
  );
  expect([answer.status, answer.faults]).toEqual([200, []]);
  expect(answer.json).toMatchObject({
    ccs_devicejobid: null,
    Devices: 3,
    Affected: 3,
    Outcomes: [
      { IoTDeviceId: connected, DeviceId: 'b1', Outcome: 'Registered' },
      {
        IoTDeviceId: existing,
        DeviceId: 'p1',
        Reason: expect.stringContaining(`It would be connected to msdyn_customerasset ${assets[1]}.`) as string,
      },
      { IoTDeviceId: null, DeviceId: 'f1', Reason: expect.stringContaining("with the name 'Fan'") as string },
    ],
  });
  expect(await watched.now()).toEqual(before);
  expect([queue.messages, await openWork.olderThan('connection', Infinity, 9)]).toEqual([[], []]);

  const done = await call(
    registerCustomEntity(() => deps),
    'msdyn_RegisterCustomEntity',
    { ...body, DryRun: false },
  );
  expect([done.status, done.headers.get('location')]).toEqual([204, expect.stringContaining('ccs_devicejobs(')]);
});
