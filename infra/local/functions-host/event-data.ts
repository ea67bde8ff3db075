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

/** Written out as text, because a batch of a thousand events is as many objects that nobody else looks at. */
function manyMetadata(events: readonly HubEvent[], keepsEmpty: boolean): Record<string, TypedData> {
  const keys: string[] = [];
  const offsets: string[] = [];
  const sequences: number[] = [];
  // Texts that grow are cheaper than lists that are joined.
  let times = '';
  let properties = '';
  let system = '';
  let enqueued = events[0]!.enqueuedTimeUtc;
  let time = JSON.stringify(enqueued);
  for (const event of events) {
    if (event.enqueuedTimeUtc.getTime() !== enqueued.getTime()) {
      enqueued = event.enqueuedTimeUtc;
      time = JSON.stringify(enqueued);
    }
    keys.push(event.partitionKey ?? '');
    offsets.push(event.offset);
    sequences.push(event.sequenceNumber);
    const comma = times === '' ? '' : ',';
    times += comma + time;
    properties += comma + (event.properties ? JSON.stringify(event.properties) : '{}');
    system += comma + systemPropertiesText(event, time);
  }
  return {
    PartitionKeyArray: { collectionString: { string: strings(keys, keepsEmpty) } },
    OffsetArray: { collectionString: { string: strings(offsets, keepsEmpty) } },
    SequenceNumberArray: { collectionSint64: { sint64: sequences } },
    EnqueuedTimeUtcArray: { json: `[${times}]` },
    PropertiesArray: { json: `[${properties}]` },
    SystemPropertiesArray: { json: `[${system}]` },
  };
}

function oneMetadata(event: HubEvent): Record<string, TypedData> {
  return {
    PartitionKey: event.partitionKey ? { string: event.partitionKey } : {},
    Offset: { string: event.offset },
    SequenceNumber: { int: event.sequenceNumber },
    EnqueuedTimeUtc: { json: JSON.stringify(event.enqueuedTimeUtc) },
    Properties: { json: JSON.stringify(event.properties ?? {}) },
    SystemProperties: { json: systemPropertiesText(event, JSON.stringify(event.enqueuedTimeUtc)) },
  };
}

function systemPropertiesText(event: HubEvent, time: string): string {
  const { systemProperties, sequenceNumber, offset, partitionKey } = event;
  let text = '{';
  for (const name in systemProperties) {
    const value = systemProperties[name];
    if (value === undefined) continue;
    const given = typeof value === 'number' && timestamps.has(name) ? new Date(value) : value;
    text += `${quoted(amqpNames[name] ?? name)}:${JSON.stringify(given)},`;
  }
  const key = JSON.stringify(partitionKey ?? null);
  return `${text}"SequenceNumber":${sequenceNumber},"Offset":${JSON.stringify(offset)},"PartitionKey":${key},"EnqueuedTimeUtc":${time}}`;
}

const quotedNames = new Map<string, string>();

/** There are few names, and each is in every event. */
function quoted(name: string): string {
  let text = quotedNames.get(name);
  if (text === undefined) {
    text = JSON.stringify(name);
    if (quotedNames.size < 1_000) quotedNames.set(name, text);
  }
  return text;
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
