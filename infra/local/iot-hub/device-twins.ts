import { HubError } from './errors';
import type { JsonObject } from './json';
import type { Registry } from './registry';
import { propertiesForDevice, reportProperties } from './twins';

/** What a device may do with its own twin, whatever the protocol. */
export interface DeviceTwins {
  read(deviceId: string): JsonObject;
  /** Merges a JSON patch into the reported properties; answers their new version. */
  report(deviceId: string, patch: Buffer): number;
}

export function createDeviceTwins(registry: Registry, now: () => Date): DeviceTwins {
  return {
    read: (deviceId) => propertiesForDevice(registry.need(deviceId).twin),
    report(deviceId, patch) {
      const { twin, change } = reportProperties(registry.need(deviceId).twin, parsed(patch), now());
      registry.saveTwin(deviceId, twin, change);
      registry.touch(deviceId, { lastActivityTime: now().toISOString() });
      return twin.reported.version;
    },
  };
}

function parsed(patch: Buffer): unknown {
  try {
    return JSON.parse(patch.toString('utf8')) as unknown;
  } catch {
    throw new HubError('ArgumentInvalid', 'Reported properties must be JSON');
  }
}
