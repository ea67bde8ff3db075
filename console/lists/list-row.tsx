import { Checkbox, TableCell, TableRow, makeStyles } from '@fluentui/react-components';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import { placeOf } from '../app/areas';
import { PlaceLink } from '../app/place-link';
import { columnOf, idOf, nameOf } from '../records/columns';
import { display } from '../records/format';
import { Cell } from './cell';
import type { ListDescription } from './list-description';
import { useRowStyles } from './row-styles';
import type { Marks } from './use-selection';

const useStyles = makeStyles({
  mark: { width: '44px' },
  cell: { overflow: 'hidden', overflowWrap: 'break-word' },
  // Three lines; the rest is in the tooltip and on the record's form.
  lines: { display: '-webkit-box', WebkitLineClamp: 3, WebkitBoxOrient: 'vertical', overflow: 'hidden' },
});

/** A record in a list. Its first column leads to it. */
export function ListRow<N extends EntityName>({
  list: { table, columns, cells },
  record,
  marks,
  leaving,
}: {
  list: Pick<ListDescription<N>, 'table' | 'columns' | 'cells'>;
  record: Loaded<N>;
  marks: Marks<N> | undefined;
  leaving: boolean;
}) {
  const styles = useStyles();
  const { row } = useRowStyles();
  const id = idOf(table, record);
  const name = nameOf(table, record);
  return (
    <TableRow className={row} aria-selected={marks ? marks.isMarked(id) : undefined}>
      {marks && (
        <TableCell className={styles.mark}>
          <Checkbox
            aria-label={`Select ${name}`}
            checked={marks.isMarked(id)}
            disabled={leaving}
            onChange={() => marks.toggle(id)}
          />
        </TableCell>
      )}
      {columns.map((property, index) => {
        const own = cells?.[property]?.(record);
        return (
          <TableCell key={property} className={styles.cell}>
            {index === 0 ? (
              <RowLink table={table} id={id} name={name} />
            ) : isShort(table, property) ? (
              (own ?? <Cell {...{ table, property, record }} />)
            ) : (
              <span className={styles.lines} title={display(table, property, record)}>
                {own ?? <Cell {...{ table, property, record }} />}
              </span>
            )}
          </TableCell>
        );
      })}
    </TableRow>
  );
}

/** Numbers and states are never cut; a cell of their own may hold a button. */
function isShort(table: EntityName, property: string): boolean {
  return !['string', 'memo', 'lookup'].includes(columnOf(table, property).kind);
}

function RowLink({ table, id, name }: { table: EntityName; id: string; name: string }) {
  const place = placeOf(table, id);
  return place === undefined ? <span>{name}</span> : <PlaceLink to={place}>{name}</PlaceLink>;
}
