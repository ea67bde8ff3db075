import type { TableClient, TableEntity } from '@azure/data-tables';
import { newestFirst } from '../../domain/ids';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { Waiting } from '../../ports/alert-ledger';
import { waitingRowKey } from './group-row';
import { partitions } from './placement';
import { toEntity } from './row';
import { hasStatus } from './storage-errors';

/** The notes of alerts that wait for a device: of one device, or of all. */
export async function* waitingNotes(
  client: TableClient,
  deviceId?: string,
): AsyncIterable<Waiting & { shard: number }> {
  const from = deviceId === undefined ? 'U-' : waitingRowKey(deviceId);
  const to = `${from.slice(0, -1)}.`;
  for (const [shard, partitionKey] of partitions.entries()) {
    const filter = `PartitionKey eq '${partitionKey}' and RowKey ge '${from}' and RowKey lt '${to}'`;
    for await (const row of client.listEntities({ queryOptions: { filter } })) {
      yield {
        shard,
        deviceId: String(row['deviceId']),
        groupKey: String(row['groupKey']),
        since: Number(row['since']),
      };
    }
  }
}

/** Gives the device to all of its alerts in this group that are as new as the note and have none. */
export async function linkRows(
  client: TableClient,
  partitionKey: string,
  { deviceId, groupKey, since }: Waiting,
  columns: Row,
): Promise<number> {
  const { prefix } = entity('msdyn_iotalert').stored;
  const range = `RowKey ge '${prefix}-' and RowKey lt '${since > 0 ? `${prefix}-${newestFirst(since - 1)}` : `${prefix}.`}'`;
  const device = deviceId.replaceAll("'", "''");
  const filter = `PartitionKey eq '${partitionKey}' and ${range} and msdyn_deviceid eq '${device}'`;
  let linked = 0;
  const select = ['PartitionKey', 'RowKey', 'ccs_groupkey', '_msdyn_device_value'];
  for await (const row of client.listEntities({ queryOptions: { filter, select } })) {
    if (row['ccs_groupkey'] !== groupKey || row['_msdyn_device_value']) continue;
    const place = { partitionKey, rowKey: String(row.rowKey) };
    if (await mergeInto(client, toEntity('msdyn_iotalert', columns, place))) linked += 1;
  }
  return linked;
}

/** Whether the row was still there. */
async function mergeInto(client: TableClient, row: TableEntity): Promise<boolean> {
  try {
    await client.updateEntity(row, 'Merge');
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}
