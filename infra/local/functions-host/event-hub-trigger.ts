import type { PartitionContext as SdkPartition, ReceivedEventData } from '@azure/event-hubs';
import { BlobCheckpointStore } from '@azure/eventhubs-checkpointstore-blob';
import { ContainerClient } from '@azure/storage-blob';
import type { HubEvent } from './event-data';
import { optionOf, triggerOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { EventHubSettings } from './host-json';
import { consumeHub } from './hub-consumer';
import type { Invoker } from './invocation';
import type { Log } from './log';
import { ownerId, watchOwnership } from './partition-ownership';
import { createPartitionRunner } from './partition-runner';
import type { HubAddress, PartitionRunner } from './partition-runner';
import { connectionString, resolveNames } from './settings';
import { messageOf } from './start-error';

/** Something that feeds one function until it is stopped. */
export interface Listener {
  start(): Promise<void>;
  /** Takes nothing new; resolves when what is in flight is settled, which the caller must not wait for without limit. */
  stop(): Promise<void>;
}

export interface EventHubTrigger extends Listener {
  /** Runs one batch through the same conversion, retry policy and checkpoint rule without a hub; rejects when it is given up. */
  deliver(partitionId: string, events: readonly HubEvent[]): Promise<void>;
}

export interface EventHubTriggerOptions {
  target: RegisteredFunction;
  invoker: Invoker;
  settings: EventHubSettings;
  keepsEmpty: () => boolean;
  log: Log;
}

export function createEventHubTrigger(options: EventHubTriggerOptions): EventHubTrigger {
  const { target, invoker, settings, keepsEmpty, log } = options;
  const { name } = target.metadata;
  const { binding } = triggerOf(target);
  const where = `Function "${name}"`;
  const eventHubName = resolveNames(optionOf(binding, 'eventHubName'), where);
  const consumerGroup = resolveNames(optionOf(binding, 'consumerGroup') || '$Default', where);
  const stopping = new AbortController();
  const inFlight = new Set<Promise<void>>();
  let close = async (): Promise<void> => undefined;

  function runner(
    address: HubAddress,
    partitionId: string,
    cancelled: AbortSignal,
    checkpoint: (last: HubEvent) => Promise<void>,
    onGivenUp: (events: readonly HubEvent[], error: unknown) => void,
  ): PartitionRunner {
    const onRetry = (count: number, delayMs: number): void => {
      const { maxRetryCount } = target.metadata.retryOptions!;
      const of = maxRetryCount < 0 ? '' : ` of ${maxRetryCount}`;
      log(
        'warning',
        'Host',
        `${name}: partition ${partitionId} waits ${delayMs} ms for retry ${count}${of} of its batch`,
      );
    };
    return createPartitionRunner({
      target,
      invoker,
      settings,
      address,
      partitionId,
      keepsEmpty,
      checkpoint,
      cancelled,
      onGivenUp,
      onRetry,
    });
  }

  async function settled(taken: Promise<void>): Promise<void> {
    inFlight.add(taken);
    await taken.finally(() => inFlight.delete(taken));
  }

  async function start(): Promise<void> {
    const hub = connectionString(optionOf(binding, 'connection'), where);
    const storage = connectionString('Storage', `${where} keeps its checkpoints in AzureWebJobsStorage`);
    const container = new ContainerClient(storage, 'azure-webjobs-eventhub');
    await container.createIfNotExists();
    const partitions = new Map<string, { runner: PartitionRunner; lost: AbortController }>();
    const self = ownerId();
    const ownership = watchOwnership(new BlobCheckpointStore(container), self, (partitionId) =>
      partitions.get(partitionId)?.lost.abort(),
    );
    const report = errorReport(log, name);
    function open(context: SdkPartition): void {
      const { partitionId } = context;
      const lost = new AbortController();
      const cancelled = AbortSignal.any([stopping.signal, lost.signal]);
      const { fullyQualifiedNamespace } = context;
      const address = { fullyQualifiedNamespace, eventHubName: context.eventHubName, consumerGroup };
      const save = async (last: HubEvent): Promise<void> => {
        try {
          await context.updateCheckpoint(last as ReceivedEventData);
        } catch (error) {
          report(partitionId, 'checkpoint not written, the batch may come again', error);
        }
      };
      const givenUp = (events: readonly HubEvent[]): void => {
        const range = `${events[0]!.sequenceNumber} to ${events.at(-1)!.sequenceNumber}`;
        log(
          'error',
          'Host',
          `${name}: partition ${partitionId}: gave up the batch with sequence numbers ${range}; it will not come again`,
        );
      };
      partitions.set(partitionId, { runner: runner(address, partitionId, cancelled, save, givenUp), lost });
      ownership.pumping(partitionId, true);
      log('debug', 'Host', `${name}: receives from partition ${partitionId}`);
    }

    const address = {
      connectionString: hub,
      eventHubName,
      consumerGroup,
      owner: self,
      store: ownership.store,
      settings,
    };
    const consumer = consumeHub(address, {
      opened: open,
      take: async (partitionId, events) => {
        const partition = partitions.get(partitionId);
        if (!partition || partition.lost.signal.aborted) throw new Error('another host owns the partition now');
        if (!stopping.signal.aborted) await settled(partition.runner.take(events));
      },
      left: (partitionId) => {
        partitions.get(partitionId)?.lost.abort();
        partitions.delete(partitionId);
        ownership.pumping(partitionId, false);
        log('debug', 'Host', `${name}: left partition ${partitionId}`);
      },
      failed: (partitionId, error) => {
        const expected =
          stopping.signal.aborted || partitions.get(partitionId)?.lost.signal.aborted || isTakenOver(error);
        if (!expected) report(partitionId, 'receiving failed, trying again', error);
      },
      silent: (partitionIds) =>
        log('warning', 'Host', `${name}: nothing heard of partition ${partitionIds.join(', ')}, connecting anew`),
    });
    close = () => consumer.close();
  }

  const direct = new Map<string, Promise<void>>();

  async function deliver(partitionId: string, events: readonly HubEvent[]): Promise<void> {
    const address = { fullyQualifiedNamespace: 'in-process', eventHubName, consumerGroup };
    const before = direct.get(partitionId) ?? Promise.resolve();
    const run = before.then(async () => {
      const failures: unknown[] = [];
      const given = runner(
        address,
        partitionId,
        stopping.signal,
        async () => undefined,
        (_, error) => failures.push(error),
      );
      await given.take(events);
      if (stopping.signal.aborted) throw new Error('the host is stopping');
      if (failures.length > 0) throw failures[0];
    });
    direct.set(
      partitionId,
      run.catch(() => undefined),
    );
    return run;
  }

  return {
    start,
    deliver,
    stop: async () => {
      stopping.abort();
      // The partitions stay ours until the last batch is done, so that nobody else works on them at the same time.
      await Promise.allSettled(inFlight);
      await close();
    },
  };
}

function isTakenOver(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === 'ReceiverDisconnectedError' || (error as Error).name === 'AbortError';
}

// The same trouble is told once per half minute: while the hub is away each partition fails several times a second.
function errorReport(log: Log, name: string): (partitionId: string, what: string, error: unknown) => void {
  const told = new Map<string, number>();
  return (partitionId, what, error) => {
    const text = `${name}: ${partitionId ? `partition ${partitionId}: ` : ''}${what}: ${messageOf(error)}`;
    const now = Date.now();
    if (now - (told.get(text) ?? -Infinity) < 30_000) return;
    told.set(text, now);
    log('warning', 'Host', text);
  };
}
