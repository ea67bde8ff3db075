import { makeStyles, tokens } from '@fluentui/react-components';
import type { Bar } from './figures';

const useStyles = makeStyles({
  card: {
    margin: 0,
    padding: '16px',
    minWidth: 0,
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: { margin: '0 0 12px', fontSize: tokens.fontSizeBase400 },
  row: { display: 'grid', gridTemplateColumns: 'minmax(0, 40%) 1fr auto', gap: '8px', alignItems: 'center' },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  list: { display: 'grid', gap: '6px', listStyle: 'none', margin: 0, padding: 0 },
  svg: { width: '100%', height: '12px' },
  bar: { fill: tokens.colorBrandBackground },
});

/** Names with their numbers; each number is also drawn. */
export function BarChart({ title, bars, empty }: { title: string; bars: readonly Bar[]; empty: string }) {
  const styles = useStyles();
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <section className={styles.card} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      {bars.length === 0 && <p>{empty}</p>}
      <ul className={styles.list}>
        {bars.map(({ name, value }) => (
          <li key={name} className={styles.row}>
            <span className={styles.name} title={name}>
              {name}
            </span>
            <svg className={styles.svg} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
              <rect className={styles.bar} width={(value / most) * 100} height={12} rx={1} />
            </svg>
            <span>{value}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
