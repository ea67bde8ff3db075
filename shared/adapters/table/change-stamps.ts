import { randomUUID } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { entity } from '../../model/entities';
import type { EntityName } from '../../model/entities';
import { find } from './find-row';
import { partitions } from './placement';

/*
 * A row in each partition (V-) that every write of a watched table's records replaces, in the same transaction: whoever
 * finds it as it was knows that all records of the partition are as they were.
 */

/** The action that goes along with each write; none for tables that nobody watches. */
export function stampActions(name: EntityName, partitionKey: string): TransactionAction[] {
  if (!entity(name).watched) return [];
  return [['upsert', { partitionKey, rowKey: stampKey(name), stamp: randomUUID() }, 'Replace']];
}

/** The stamps of all partitions, as one text. */
export async function stampOf(client: TableClient, name: EntityName): Promise<string> {
  const rows = await Promise.all(partitions.map((each) => find(client, each, stampKey(name))));
  return rows.map((row) => (row?.['stamp'] as string | undefined) ?? '').join(' ');
}

function stampKey(name: EntityName): string {
  return `V${entity(name).stored.prefix}-`;
}
