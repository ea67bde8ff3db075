import { createHash } from 'node:crypto';
import { message as amqpMessage, types } from 'rhea';
import { HubError } from './errors';
import type { EventLog, Position } from './event-log';
import { largestEvent, sizeOf } from './messages';
import type { Message } from './messages';
import type { DeviceRecord, Registry } from './registry';

/** Takes what devices send to the cloud into the event hub. */
export interface Telemetry {
  /** `stored` is called once the event survives the end of this process. */
  accept(deviceId: string, message: Message, stored: () => void): void;
}

interface TelemetryOptions {
  registry: Pick<Registry, 'need' | 'touch'>;
  partitions: readonly EventLog[];
}

export function createTelemetry({ registry, partitions }: TelemetryOptions): Telemetry {
  return {
    accept(deviceId, message, stored) {
      const device = registry.need(deviceId);
      if (sizeOf(message) > largestEvent)
        throw new HubError('MessageTooLarge', `An event may have ${largestEvent} bytes`);
      const partition = partitions[partitionOf(deviceId, partitions.length)]!;
      partition.append((position) => {
        device.lastActivityTime = new Date(position.time).toISOString();
        return encode(device, message, position);
      }, stored);
    },
  };
}

/** All events of a device go to one partition, the same after every restart. */
export function partitionOf(deviceId: string, partitions: number): number {
  return createHash('sha1').update(deviceId).digest().readUInt32BE(0) % partitions;
}

/** Annotations that say where an event stands, and since when. */
export function placeOf({ sequence, offset, time }: Position) {
  return {
    'iothub-enqueuedtime': types.wrap_timestamp(time),
    'x-opt-sequence-number': types.wrap_long(sequence),
    'x-opt-offset': String(offset),
    'x-opt-enqueued-time': types.wrap_timestamp(time),
  };
}

const authMethod = '{"scope":"device","type":"sas","issuer":"iothub","acceptingIpFilterRule":null}';

/** The event as the Event Hubs-compatible endpoint gives it, system properties included. */
function encode(device: DeviceRecord, message: Message, position: Position): Buffer {
  const { body, properties, annotations, creationTime } = message;
  return amqpMessage.encode({
    message_annotations: {
      ...annotations,
      'iothub-connection-device-id': device.deviceId,
      'iothub-connection-auth-method': authMethod,
      'iothub-connection-auth-generation-id': device.generationId,
      'iothub-message-source': 'Telemetry',
      ...placeOf(position),
    },
    message_id: message.messageId,
    correlation_id: message.correlationId,
    user_id: message.userId === undefined ? undefined : Buffer.from(message.userId),
    to: message.to ?? `/devices/${device.deviceId}/messages/events`,
    content_type: message.contentType,
    content_encoding: message.contentEncoding,
    creation_time: creationTime === undefined ? undefined : new Date(creationTime),
    application_properties: Object.keys(properties).length > 0 ? properties : undefined,
    body: amqpMessage.data_section(body),
  });
}
