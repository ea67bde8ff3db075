import { makeStyles, tokens } from '@fluentui/react-components';
import type { Bar } from './figures';

const width = 960;
const height = 180;
const floor = height - 18;

const useStyles = makeStyles({
  card: {
    margin: '0 0 16px',
    padding: '16px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: { margin: '0 0 12px', fontSize: tokens.fontSizeBase400 },
  svg: { width: '100%', height: 'auto' },
  bar: { fill: tokens.colorBrandBackground },
  axis: { stroke: tokens.colorNeutralStrokeAccessible },
  text: { fill: tokens.colorNeutralForeground1, fontSize: '11px' },
});

/** Numbers over time, a column for each span. */
export function ColumnsChart({ title, bars }: { title: string; bars: readonly Bar[] }) {
  const styles = useStyles();
  const most = Math.max(1, ...bars.map(({ value }) => value));
  const step = width / bars.length;
  const sum = bars.reduce((total, { value }) => total + value, 0);
  const peak = bars.find(({ value }) => value === most);
  const words = sum === 0 ? `${title}: none` : `${title}: ${sum} in all, most (${most}) from ${peak?.name ?? ''}`;
  return (
    <section className={styles.card} aria-label={title}>
      <h2 className={styles.title}>{words}</h2>
      <svg className={styles.svg} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
        <line className={styles.axis} x1={0} x2={width} y1={floor} y2={floor} />
        {bars.map(({ name, value }, index) => {
          const tall = (value / most) * (floor - 6);
          return (
            <g key={`${name}/${index}`}>
              <rect
                className={styles.bar}
                x={index * step + 2}
                y={floor - tall}
                width={step - 4}
                height={tall}
                rx={2}
              />
              {index % 4 === 0 && (
                <text className={styles.text} x={index * step + 2} y={height - 4}>
                  {name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </section>
  );
}
