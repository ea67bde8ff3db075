import { ServiceError } from '../domain/errors';
import type { AlertLedger } from '../ports/alert-ledger';
import type { DeviceDirectory } from './device-directory';
import type { Followers } from './followers';
import { linkWaitingAlerts } from './link-waiting-alerts';

/**
 * Links the alerts that waited for a device once its Device ID is set. The device is written by then: if its alerts cannot be
 * linked this minute, `onUnlinkedAlerts` links them in the next.
 */
export function linkAppearedDevices(deps: {
  ledger: AlertLedger;
  devices: DeviceDirectory;
}): Pick<Followers, 'follow'> {
  return {
    follow: async (changes) => {
      for (const { entity, set, after } of changes) {
        const deviceId = entity === 'msdyn_iotdevice' && after ? set['msdyn_deviceid'] : undefined;
        if (typeof deviceId !== 'string') continue;
        try {
          await linkWaitingAlerts(deps, deviceId);
        } catch (error) {
          if (!(error instanceof ServiceError && error.code === 'storage-unavailable')) throw error;
        }
      }
    },
  };
}
