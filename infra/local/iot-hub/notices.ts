import { randomUUID } from 'node:crypto';
import { message as amqpMessage } from 'rhea';
import type { EventLog } from './event-log';
import type { JsonObject } from './json';
import type { DeviceRecord } from './registry';
import { partitionOf, placeOf } from './telemetry';
import { describeChange, describeTwin } from './twins';
import type { TwinChange } from './twins';

/** What the hub itself tells on the event endpoint, as a hub does whose routes send these three sources there. */
export interface Notices {
  identity(device: DeviceRecord, operation: 'createDeviceIdentity' | 'deleteDeviceIdentity'): void;
  connection(device: DeviceRecord, connected: boolean): void;
  twin(device: DeviceRecord, change: TwinChange): void;
  /** Nothing is told from here on: the hub is being stopped, and cuts connections that did not end. */
  stop(): void;
}

interface NoticesOptions {
  /** The hub's name: the first part of its host name. */
  hubName: string;
  partitions: readonly EventLog[];
  now: () => number;
}

const schemas = {
  deviceLifecycleEvents: 'deviceLifecycleNotification',
  deviceConnectionStateEvents: 'deviceConnectionStateNotification',
  twinChangeEvents: 'twinChangeNotification',
} as const;

export function createNotices({ hubName, partitions, now }: NoticesOptions): Notices {
  const nextNumber = sequenceNumbers(now);
  let stopped = false;

  function tell({ deviceId }: DeviceRecord, source: keyof typeof schemas, opType: string, body: JsonObject): void {
    if (stopped) return;
    const operationTimestamp = new Date(now()).toISOString();
    const content = Buffer.from(JSON.stringify(body));
    partitions[partitionOf(deviceId, partitions.length)]!.append(
      (position) =>
        amqpMessage.encode({
          message_annotations: {
            'iothub-connection-device-id': deviceId,
            'iothub-message-source': source,
            ...placeOf(position),
          },
          correlation_id: randomUUID(),
          user_id: Buffer.from(hubName),
          content_type: 'application/json',
          content_encoding: 'utf-8',
          application_properties: {
            hubName,
            deviceId,
            opType,
            operationTimestamp,
            'iothub-message-schema': schemas[source],
          },
          body: amqpMessage.data_section(content),
        }),
      () => undefined,
    );
  }

  return {
    identity: (device, operation) => tell(device, 'deviceLifecycleEvents', operation, describeTwin(device)),
    connection: (device, connected) =>
      tell(device, 'deviceConnectionStateEvents', connected ? 'deviceConnected' : 'deviceDisconnected', {
        sequenceNumber: nextNumber(),
      }),
    twin: (device, change) =>
      tell(
        device,
        'twinChangeEvents',
        change.kind === 'replaced' ? 'replaceTwin' : 'updateTwin',
        describeChange(device, change),
      ),
    stop: () => void (stopped = true),
  };
}

const between1601And1970 = 11_644_473_600_000n;

/** Numbers of 64 hexadecimal digits that grow, restarts included: the time in steps of 100 ns stands in front. */
function sequenceNumbers(now: () => number): () => string {
  let last = 0n;
  return () => {
    const time = (BigInt(Math.trunc(now())) + between1601And1970) * 10_000n;
    last = time > last ? time : last + 1n;
    return `${last.toString(16).padStart(32, '0')}${'2'.padStart(8, '0')}${'0'.repeat(24)}`.toUpperCase();
  };
}
