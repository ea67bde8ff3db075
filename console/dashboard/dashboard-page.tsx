import { Field, Select, makeStyles, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useTitle } from '../parts/use-title';
import { BarChart } from './bar-chart';
import { ColumnsChart } from './columns-chart';
import { figuresOf } from './figures';
import { Health } from './health';
import { useAlerts } from './use-alerts';

const useStyles = makeStyles({
  head: { display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', alignItems: 'end', marginBottom: '16px' },
  title: { margin: 0, fontSize: tokens.fontSizeBase500, color: tokens.colorNeutralForeground1 },
  charts: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(280px, 1fr))', gap: '16px' },
  words: { margin: '0 0 16px', color: tokens.colorNeutralForeground1 },
});

const spans = [
  { hours: 1, name: 'Last hour' },
  { hours: 24, name: 'Last 24 hours' },
  { hours: 168, name: 'Last 7 days' },
] as const;

/** Alerts at a glance, kept up to date while one looks. */
export function DashboardPage() {
  const styles = useStyles();
  const [hours, setHours] = useState<number>(1);
  const { counted, complete, ready, at, problem } = useAlerts(hours);
  useTitle('Dashboard');
  const { primary, duplicates, overTime, byDevice, byCategory, byAction } = figuresOf(
    counted,
    at - hours * 3_600_000,
    at,
  );
  const all = primary + duplicates;
  const share = all === 0 ? 0 : Math.round((100 * duplicates) / all);
  const empty = ready ? 'There were no alerts.' : 'Loading …';
  return (
    <>
      <div className={styles.head}>
        <h1 className={styles.title}>Dashboard</h1>
        <Field label="Span" orientation="horizontal">
          <Select value={String(hours)} onChange={(_event, { value }) => setHours(Number(value))}>
            {spans.map((span) => (
              <option key={span.hours} value={span.hours}>
                {span.name}
              </option>
            ))}
          </Select>
        </Field>
      </div>
      <Health />
      <p className={styles.words}>
        {problem ??
          `${all} alerts, ${primary} of them primary; ${duplicates} duplicates (${share} %) opened nothing of their own.`}
        {ready && !complete && ` There are more; these are the newest ${counted.length} primary alerts.`}
      </p>
      <ColumnsChart title="Alerts over time" bars={overTime} />
      <div className={styles.charts}>
        <BarChart title="Alerts by device" bars={byDevice} empty={empty} />
        <BarChart title="Alerts by category" bars={byCategory} empty={empty} />
        <BarChart title="Primary alerts by action taken" bars={byAction} empty={empty} />
      </div>
    </>
  );
}
