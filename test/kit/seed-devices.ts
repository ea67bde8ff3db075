import type { TransactionAction } from '@azure/data-tables';
import { placeOf } from '../../shared/adapters/table/placement';
import { toEntity } from '../../shared/adapters/table/row';
import { openTables } from '../../shared/adapters/table/tables';
import { partition } from '../../shared/adapters/table/placement';
import { makeId, shardOf } from '../../shared/domain/ids';
import type { Row } from '../../shared/model/edm';

/**
 * Thousands of devices, with the index of their Device IDs, in as few transactions as can be: what takes the Web API three
 * requests each. Answers the ids of their records.
 */
export async function seedDevices(
  azurite: { connectionString: string },
  deviceIds: readonly string[],
  more: (deviceId: string) => Row = () => ({}),
): Promise<string[]> {
  const client = await openTables(azurite).client('devices');
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
  for (const actions of partitions.values()) {
    for (let from = 0; from < actions.length; from += 100)
      await client.submitTransaction(actions.slice(from, from + 100));
  }
  return ids;
}
