import { setTimeout as sleep } from 'node:timers/promises';
import type { RetryContext, RetryOptions } from './rpc';
import { messageOf } from './start-error';

/** How a run under a retry policy ended. Cancelled: shutdown or a lost partition came between two tries. */
export type RetryOutcome = { outcome: 'succeeded' } | { outcome: 'failed'; error: unknown } | { outcome: 'cancelled' };

/**
 * Runs `attempt` until it succeeds or the function's retry policy is used up: one try without a policy, maxRetryCount + 1
 * with one, for ever with maxRetryCount -1. Retries are counted in memory only, as in the real host.
 */
export async function runWithRetry(
  policy: RetryOptions | undefined,
  attempt: (context: RetryContext | undefined) => Promise<unknown>,
  cancelled: AbortSignal,
  onRetry: (retryCount: number, delayMs: number) => void = () => undefined,
): Promise<RetryOutcome> {
  let exception: RetryContext['exception'];
  for (let retryCount = 0; ; retryCount++) {
    try {
      await attempt(policy && { retryCount, maxRetryCount: policy.maxRetryCount, ...(exception && { exception }) });
      return { outcome: 'succeeded' };
    } catch (error) {
      const usedUp = !policy || (policy.maxRetryCount >= 0 && retryCount >= policy.maxRetryCount);
      if (usedUp) return { outcome: 'failed', error };
      exception = describe(error);
    }
    const delayMs = delayBefore(policy, retryCount + 1);
    onRetry(retryCount + 1, delayMs);
    await sleep(delayMs, undefined, { signal: cancelled }).catch(() => undefined);
    if (cancelled.aborted) return { outcome: 'cancelled' };
  }
}

/** Milliseconds before retry number `retry` (the first is 1). The library has rounded every interval to whole seconds. */
function delayBefore(policy: RetryOptions, retry: number, random: () => number = Math.random): number {
  if (policy.retryStrategy === 'fixedDelay') return (policy.delayInterval?.seconds ?? 0) * 1000;
  const minimum = (policy.minimumInterval?.seconds ?? 0) * 1000;
  const maximum = (policy.maximumInterval?.seconds ?? 0) * 1000;
  const spread = 0.8 + random() * 0.4;
  return Math.min(maximum, minimum + (2 ** Math.min(retry - 1, 30) - 1) * minimum * spread);
}

function describe(error: unknown): NonNullable<RetryContext['exception']> {
  return { message: messageOf(error), source: '', stackTrace: (error instanceof Error && error.stack) || '' };
}
