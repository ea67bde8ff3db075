import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { TableClient, TableEntity } from '@azure/data-tables';
import type { Receipt } from '../../ports/alert-ledger';
import { inRange } from './placement';

/*
 * What became of requests whose senders may repeat them (K-): a row for each commit that wrote a part of one, in the same
 * transaction. It is named by the first alert of the part, so that no alert is written twice.
 */

export const receiptRange = { from: 'K-', to: 'K.' };

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
