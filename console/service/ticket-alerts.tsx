import { alertColumns } from '../alerts/alert-list';
import { EmbeddedList } from '../lists/embedded-list';

/** Every primary alert that opened or joined a case or work order, with its device. */
export function TicketAlerts({ filter }: { filter: string }) {
  const columns = [
    'msdyn_description',
    'msdyn_alerttime',
    '_msdyn_device_value',
    'ccs_duplicatecount',
    'statuscode',
    'ccs_reason',
  ] as const;
  return <EmbeddedList label="Alerts and their devices" list={{ ...alertColumns, columns }} filter={filter} />;
}
