import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Receipt } from '../../ports/alert-ledger';
import { shardOf } from '../../domain/ids';
import { find } from './find-row';
import { inRange, partition } from './placement';
import { hasStatus } from './storage-errors';

/*
 * What became of requests whose senders may repeat them (K-): a row for each commit that wrote a part of one, in the same
 * transaction. It is named by the first alert of the part, so that no alert is written twice. Before all of them stands a
 * row, in the place of the request's own name, that says for which body the name is kept.
 */

export const receiptRange = { from: 'K-', to: 'K.' };

/** Keeps the name of a request for this hash of its body. */
export async function claimKey(client: TableClient, key: string, body: string): Promise<'first' | 'again' | 'other'> {
  const place = { partitionKey: partition(shardOf(key)), rowKey: `K-${hashOf(key)}` };
  for (;;) {
    try {
      await client.createEntity({ ...place, body });
      return 'first';
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
    }
    const kept = await find(client, place.partitionKey, place.rowKey);
    if (kept) return kept['body'] === body ? 'again' : 'other';
    // Retention has removed it in between, which it does once in seven days.
  }
}

export function receiptRow(partitionKey: string, { key, body, targets }: Receipt): TableEntity {
  const first = String(targets[0]![0]).padStart(5, '0');
  const packed = deflateRawSync(JSON.stringify(targets), { level: 1 });
  return { partitionKey, rowKey: `K-${hashOf(key)}-${first}`, body, targets: packed };
}

export async function readReceipts(client: TableClient, partitionKey: string, key: string): Promise<Receipt[]> {
  const start = `K-${hashOf(key)}`;
  const filter = inRange(partitionKey, { from: `${start}-`, to: `${start}.` });
  const receipts: Receipt[] = [];
  for await (const row of client.listEntities({ queryOptions: { filter } })) {
    const targets = inflateRawSync(row['targets'] as Uint8Array).toString('utf8');
    receipts.push({ key, body: String(row['body']), targets: JSON.parse(targets) as Receipt['targets'] });
  }
  return receipts;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
