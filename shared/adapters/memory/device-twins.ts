import { untouchedTwin } from '../../domain/device-twin';
import type { DeviceTwin } from '../../domain/device-twin';
import { merged } from '../../domain/json-values';
import type { DeviceTwins } from '../../ports/device-twins';

/** Twins in this process's memory, for tests and trials. `set` makes a device known; `patches` is what was sent. */
export function memoryDeviceTwins(): DeviceTwins & {
  set(deviceId: string, twin: Partial<DeviceTwin>): void;
  patches: { deviceId: string; patch: object }[];
} {
  const twins = new Map<string, DeviceTwin>();
  const patches: { deviceId: string; patch: object }[] = [];
  let changes = 0;
  const nextEtag = () => String((changes += 1));
  return {
    patches,
    set: (deviceId, twin) =>
      void twins.set(deviceId, { ...untouchedTwin, ...twins.get(deviceId), etag: nextEtag(), ...twin }),
    read: async (deviceId) => structuredClone(twins.get(deviceId)),
    patch: async (deviceId, patch, etag) => {
      const twin = twins.get(deviceId);
      if (!twin) return { kind: 'unknown' };
      if (twin.etag !== etag) return { kind: 'changed' };
      const { tags = {}, desired = {} } = patch;
      patches.push({ deviceId, patch });
      const parts = { tags: merged(twin.tags, tags), desired: merged(twin.desired, desired) };
      if (JSON.stringify(parts.tags).length > 8192) return { kind: 'refused', reason: 'the tags are too large' };
      twins.set(deviceId, { ...twin, ...parts, etag: nextEtag() });
      return { kind: 'patched' };
    },
  };
}
