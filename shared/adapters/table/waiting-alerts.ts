import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Duplicate } from '../../domain/duplicate';
import { newestFirst } from '../../domain/ids';
import type { Row } from '../../model/edm';
import { entity } from '../../model/entities';
import type { Waiting } from '../../ports/alert-ledger';
import { find } from './find-row';
import { waitingRange } from './group-row';
import { decodeLogRow, logRange, rewrittenLogRow, timeText, unpackedIn } from './log-row';
import { inRange, partitions } from './placement';
import { toEntity } from './row';
import { hasStatus } from './storage-errors';

/** The notes of alerts that wait for a device: of one device, or of all. */
export async function* waitingNotes(
  client: TableClient,
  deviceId?: string,
): AsyncIterable<Waiting & { shard: number }> {
  for (const [shard, partitionKey] of partitions.entries()) {
    const filter = inRange(partitionKey, waitingRange(deviceId));
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

/**
 * The same for alerts that have no rows of their own. To be done before `linkRows`: who gets a row meanwhile takes the device
 * along, or is found there.
 */
export async function linkPacked(
  client: TableClient,
  partitionKey: string,
  { deviceId, groupKey, since }: Waiting,
  columns: Row,
): Promise<number> {
  const filter = `${inRange(partitionKey, logRange)} and newest ge '${timeText(since)}'`;
  const device = {
    id: String(columns['_msdyn_device_value']),
    asset: (columns['_msdyn_customerasset_value'] as string | undefined) ?? null,
  };
  const waits = ({ arrival, device: own }: Duplicate) =>
    !own && arrival.groupKey === groupKey && arrival.alert.deviceId === deviceId;
  let linked = 0;
  for await (const row of client.listEntities({ queryOptions: { filter } })) {
    let stored: Record<string, unknown> | undefined = row;
    while (stored) {
      const batch = decodeLogRow(stored);
      const unpacked = unpackedIn(stored);
      let count = 0;
      const packed = batch.packed.map((each, index) => {
        if (!waits(each) || unpacked.has(index)) return each;
        count += 1;
        return { ...each, device };
      });
      if (count === 0) break;
      const rewritten = await rewrittenLogRow(stored, { ...batch, packed });
      if (await replaced(client, rewritten, String(stored['etag']))) {
        linked += count;
        break;
      }
      stored = await find(client, partitionKey, String(row.rowKey));
    }
  }
  return linked;
}

async function replaced(client: TableClient, row: TableEntity, etag: string): Promise<boolean> {
  try {
    await client.updateEntity(row, 'Replace', { etag });
    return true;
  } catch (error) {
    if (hasStatus(error, 404) || hasStatus(error, 412)) return false;
    throw error;
  }
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
