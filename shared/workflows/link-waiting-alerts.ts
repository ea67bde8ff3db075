import type { AlertLedger } from '../ports/alert-ledger';
import type { DeviceDirectory } from './device-directory';

/**
 * Gives alerts that came before their device the device and its asset, now that it exists. Looks at the alerts of one
 * device, or of all that wait. Returns how many were linked; repeating it is harmless.
 */
export async function linkWaitingAlerts(
  { ledger, devices }: { ledger: AlertLedger; devices: DeviceDirectory },
  deviceId?: string,
): Promise<number> {
  let linked = 0;
  for await (const note of ledger.waiting(deviceId)) {
    const known = (await devices.open().find([note.deviceId], 'fresh')).get(note.deviceId);
    if (!known) continue;
    linked += await ledger.link(note, {
      _msdyn_device_value: known.device.msdyn_iotdeviceid,
      _msdyn_customerasset_value: known.device._ccs_customerasset_value,
    });
  }
  return linked;
}
