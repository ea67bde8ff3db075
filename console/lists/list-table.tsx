import {
  Checkbox,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  makeStyles,
  tokens,
  useArrowNavigationGroup,
} from '@fluentui/react-components';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import { placeOf } from '../app/areas';
import { PlaceLink } from '../app/place-link';
import { columnOf, idOf, labelOf, nameOf } from '../records/columns';
import { Cell } from './cell';
import type { Sorting } from './list-address';
import type { ListDescription } from './list-description';
import type { Marks } from './use-selection';

const useStyles = makeStyles({
  wrap: { overflowX: 'auto', backgroundColor: tokens.colorNeutralBackground1 },
  table: { minWidth: '720px' },
  mark: { width: '44px' },
  cell: { overflow: 'hidden', textOverflow: 'ellipsis' },
});

export interface ListTableProps<N extends EntityName> {
  list: Pick<ListDescription<N>, 'table' | 'columns' | 'cells'>;
  records: readonly Loaded<N>[];
  label: string;
  marks?: Marks<N> | undefined;
  sorting?: Sorting | undefined;
  onSort?: (property: string) => void;
}

/** The records of one page. Arrow keys move between its links and boxes. */
export function ListTable<N extends EntityName>({ list, records, label, marks, sorting, onSort }: ListTableProps<N>) {
  const styles = useStyles();
  const arrows = useArrowNavigationGroup({ axis: 'grid' });
  const { table, columns } = list;
  return (
    <div className={styles.wrap}>
      <Table size="small" aria-label={label} className={styles.table}>
        <TableHeader>
          <TableRow>
            {marks && (
              <TableHeaderCell className={styles.mark}>
                <MarkAll table={table} records={records} marks={marks} />
              </TableHeaderCell>
            )}
            {columns.map((property) => (
              <Heading key={property} {...{ table, property, sorting, onSort }} />
            ))}
          </TableRow>
        </TableHeader>
        <TableBody {...arrows}>
          {records.map((record) => {
            const id = idOf(table, record);
            const name = nameOf(table, record);
            return (
              <TableRow key={id} aria-selected={marks ? marks.isMarked(id) : undefined}>
                {marks && (
                  <TableCell className={styles.mark}>
                    <Checkbox
                      aria-label={`Select ${name}`}
                      checked={marks.isMarked(id)}
                      onChange={() => marks.toggle(id)}
                    />
                  </TableCell>
                )}
                {columns.map((property, index) => (
                  <TableCell key={property} className={styles.cell}>
                    {index === 0 ? (
                      <RowLink table={table} id={id} name={name} />
                    ) : (
                      (list.cells?.[property]?.(record) ?? <Cell {...{ table, property, record }} />)
                    )}
                  </TableCell>
                ))}
              </TableRow>
            );
          })}
        </TableBody>
      </Table>
    </div>
  );
}

function RowLink({ table, id, name }: { table: EntityName; id: string; name: string }) {
  const place = placeOf(table, id);
  return place === undefined ? <span>{name}</span> : <PlaceLink to={place}>{name}</PlaceLink>;
}

function MarkAll<N extends EntityName>({
  table,
  records,
  marks,
}: {
  table: N;
  records: readonly Loaded<N>[];
  marks: Marks<N>;
}) {
  const marked = records.filter((record) => marks.isMarked(idOf(table, record))).length;
  const all = records.length > 0 && marked === records.length;
  return (
    <Checkbox
      aria-label="Select all shown"
      checked={all || (marked > 0 ? 'mixed' : false)}
      onChange={() => marks.markShown(!all)}
    />
  );
}

/** Lookups and long texts have no order that would mean anything to people. */
const sortable = ['string', 'integer', 'decimal', 'datetime', 'choice', 'boolean'];

function Heading({
  table,
  property,
  sorting,
  onSort,
}: {
  table: EntityName;
  property: string;
  sorting: Sorting | undefined;
  onSort: ((property: string) => void) | undefined;
}) {
  const isSortable = onSort !== undefined && sortable.includes(columnOf(table, property).kind);
  const direction = sorting?.property === property ? (sorting.descending ? 'descending' : 'ascending') : undefined;
  return (
    <TableHeaderCell
      sortable={isSortable}
      sortDirection={direction}
      {...(isSortable && { onClick: () => onSort(property) })}
    >
      {labelOf(table, property)}
    </TableHeaderCell>
  );
}
