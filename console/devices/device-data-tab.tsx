import { makeStyles, tokens } from '@fluentui/react-components';
import type { Device } from '../../shared/model/entities';
import { EmbeddedList } from '../lists/embedded-list';
import { useList } from '../lists/use-list';
import { TimeChart } from '../parts/time-chart';
import { readingSeries } from './reading-series';

const useStyles = makeStyles({
  tab: { display: 'grid', gap: '24px', color: tokens.colorNeutralForeground1 },
  title: { fontSize: tokens.fontSizeBase400, margin: '0 0 8px' },
});

/** Readings of the device's alerts over time, and what was pulled from the hub. */
export function DeviceDataTab({ record: { msdyn_iotdeviceid: id } }: { record: Device }) {
  const styles = useStyles();
  const alerts = useList(
    'msdyn_iotalert',
    {
      select: ['msdyn_alerttime', 'ccs_readingtype', 'ccs_reading', 'ccs_threshold', '_msdyn_parentalert_value'],
      filter: `_msdyn_device_value eq ${id}`,
    },
    { pageSize: 500, refreshEvery: 10_000 },
  );
  const series = readingSeries(alerts.page?.records ?? []);
  return (
    <div className={styles.tab}>
      <section aria-label="Readings and alerts">
        <h2 className={styles.title}>Readings of the latest 500 alerts</h2>
        {alerts.page && series.length === 0 ? <p>There are no readings yet.</p> : null}
        {series.map(({ type, points, threshold }) => (
          <TimeChart key={type} title={type} points={points} threshold={threshold} />
        ))}
      </section>
      <section aria-label="Pulled data">
        <h2 className={styles.title}>Data pulled from the hub</h2>
        <EmbeddedList
          label="Device data history"
          filter={`_msdyn_device_value eq ${id}`}
          list={{
            table: 'msdyn_iotdevicedatahistory',
            columns: [
              'msdyn_name',
              'createdon',
              'msdyn_status',
              'msdyn_connectionstate',
              'msdyn_lastactivitytime',
              'msdyn_devicereportedproperties',
            ],
            empty: 'No data was pulled for this device.',
          }}
        />
      </section>
    </div>
  );
}
