import type { CloudToDevice } from './cloud-to-device';
import { connectionState } from './connections';
import type { Connections } from './connections';
import type { JsonObject } from './json';
import type { DeviceRecord } from './registry';
import { propertiesForService } from './twins';

/** Devices and twins as back ends read them. */
export interface Documents {
  device: (record: DeviceRecord) => JsonObject;
  twin: (record: DeviceRecord) => JsonObject;
}

interface DocumentsOptions {
  connections: Pick<Connections, 'isConnected'>;
  commands: Pick<CloudToDevice, 'count'>;
}

export function createDocuments({ connections, commands }: DocumentsOptions): Documents {
  return {
    device: (record) => ({
      deviceId: record.deviceId,
      generationId: record.generationId,
      etag: record.etag,
      connectionState: connectionState(connections, record),
      status: record.status,
      statusReason: record.statusReason,
      connectionStateUpdatedTime: record.connectionStateUpdatedTime,
      statusUpdatedTime: record.statusUpdatedTime,
      lastActivityTime: record.lastActivityTime,
      cloudToDeviceMessageCount: commands.count(record.deviceId),
      authentication: authentication(record),
      capabilities: { iotEdge: false },
    }),
    twin: (record) => ({
      deviceId: record.deviceId,
      etag: record.twin.etag,
      deviceEtag: record.etag,
      status: record.status,
      statusReason: record.statusReason,
      statusUpdateTime: record.statusUpdatedTime,
      connectionState: connectionState(connections, record),
      lastActivityTime: record.lastActivityTime,
      cloudToDeviceMessageCount: commands.count(record.deviceId),
      authenticationType: record.authentication.type,
      x509Thumbprint: thumbprints(record),
      modelId: '',
      version: record.twin.version,
      tags: record.twin.tags,
      properties: propertiesForService(record.twin),
      capabilities: { iotEdge: false },
    }),
  };
}

function authentication(record: DeviceRecord): JsonObject {
  const { type } = record.authentication;
  const symmetricKey =
    type === 'sas'
      ? { primaryKey: record.authentication.primaryKey, secondaryKey: record.authentication.secondaryKey }
      : { primaryKey: null, secondaryKey: null };
  return { type, symmetricKey, x509Thumbprint: thumbprints(record) };
}

function thumbprints({ authentication }: DeviceRecord): JsonObject {
  if (authentication.type !== 'selfSigned') return { primaryThumbprint: null, secondaryThumbprint: null };
  const { primaryThumbprint, secondaryThumbprint } = authentication;
  return { primaryThumbprint, secondaryThumbprint };
}
