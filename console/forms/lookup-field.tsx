import { Combobox, Field as LabelledField, Option, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { formatted } from '../api/web-api';
import { placeOf } from '../app/areas';
import { PlaceLink } from '../app/place-link';
import { columnOf, idOf, nameOf, navigationOf } from '../records/columns';
import type { FieldProps } from './field-props';
import { useLookup } from './use-lookup';

const useStyles = makeStyles({ combo: { minWidth: 0, width: '100%' } });

type LookupProps = Pick<FieldProps, 'table' | 'property' | 'value' | 'record' | 'onEnter'> & {
  /** The name of what is entered and not saved. */
  enteredName?: string | undefined;
};

/** A record of another table, found by typing a part of its name. Emptied by the cross, or by deleting the text. */
export function LookupField({ table, property, value, record, enteredName, onEnter }: LookupProps) {
  const styles = useStyles();
  const { target } = navigationOf(table, property);
  const column = columnOf(table, property);
  const known = value === null ? '' : (enteredName ?? formatted(record, property) ?? String(value));
  // Text that is being typed; undefined while the field shows the record it has.
  const [typed, setTyped] = useState<string>();
  const [open, setOpen] = useState(false);
  const { found, note } = useLookup(target, typed ?? '', open);
  const place = value === null ? undefined : placeOf(target, String(value));
  return (
    <LabelledField
      label={column.label}
      required={column.required === true}
      hint={place === undefined ? undefined : <PlaceLink to={place}>Open {known}</PlaceLink>}
    >
      <Combobox
        freeform
        clearable={column.required !== true}
        className={styles.combo}
        placeholder={`Look for ${entity(target).displayName}`}
        open={open}
        onOpenChange={(_event, { open: wanted }) => setOpen(wanted)}
        value={typed ?? known}
        selectedOptions={value === null ? [] : [String(value)]}
        onChange={({ target: { value: text } }) => {
          setTyped(text);
          setOpen(true);
        }}
        onOptionSelect={(_event, { optionValue, optionText }) => {
          setTyped(undefined);
          if (optionValue === undefined) onEnter({ value: null });
          else if (optionValue !== '') onEnter({ value: optionValue, name: optionText ?? optionValue });
        }}
        onBlur={() => {
          if (typed?.trim() === '') onEnter({ value: null });
          setTyped(undefined);
        }}
      >
        {found.filter(fits(target, typed ?? '')).map((candidate) => (
          <Option key={idOf(target, candidate)} value={idOf(target, candidate)} text={nameOf(target, candidate)}>
            {nameOf(target, candidate)}
          </Option>
        ))}
        {note !== undefined && (
          <Option key="note" value="" text={known} disabled>
            {note}
          </Option>
        )}
      </Combobox>
    </LabelledField>
  );
}

/** While the service is asked, what was found for less text is narrowed down here. */
function fits(target: EntityName, typed: string) {
  const wanted = typed.trim().toLowerCase();
  return (candidate: object) => nameOf(target, candidate).toLowerCase().includes(wanted);
}
