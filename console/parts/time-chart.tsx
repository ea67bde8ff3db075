import { makeStyles, tokens } from '@fluentui/react-components';
import { displayTime } from '../records/format';
import { scaled } from './scale';
import type { TimePoint } from './scale';

const width = 720;
const height = 180;

const useStyles = makeStyles({
  figure: { margin: '0 0 16px', backgroundColor: tokens.colorNeutralBackground1, padding: '12px' },
  caption: { fontWeight: tokens.fontWeightSemibold },
  svg: { width: '100%', height: 'auto', maxHeight: '260px' },
  line: { stroke: tokens.colorBrandStroke1, strokeWidth: '1.5px', fill: 'none' },
  point: { fill: tokens.colorBrandStroke1 },
  limit: { stroke: tokens.colorPaletteRedBorderActive, strokeDasharray: '6 4' },
  text: { fill: tokens.colorNeutralForeground1, fontSize: '11px' },
});

/** Values over time as a line; in words for those who do not see it. */
export function TimeChart({
  title,
  points,
  threshold,
}: {
  title: string;
  points: readonly TimePoint[];
  threshold: number | undefined;
}) {
  const styles = useStyles();
  const values = points.map(({ value }) => value);
  const all = threshold === undefined ? values : [...values, threshold];
  const x = scaled(points[0]!.time, points.at(-1)!.time, 40, width - 10);
  const y = scaled(Math.min(...all), Math.max(...all), height - 20, 10);
  const primary = points.filter(({ marked }) => marked).length;
  const words = `${title}: ${points.length} readings of ${primary} primary alerts and their duplicates, from ${Math.min(...values)} to ${Math.max(...values)}`;
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>{words}</figcaption>
      <svg className={styles.svg} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
        <polyline
          className={styles.line}
          points={points.map(({ time, value }) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}
        />
        {threshold !== undefined && (
          <line className={styles.limit} x1={40} x2={width - 10} y1={y(threshold)} y2={y(threshold)} />
        )}
        {points
          .filter(({ marked }) => marked)
          .map(({ time, value }) => (
            <circle key={`${time}/${value}`} className={styles.point} cx={x(time)} cy={y(value)} r={4} />
          ))}
        <text className={styles.text} x={0} y={14}>
          {Math.max(...all)}
        </text>
        <text className={styles.text} x={0} y={height - 20}>
          {Math.min(...all)}
        </text>
        <text className={styles.text} x={40} y={height - 4}>
          {displayTime(new Date(points[0]!.time).toISOString())}
        </text>
        <text className={styles.text} x={width - 10} y={height - 4} textAnchor="end">
          {displayTime(new Date(points.at(-1)!.time).toISOString())}
        </text>
      </svg>
    </figure>
  );
}
