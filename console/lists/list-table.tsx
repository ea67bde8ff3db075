import {
  Checkbox,
  Table,
  TableBody,
  TableHeader,
  TableHeaderCell,
  TableRow,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import { columnOf, idOf, labelOf } from '../records/columns';
import type { Sorting } from './list-address';
import type { ListDescription } from './list-description';
import { ListRow } from './list-row';
import { useRowStyles } from './row-styles';
import type { Marks } from './use-selection';

const useStyles = makeStyles({
  wrap: { overflowX: 'auto', backgroundColor: tokens.colorNeutralBackground1 },
  table: { minWidth: '720px' },
  mark: { width: '44px' },
  wide: { width: '20%' },
});

export interface ListTableProps<N extends EntityName> {
  list: Pick<ListDescription<N>, 'table' | 'columns' | 'cells'>;
  records: readonly Loaded<N>[];
  label: string;
  marks?: Marks<N> | undefined;
  /** Other records are on their way in place of these: nothing of these can be marked any more. */
  leaving?: boolean;
  sorting?: Sorting | undefined;
  onSort?: (property: string) => void;
}

/** The records of one page. */
export function ListTable<N extends EntityName>({
  list,
  records,
  label,
  marks,
  leaving = false,
  sorting,
  onSort,
}: ListTableProps<N>) {
  const styles = useStyles();
  const { row } = useRowStyles();
  const { table, columns } = list;
  return (
    <div className={styles.wrap}>
      <Table size="small" aria-label={label} aria-busy={leaving} className={styles.table}>
        <TableHeader>
          <TableRow className={row}>
            {marks && (
              <TableHeaderCell className={styles.mark}>
                <MarkAll {...{ table, records, marks, leaving }} />
              </TableHeaderCell>
            )}
            {columns.map((property, index) => (
              <Heading
                key={property}
                className={index === 0 || isLong(table, property) ? styles.wide : undefined}
                {...{ table, property, sorting, onSort }}
              />
            ))}
          </TableRow>
        </TableHeader>
        <TableBody>
          {records.map((record) => (
            <ListRow key={idOf(table, record)} {...{ list, record, marks, leaving }} />
          ))}
        </TableBody>
      </Table>
    </div>
  );
}

function MarkAll<N extends EntityName>({
  table,
  records,
  marks,
  leaving,
}: {
  table: N;
  records: readonly Loaded<N>[];
  marks: Marks<N>;
  leaving: boolean;
}) {
  const marked = records.filter((record) => marks.isMarked(idOf(table, record))).length;
  const all = records.length > 0 && marked === records.length;
  return (
    <Checkbox
      aria-label="Select all shown"
      checked={all || (marked > 0 ? 'mixed' : false)}
      disabled={leaving}
      onChange={() => marks.markShown(!all)}
    />
  );
}

/** Texts that need more room than a name or a state. */
function isLong(table: EntityName, property: string): boolean {
  const column = columnOf(table, property);
  return column.kind === 'memo' || (column.kind === 'string' && column.maxLength > 200);
}

/** Lookups and long texts have no order that would mean anything to people. */
const sortable = ['string', 'integer', 'decimal', 'datetime', 'choice', 'boolean'];

function Heading({
  table,
  property,
  sorting,
  onSort,
  className,
}: {
  table: EntityName;
  property: string;
  sorting: Sorting | undefined;
  onSort: ((property: string) => void) | undefined;
  className: string | undefined;
}) {
  const isSortable = onSort !== undefined && sortable.includes(columnOf(table, property).kind);
  const direction = sorting?.property === property ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  return (
    <TableHeaderCell
      className={className}
      sortable={isSortable}
      sortDirection={direction}
      {...(isSortable && { onClick: () => onSort(property) })}
    >
      {labelOf(table, property)}
    </TableHeaderCell>
  );
}
