import type { DeviceTwin } from '../../domain/device-twin';
import { isObject } from '../../domain/json-values';
import type { JsonObject } from '../../domain/json-values';
import type { DeviceTwins } from '../../ports/device-twins';
import { inTime, openRegistry, unreachable } from './hub-account';
import type { HubAccount } from './hub-account';
import { pace } from './pace';

/** Below what one unit of S1 allows: 100 reads and 50 updates of twins a second. */
const [readsPerSecond, updatesPerSecond] = [90, 45];

/** Twins over the hub's service side, no faster than its smallest paid tier allows one process. */
export function iotHubDeviceTwins(account: HubAccount): DeviceTwins {
  const registry = openRegistry(account);
  const [readTurn, updateTurn] = [pace(readsPerSecond), pace(updatesPerSecond)];

  return {
    read: async (deviceId) => {
      await readTurn();
      try {
        return twinOf((await inTime(registry.getTwin(deviceId))).responseBody);
      } catch (error) {
        if (isNamed(error, 'DeviceNotFoundError')) return undefined;
        throw unreachable(error);
      }
    },

    patch: async (deviceId, { tags, desired }, etag) => {
      await updateTurn();
      const patch = { ...(tags && { tags }), ...(desired && { properties: { desired } }) };
      try {
        await inTime(registry.updateTwin(deviceId, patch, etag));
        return { kind: 'patched' };
      } catch (error) {
        if (isNamed(error, 'InvalidEtagError')) return { kind: 'changed' };
        if (isNamed(error, 'DeviceNotFoundError')) return { kind: 'unknown' };
        if (isNamed(error, 'ArgumentError')) return { kind: 'refused', reason: error.message };
        throw unreachable(error);
      }
    },
  };
}

const isNamed = (error: unknown, name: string): error is Error => error instanceof Error && error.name === name;

function twinOf(body: unknown): DeviceTwin {
  // What the SDK says of its type leaves out much of what the hub answers.
  const twin = body as JsonObject;
  const properties = objectOf(twin['properties']);
  const { $version, ...reported } = objectOf(properties['reported']);
  return {
    etag: textOf(twin['etag']) ?? '*',
    tags: objectOf(twin['tags']),
    desired: withoutMetadata(objectOf(properties['desired'])),
    reported: withoutMetadata(reported),
    reportedVersion: typeof $version === 'number' ? $version : 1,
    // The documentation shows it in either letter case.
    connected: /^connected$/i.test(textOf(twin['connectionState']) ?? ''),
    connectionChanged: timeOf(twin['connectionStateUpdatedTime']),
    lastActivity: timeOf(twin['lastActivityTime']),
    enabled: twin['status'] !== 'disabled',
    statusReason: textOf(twin['statusReason']),
  };
}

function withoutMetadata({ $metadata: _metadata, $version: _version, ...values }: JsonObject): JsonObject {
  return values;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The hub writes "never" as the first day of the year 1. */
function timeOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return time > 0 ? time : null;
}
