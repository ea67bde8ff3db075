import type { EntityRecord } from '../../shared/model/entities';
import { alertColumns } from '../alerts/alert-list';
import { EmbeddedList } from '../lists/embedded-list';
import { Outcome } from '../lists/outcome';
import { useList } from '../lists/use-list';

/** Devices whose alerts are asked for: an address holds no more of them. */
const mostDevices = 30;

/** The alerts of an account's devices, newest first. Alerts know their device, and devices their account. */
export function AccountAlerts({ record: { accountid } }: { record: EntityRecord<'account'> }) {
  const devices = useList(
    'msdyn_iotdevice',
    { select: ['msdyn_iotdeviceid'], filter: `_msdyn_account_value eq ${accountid}` },
    { pageSize: mostDevices },
  );
  const ids = (devices.page?.records ?? []).map((device) => device.msdyn_iotdeviceid);
  const columns = [
    'msdyn_description',
    'msdyn_alerttime',
    '_msdyn_device_value',
    'ccs_duplicatecount',
    'statuscode',
  ] as const;
  return (
    <Outcome state={devices} empty="This account has no devices.">
      {devices.page?.next !== undefined && <p>Alerts of its newest {mostDevices} devices.</p>}
      {ids.length > 0 && (
        <EmbeddedList
          label="Alert history"
          list={{ ...alertColumns, columns }}
          filter={`_msdyn_parentalert_value eq null and _msdyn_device_value in (${ids.join(',')})`}
        />
      )}
    </Outcome>
  );
}
