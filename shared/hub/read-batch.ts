import type { HubEvent } from '../domain/hub-event';
import type { Source } from '../ports/alert-ledger';

/** What the Functions host hands over beside the bodies of a batch. */
interface BatchMetadata {
  partitionContext?: { eventHubName?: string; partitionId?: string };
  systemPropertiesArray?: Record<string, unknown>[];
}

/**
 * Puts a batch of an Event Hub trigger (`cardinality: 'many'`, `dataType: 'binary'`) together: the bodies, and for each
 * its system properties. Throws when the two do not line up, because a body with another event's sequence number would
 * be worse than a retry.
 */
export function readBatch(messages: unknown, metadata: unknown): { source: Source; events: HubEvent[] } {
  const { partitionContext, systemPropertiesArray } = metadata as BatchMetadata;
  const { eventHubName: hub, partitionId: partition } = partitionContext ?? {};
  if (!hub || partition === undefined) throw new Error('The batch does not say which hub and partition it is from.');
  if (!Array.isArray(messages) || messages.length !== systemPropertiesArray?.length) {
    throw new Error('The batch has not as many system properties as messages; the trigger needs dataType binary.');
  }
  const timeOf = timeReader();
  const events = messages.map((body, i) => readEvent(body, systemPropertiesArray[i]!, timeOf));
  return { source: { hub, partition }, events };
}

/** Reads times of which many are the same: a hub takes a storm's events many to a millisecond. */
function timeReader(): (text: string) => number {
  let last = '';
  let time = Number.NaN;
  return (text) => {
    if (text !== last) {
      last = text;
      time = Date.parse(text);
    }
    return time;
  };
}

function readEvent(body: unknown, properties: Record<string, unknown>, timeOf: (text: string) => number): HubEvent {
  if (!(body instanceof Uint8Array)) throw new Error('A message is not binary; the trigger needs dataType binary.');
  const sequence = integer(properties['sequenceNumber']);
  const enqueued = timeOf(text(properties['enqueuedTimeUtc']) ?? '');
  if (!Number.isSafeInteger(sequence) || Number.isNaN(enqueued)) {
    throw new Error('A message has no sequence number or enqueued time.');
  }
  return {
    sequence,
    enqueued,
    connectionDeviceId: text(properties['iothub-connection-device-id']),
    messageId: text(properties['message-id'] ?? properties['messageId']),
    messageSource: text(properties['iothub-message-source']),
    body,
  };
}

/** Some host versions send 64-bit numbers as `{low, high}`. */
function integer(value: unknown): number {
  if (typeof value === 'object' && value !== null && 'low' in value && 'high' in value) {
    return Number(value.high) * 2 ** 32 + (Number(value.low) >>> 0);
  }
  return Number(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
