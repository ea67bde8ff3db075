import { shardCount } from '../domain/ids';
import type { AlertLedger } from '../ports/alert-ledger';

export interface ExpireDeps {
  ledger: AlertLedger;
  /** Milliseconds; 0 keeps alerts for ever. */
  retention: number;
  now(): number;
}

/** Bounds of one run: rounds for each shard, each of which looks at some hundred rows. */
const rounds = 10;

/**
 * Removes alerts that are older than the retention and have nothing open, a bounded amount a run; the next goes on from
 * there. Answers how many.
 */
export async function expireAlerts({ ledger, retention, now }: ExpireDeps): Promise<number> {
  const time = { now: now(), before: retention === 0 ? 0 : now() - retention };
  let removed = 0;
  for (let shard = 0; shard < shardCount; shard += 1) {
    for (let round = 0; round < rounds; round += 1) {
      const result = await ledger.expire(shard, time);
      removed += result.removed;
      if (!result.more) break;
    }
  }
  return removed;
}
