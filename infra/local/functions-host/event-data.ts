import { optionOf } from './binding';
import type { Binding, InvocationRequest, TypedData } from './rpc';

/** An event as the Event Hubs SDK hands it over, body unparsed. */
export interface HubEvent {
  body: unknown;
  properties?: Record<string, unknown>;
  /** Annotations under their own names (`iothub-…`), message properties under the SDK's names (`messageId`). */
  systemProperties?: Record<string, unknown>;
  partitionKey?: string | null;
  sequenceNumber: number;
  offset: string;
  enqueuedTimeUtc: Date;
}

/** Where a batch came from; the function sees it as `triggerMetadata.partitionContext`. */
export interface PartitionContext {
  fullyQualifiedNamespace: string;
  eventHubName: string;
  consumerGroup: string;
  partitionId: string;
  isCheckpointingAfterInvocation: boolean;
}

// The .NET extension names message properties as AMQP does.
const amqpNames: Record<string, string> = {
  messageId: 'message-id',
  userId: 'user-id',
  to: 'to',
  subject: 'subject',
  replyTo: 'reply-to',
  correlationId: 'correlation-id',
  contentType: 'content-type',
  contentEncoding: 'content-encoding',
  absoluteExpiryTime: 'absolute-expiry-time',
  creationTime: 'creation-time',
  groupId: 'group-id',
  groupSequence: 'group-sequence',
  replyToGroupId: 'reply-to-group-id',
};

// The SDK turns these timestamps into numbers; the .NET extension gives them as dates.
const timestamps = new Set(['iothub-enqueuedtime', 'iothub-creation-time-utc', 'absoluteExpiryTime', 'creationTime']);

/** The one invocation of a batch: cardinality "many" gets arrays, "one" gets its single event. */
export function toEventHubRequest(
  bindingName: string,
  binding: Binding,
  context: PartitionContext,
  events: readonly HubEvent[],
  keepsEmpty: boolean,
): InvocationRequest {
  const isBinary = binding.dataType?.toLowerCase() === 'binary';
  const many = isMany(binding);
  const data = many ? manyBodies(events, isBinary, keepsEmpty) : oneBody(events[0]!, isBinary);
  return {
    inputData: [{ name: bindingName, data }],
    triggerMetadata: {
      PartitionContext: { json: JSON.stringify(context) },
      ...(many ? manyMetadata(events, keepsEmpty) : oneMetadata(events[0]!)),
    },
  };
}

export function isMany(binding: Binding): boolean {
  return optionOf(binding, 'cardinality').toLowerCase() !== 'one';
}

function manyBodies(events: readonly HubEvent[], isBinary: boolean, keepsEmpty: boolean): TypedData {
  if (isBinary) return { collectionBytes: { bytes: events.map(({ body }) => bytesOf(body)) } };
  return {
    collectionString: {
      string: strings(
        events.map(({ body }) => bytesOf(body).toString('utf8')),
        keepsEmpty,
      ),
    },
  };
}

function oneBody({ body }: HubEvent, isBinary: boolean): TypedData {
  return isBinary ? { bytes: bytesOf(body) } : { string: bytesOf(body).toString('utf8') };
}

function manyMetadata(events: readonly HubEvent[], keepsEmpty: boolean): Record<string, TypedData> {
  return {
    PartitionKeyArray: {
      collectionString: {
        string: strings(
          events.map(({ partitionKey }) => partitionKey ?? ''),
          keepsEmpty,
        ),
      },
    },
    OffsetArray: {
      collectionString: {
        string: strings(
          events.map(({ offset }) => offset),
          keepsEmpty,
        ),
      },
    },
    SequenceNumberArray: { collectionSint64: { sint64: events.map(({ sequenceNumber }) => sequenceNumber) } },
    EnqueuedTimeUtcArray: { json: JSON.stringify(events.map(({ enqueuedTimeUtc }) => enqueuedTimeUtc)) },
    PropertiesArray: { json: JSON.stringify(events.map(({ properties }) => properties ?? {})) },
    SystemPropertiesArray: { json: JSON.stringify(events.map(systemPropertiesOf)) },
  };
}

function oneMetadata(event: HubEvent): Record<string, TypedData> {
  return {
    PartitionKey: event.partitionKey ? { string: event.partitionKey } : {},
    Offset: { string: event.offset },
    SequenceNumber: { int: event.sequenceNumber },
    EnqueuedTimeUtc: { json: JSON.stringify(event.enqueuedTimeUtc) },
    Properties: { json: JSON.stringify(event.properties ?? {}) },
    SystemProperties: { json: JSON.stringify(systemPropertiesOf(event)) },
  };
}

function systemPropertiesOf(event: HubEvent): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name in event.systemProperties) {
    const value = event.systemProperties[name];
    const date = timestamps.has(name) && typeof value === 'number';
    result[amqpNames[name] ?? name] = date ? new Date(value) : value;
  }
  result['SequenceNumber'] = event.sequenceNumber;
  result['Offset'] = event.offset;
  result['PartitionKey'] = event.partitionKey ?? null;
  result['EnqueuedTimeUtc'] = event.enqueuedTimeUtc;
  return result;
}

// The real host drops empty strings from string arrays, so that bodies and metadata no longer line up, unless the app
// sets the capability IncludeEmptyEntriesInMessagePayload (azure-functions-host#8499).
function strings(values: string[], keepsEmpty: boolean): string[] {
  return keepsEmpty ? values : values.filter((value) => value !== '');
}

function bytesOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (body === undefined || body === null) return Buffer.alloc(0);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}
