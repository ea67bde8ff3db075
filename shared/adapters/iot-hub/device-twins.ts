import type { DeviceTwins } from '../../ports/device-twins';
import { refusalOf } from './bulk-refusals';
import { hubTrouble, inTime, openRegistry } from './hub-account';
import type { HubAccount } from './hub-account';
import { throttle } from './throttle';
import { patchBody, twinOf } from './twin-body';

/** Below what one unit of S1 allows: 100 reads and 50 updates of twins a second. */
const [readsPerSecond, updatesPerSecond] = [90, 45];

/** Twins over the hub's service side, no faster than its smallest paid tier allows one process. */
export function iotHubDeviceTwins(account: HubAccount): DeviceTwins {
  const registry = openRegistry(account);
  const [readTurn, updateTurn] = [throttle(readsPerSecond), throttle(updatesPerSecond)];

  return {
    read: async (deviceId) => {
      await readTurn();
      try {
        return twinOf((await inTime(registry.getTwin(deviceId))).responseBody);
      } catch (error) {
        if (refusalOf(error)?.kind === 'missing') return undefined;
        throw hubTrouble(error);
      }
    },

    patch: async (deviceId, patch, etag) => {
      await updateTurn();
      try {
        await inTime(registry.updateTwin(deviceId, patchBody(patch), etag));
        return { kind: 'patched' };
      } catch (error) {
        if (isNamed(error, 'InvalidEtagError')) return { kind: 'changed' };
        // A quota of the hub, which is there again later.
        if (isNamed(error, 'TooManyDevicesError')) throw hubTrouble(error);
        const refusal = refusalOf(error);
        if (refusal?.kind === 'missing') return { kind: 'unknown' };
        if (refusal) return { kind: 'refused', reason: refusal.message };
        throw hubTrouble(error);
      }
    },
  };
}

const isNamed = (error: unknown, name: string) => error instanceof Error && error.name === name;
