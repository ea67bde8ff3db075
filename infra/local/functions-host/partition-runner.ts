import { isMany, toEventHubRequest } from './event-data';
import type { HubEvent, PartitionContext } from './event-data';
import { triggerOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { EventHubSettings } from './host-json';
import type { Invoker } from './invocation';
import { runWithRetry } from './retry-policy';

/** Where the batches of a function come from, apart from the partition. */
export type HubAddress = Pick<PartitionContext, 'fullyQualifiedNamespace' | 'eventHubName' | 'consumerGroup'>;

export interface PartitionRunnerOptions {
  target: RegisteredFunction;
  invoker: Invoker;
  settings: EventHubSettings;
  address: HubAddress;
  partitionId: string;
  keepsEmpty: () => boolean;
  /** Remembers that everything up to this event is done. */
  checkpoint(last: HubEvent): Promise<void>;
  /** Shutdown, or the partition belongs to another host now. */
  cancelled: AbortSignal;
  /** The last retry failed, or there was no retry policy: the events are skipped. */
  onGivenUp(events: readonly HubEvent[], error: unknown): void;
  onRetry(retryCount: number, delayMs: number): void;
}

export interface PartitionRunner {
  /** Runs what is due, one invocation after the other. `now` decides about `maxWaitTime`. */
  take(events: readonly HubEvent[]): Promise<void>;
}

/**
 * One partition of one function: collects the minimum batch, runs one invocation at a time, and checkpoints after each
 * batch whether or not the function threw; with a retry policy only after its last retry.
 */
export function createPartitionRunner(options: PartitionRunnerOptions): PartitionRunner {
  const { target, invoker, settings, address, partitionId, keepsEmpty, checkpoint, cancelled } = options;
  const { name: bindingName, binding } = triggerOf(target);
  const batchLimit = isMany(binding) ? settings.maxEventBatchSize : 1;
  const batchMinimum = isMany(binding) ? settings.minEventBatchSize : 1;
  let pending: HubEvent[] = [];
  let pendingSince = 0;
  let batches = 0;

  async function take(events: readonly HubEvent[]): Promise<void> {
    if (pending.length === 0) pendingSince = Date.now();
    pending = pending.length === 0 ? [...events] : pending.concat(events);
    while (!cancelled.aborted && isDue()) await runBatch(pending.splice(0, batchLimit));
  }

  function isDue(): boolean {
    if (pending.length === 0) return false;
    return pending.length >= batchMinimum || Date.now() - pendingSince >= settings.maxWaitTimeMs;
  }

  async function runBatch(events: HubEvent[]): Promise<void> {
    batches += 1;
    const isCheckpointingAfterInvocation = batches % settings.batchCheckpointFrequency === 0;
    const context = { ...address, partitionId, isCheckpointingAfterInvocation };
    const request = toEventHubRequest(bindingName, binding, context, events, keepsEmpty());
    const ended = await runWithRetry(
      target.metadata.retryOptions,
      (retryContext) => invoker.invoke(target, { ...request, retryContext }),
      cancelled,
      options.onRetry,
    );
    // A batch that was cut off comes again: here after the next start, or at the host that owns the partition now.
    if (ended.outcome === 'cancelled' || cancelled.aborted) return;
    if (ended.outcome === 'failed') options.onGivenUp(events, ended.error);
    if (isCheckpointingAfterInvocation) await checkpoint(events.at(-1)!);
  }

  return { take };
}
