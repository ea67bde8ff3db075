import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Radio,
  RadioGroup,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
} from '@fluentui/react-components';
import { useState } from 'react';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import { columnOf, labelOf, optionsOf } from '../records/columns';
import { changedBetween, conflictsOf } from '../records/draft';
import type { Draft, Entered } from '../records/draft';
import { display } from '../records/format';

interface ConflictProps<N extends EntityName> {
  table: N;
  /** What the form was filled with, what was entered, and what is stored now. */
  base: Loaded<N>;
  draft: Draft;
  theirs: Loaded<N>;
  onSave: (draft: Draft) => void;
  onTakeTheirs: () => void;
  onBack: () => void;
}

/** Two people changed one record: both versions side by side, and a choice for each field that both changed. */
export function ConflictDialog<N extends EntityName>(props: ConflictProps<N>) {
  const { table, base, draft, theirs, onSave, onTakeTheirs, onBack } = props;
  const conflicts = conflictsOf(draft, base, theirs);
  const [kept, setKept] = useState<Readonly<Record<string, string>>>({});
  const undecided = conflicts.filter(({ property }) => kept[property] === undefined);
  const others = changedBetween(Object.keys(theirs).filter(isShown(table)), base, theirs).filter(
    (property) => !conflicts.some((conflict) => conflict.property === property),
  );
  const chosen = Object.fromEntries(Object.entries(draft).filter(([property]) => kept[property] !== 'theirs'));
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Somebody else changed this record</DialogTitle>
          <DialogContent>
            <p>Since you opened it, it was saved with other values. Nothing of yours was written yet.</p>
            <Table size="small" aria-label="Both versions">
              <TableHeader>
                <TableRow>
                  {['Field', 'Yours', 'Stored now', 'Keep'].map((title) => (
                    <TableHeaderCell key={title}>{title}</TableHeaderCell>
                  ))}
                </TableRow>
              </TableHeader>
              <TableBody>
                {conflicts.map(({ property, mine }) => (
                  <TableRow key={property}>
                    <TableCell>{labelOf(table, property)}</TableCell>
                    <TableCell>{displayEntered(table, property, mine)}</TableCell>
                    <TableCell>{display(table, property, theirs) || '---'}</TableCell>
                    <TableCell>
                      <RadioGroup
                        layout="horizontal"
                        aria-label={`Keep for ${labelOf(table, property)}`}
                        value={kept[property] ?? ''}
                        onChange={(_event, { value }) => setKept({ ...kept, [property]: value })}
                      >
                        <Radio value="mine" label="Yours" />
                        <Radio value="theirs" label="Stored" />
                      </RadioGroup>
                    </TableCell>
                  </TableRow>
                ))}
                {others.map((property) => (
                  <TableRow key={property}>
                    <TableCell>{labelOf(table, property)}</TableCell>
                    <TableCell>{display(table, property, base) || '---'} (not changed by you)</TableCell>
                    <TableCell>{display(table, property, theirs) || '---'}</TableCell>
                    <TableCell>Stored</TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </DialogContent>
          <DialogActions fluid>
            <Button appearance="primary" disabled={undecided.length > 0} onClick={() => onSave(chosen)}>
              Save with these choices
            </Button>
            <Button onClick={onTakeTheirs}>Discard mine</Button>
            <Button onClick={onBack}>Back to the form</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function displayEntered(table: EntityName, property: string, { value, name }: Entered): string {
  if (value === null) return '---';
  const option = optionsOf(columnOf(table, property)).find((each) => each.value === value);
  return name ?? option?.name ?? String(value);
}

/** Columns that people see; annotations, and the time of the change itself, say nothing. */
function isShown(table: EntityName) {
  return (property: string) => {
    if (property.includes('@') || property === 'modifiedon') return false;
    return columnOf(table, property).kind !== 'id';
  };
}
