import type { Alert, Device } from '../../shared/model/entities';
import { formatted } from '../api/web-api';
import { placeOf } from '../app/areas';
import { PlaceLink } from '../app/place-link';

/** The device of an alert and whose it is; of a device that nobody knows, its Device ID. */
export function DeviceAndAccount({ alert }: { alert: Alert & { msdyn_Device?: Device | null } }) {
  const device = alert.msdyn_Device;
  if (!device) return <>{alert.msdyn_deviceid}</>;
  const account = formatted(device, '_msdyn_account_value');
  return (
    <>
      <PlaceLink to={placeOf('msdyn_iotdevice', String(alert._msdyn_device_value))!}>{device.msdyn_name}</PlaceLink>
      {account === undefined ? ' (no account)' : ` (${account})`}
    </>
  );
}
