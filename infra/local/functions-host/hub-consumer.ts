import { EventHubConsumerClient, earliestEventPosition, latestEventPosition } from '@azure/event-hubs';
import type { CheckpointStore, EventPosition, PartitionContext, ReceivedEventData } from '@azure/event-hubs';
import type { EventHubSettings } from './host-json';

/** Where the events come from, and how many at once. */
export interface HubConsumerOptions {
  /** Of the hub; an EntityPath in it overrides the name. */
  connectionString: string;
  eventHubName: string;
  consumerGroup: string;
  /** Under this name the partitions are owned. */
  owner: string;
  store: CheckpointStore;
  settings: EventHubSettings;
}

/** Who takes the events. */
export interface HubAudience {
  opened(context: PartitionContext): void;
  /** Takes what came, which may be nothing. Any error gives the partition back. */
  take(partitionId: string, events: readonly ReceivedEventData[]): Promise<void>;
  left(partitionId: string): void;
  failed(partitionId: string, error: unknown): void;
  /** Nothing was heard of these partitions for too long; all are left and opened again. */
  silent(partitionIds: readonly string[]): void;
}

export interface HubConsumer {
  close(): Promise<void>;
}

// Chosen so that a dropped connection or a killed host is made good within seconds, not minutes as with the defaults.
const receiveWaitSeconds = 1;
const retryOptions = { maxRetries: 1_000_000, retryDelayInMs: 250, maxRetryDelayInMs: 1_000, timeoutInMs: 3_000 };
const loadBalancingOptions = {
  strategy: 'greedy' as const,
  updateIntervalInMs: 1_000,
  partitionOwnershipExpirationIntervalInMs: 10_000,
};

/**
 * The client tells of each partition every second, if only that nothing came. When its connection breaks while it opens or closes
 * a partition, it can wait for minutes, one partition after the other; a new client does not.
 */
const longestSilenceMs = 20_000;

/** Receives from a hub with the SDK's client, and begins again with a new one when it has fallen silent. */
export function consumeHub(options: HubConsumerOptions, audience: HubAudience): HubConsumer {
  let client = openClient(options, audience);
  const watch = setInterval(() => {
    const silent = client.silent();
    if (silent.length === 0) return;
    audience.silent(silent);
    // It may take its time; nobody listens to it any more.
    client.close().catch(() => undefined);
    client = openClient(options, audience);
  }, longestSilenceMs / 4);
  watch.unref();
  return {
    close: async () => {
      clearInterval(watch);
      await client.close();
    },
  };
}

function openClient({ settings, ...options }: HubConsumerOptions, audience: HubAudience) {
  const { connectionString, eventHubName, consumerGroup, owner, store } = options;
  const clientOptions = { identifier: owner, loadBalancingOptions, retryOptions };
  const client = /(^|;)\s*EntityPath=/i.test(connectionString)
    ? new EventHubConsumerClient(consumerGroup, connectionString, store, clientOptions)
    : new EventHubConsumerClient(consumerGroup, connectionString, eventHubName, store, clientOptions);
  hurryLoadBalancer(client);
  /** When each partition was heard of last; undefined while its events are worked on, however long that takes. */
  const heard = new Map<string, number | undefined>();
  let closed = false;

  const subscription = client.subscribe(
    {
      processInitialize: async (context) => {
        if (closed) return;
        heard.set(context.partitionId, Date.now());
        audience.opened(context);
      },
      processEvents: async (events, { partitionId }) => {
        // Any error that is not marked retryable ends the pump, which is the only way to give a partition back.
        if (closed) throw new Error('the client was closed');
        heard.set(partitionId, undefined);
        await audience.take(partitionId, events).finally(() => {
          if (!closed) heard.set(partitionId, Date.now());
        });
      },
      processClose: async (_, { partitionId }) => {
        if (closed) return;
        heard.delete(partitionId);
        audience.left(partitionId);
      },
      processError: async (error, { partitionId }) => {
        if (!closed) audience.failed(partitionId, error);
      },
    },
    {
      maxBatchSize: settings.maxEventBatchSize,
      maxWaitTimeInSeconds: receiveWaitSeconds,
      prefetchCount: settings.prefetchCount,
      skipParsingBodyAsJson: true,
      startPosition: startPosition(settings),
    },
  );

  return {
    silent: () => {
      const before = Date.now() - longestSilenceMs;
      return [...heard].filter(([, at]) => at !== undefined && at < before).map(([partitionId]) => partitionId);
    },
    close: async () => {
      closed = true;
      for (const partitionId of heard.keys()) audience.left(partitionId);
      await subscription.close();
      await client.close();
    },
  };
}

interface Management {
  getEventHubProperties(options: object): Promise<unknown>;
}

// The SDK's load balancer asks for the partitions with its own default of 30 s between tries, which no public option
// changes; after an outage that is how long a partition would lie idle. Should the SDK change inside, so does only that.
function hurryLoadBalancer(client: EventHubConsumerClient): void {
  const { _context } = client as unknown as { _context?: { managementSession?: Management } };
  const session = _context?.managementSession;
  if (!session) return;
  const ask = session.getEventHubProperties.bind(session);
  const hurried = { maxRetries: 0, timeoutInMs: 3_000 };
  session.getEventHubProperties = (options) => ask({ ...options, retryOptions: hurried });
}

function startPosition({ initialOffset }: EventHubSettings): EventPosition {
  if (initialOffset === 'fromStart') return earliestEventPosition;
  return initialOffset === 'fromEnd' ? latestEventPosition : { enqueuedOn: initialOffset };
}
