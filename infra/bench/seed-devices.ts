import type { TransactionAction } from '@azure/data-tables';
import { partition, placeOf } from '../../shared/adapters/table/placement';
import { toEntity } from '../../shared/adapters/table/row';
import { openTables } from '../../shared/adapters/table/tables';
import { transact } from '../../shared/adapters/table/transaction';
import { makeId, shardOf } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';
import { batchesOf } from './workload';

/**
 * Thousands of devices, with the index of their Device IDs, in as few transactions as can be, for a service that has not
 * looked at its devices yet: the Web API would need three requests for each. Answers the ids of their records.
 */
export async function seedDevices(
  storage: { connectionString: string },
  deviceIds: readonly string[],
  more: (deviceId: string) => Row = () => ({}),
): Promise<string[]> {
  const client = await openTables(storage).client('devices');
  const partitions = new Map<string, TransactionAction[]>();
  const put = (key: string, action: TransactionAction) =>
    void (partitions.get(key) ?? partitions.set(key, []).get(key)!).push(action);
  const time = new Date().toISOString();
  const ids = deviceIds.map((deviceId) => {
    const seed = `seeded ${deviceId}`;
    const id = makeId({ time: Date.now(), shard: shardOf(seed), seed });
    const place = placeOf('msdyn_iotdevice', id);
    const row: Row = {
      msdyn_iotdeviceid: id,
      msdyn_name: deviceId,
      msdyn_deviceid: deviceId,
      statecode: 0,
      statuscode: 1,
      createdon: time,
      modifiedon: time,
      ...more(deviceId),
    };
    put(place.partitionKey, ['create', toEntity('msdyn_iotdevice', row, place)]);
    const key = { partitionKey: partition(shardOf(deviceId)), rowKey: `KR-${deviceId}` };
    put(key.partitionKey, ['create', { ...key, id }]);
    return id;
  });
  await Promise.all(
    [...partitions.values()].map(async (actions) => {
      for (const hundred of batchesOf(actions, 100)) await transact(client, hundred);
    }),
  );
  return ids;
}
