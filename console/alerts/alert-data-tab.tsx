import {
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { Alert } from '../../shared/model/entities';
import { displayTime } from '../records/format';
import { dataOf } from './alert-data';

const useStyles = makeStyles({
  box: { padding: '12px', color: tokens.colorNeutralForeground1, backgroundColor: tokens.colorNeutralBackground1 },
  text: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
});

const isTime = (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text);

/** What the device sent, as a table instead of JSON; times in the viewer's zone. */
export function AlertDataTab({ record: { msdyn_alertdata: text } }: { record: Alert }) {
  const styles = useStyles();
  const data = dataOf(text);
  if (!text) return <p>This alert carries no data.</p>;
  if (!data) return <pre className={styles.text}>{text}</pre>;
  return (
    <div className={styles.box}>
      <Table size="small" aria-label="Alert data">
        <TableHeader>
          <TableRow>
            <TableHeaderCell>Property</TableHeaderCell>
            <TableHeaderCell>Value</TableHeaderCell>
          </TableRow>
        </TableHeader>
        <TableBody>
          {data.map(({ path, value }) => (
            <TableRow key={path}>
              <TableCell>{path}</TableCell>
              <TableCell>{isTime(value) ? displayTime(value) : value}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </div>
  );
}
