import type { Device } from '../../shared/model/entities';
import { alertColumns } from '../alerts/alert-list';
import { EmbeddedList } from '../lists/embedded-list';

interface DeviceProps {
  record: Device;
}

/** Alerts that the device raised. */
export function DeviceAlerts({ record: { msdyn_iotdeviceid: id } }: DeviceProps) {
  return <EmbeddedList label="Alerts of this device" list={alertColumns} filter={`_msdyn_device_value eq ${id}`} />;
}

/** Commands that were sent to the device. */
export function DeviceCommandHistory({ record: { msdyn_iotdeviceid: id } }: DeviceProps) {
  return (
    <EmbeddedList
      label="Commands to this device"
      filter={`_msdyn_device_value eq ${id}`}
      list={{
        table: 'msdyn_iotdevicecommand',
        columns: ['msdyn_name', 'createdon', 'msdyn_commandstatus', 'ccs_feedback', 'msdyn_commandstatusreason'],
        empty: 'No command was sent to this device.',
        refreshEvery: 5000,
      }}
    />
  );
}

/** What became of its registrations. */
export function DeviceRegistrations({ record: { msdyn_iotdeviceid: id } }: DeviceProps) {
  return (
    <EmbeddedList
      label="Registration history of this device"
      filter={`_msdyn_device_value eq ${id}`}
      list={{
        table: 'msdyn_iotdeviceregistrationhistory',
        columns: ['msdyn_name', 'msdyn_action', 'ccs_outcome', 'ccs_message', 'createdon'],
        empty: 'This device was never registered from here.',
      }}
    />
  );
}
