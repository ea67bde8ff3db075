import type { SeenRequest } from '../local/proxies/storage-proxy';

/** What the table service was asked for so far. */
export interface Counts {
  /** Requests, as Azure bills them: an entity-group transaction is one. */
  transactions: number;
  /** Rows written: inserted, replaced, merged or deleted. */
  entities: number;
}

/** Counts the requests to a table service. */
export function storageCounter(): { count(request: SeenRequest): void; now(): Counts } {
  const counts: Counts = { transactions: 0, entities: 0 };
  return {
    count: ({ method, body }) => {
      counts.transactions += 1;
      counts.entities += isBatch(body) ? operationsIn(body) : Number(method !== 'GET');
    },
    now: () => ({ ...counts }),
  };
}

const isBatch = (body: Buffer) => body.subarray(0, 8).toString('latin1') === '--batch_';

/** Each operation of a batch starts with a request line. */
function operationsIn(body: Buffer): number {
  return body.toString('latin1').match(/^(POST|PUT|MERGE|PATCH|DELETE) http/gm)?.length ?? 0;
}
