import type { DeviceTwin, TwinPart } from '../domain/device-twin';

/**
 * The twins of the hub's devices. All throw `hub-unreachable` when the hub gives no answer, or none of use, and `hub-busy` when
 * it throttles.
 */
export interface DeviceTwins {
  /** Undefined when the hub has no device of that Device ID. */
  read(deviceId: string): Promise<DeviceTwin | undefined>;
  /** Merges a part into the twin that still has this ETag; null removes. `refused` says what the hub does not take. */
  patch(
    deviceId: string,
    patch: Partial<TwinPart>,
    etag: string,
  ): Promise<{ kind: 'patched' } | { kind: 'changed' } | { kind: 'unknown' } | { kind: 'refused'; reason: string }>;
}
