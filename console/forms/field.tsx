import {
  Field as LabelledField,
  Input,
  Select,
  Switch,
  Textarea,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { Cell } from '../lists/cell';
import { columnOf, optionsOf } from '../records/columns';
import { toLocalInput } from '../records/format';
import type { FieldProps } from './field-props';
import { LookupField } from './lookup-field';

const useStyles = makeStyles({
  readOnly: { minHeight: '32px', paddingTop: '6px', overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' },
  label: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase300 },
});

/** One field of a form, after the kind of its column. */
export function Field(props: FieldProps) {
  const { table, property, value, record, fixed } = props;
  const styles = useStyles();
  const column = columnOf(table, property);
  if (fixed || column.readOnly) {
    return (
      <div>
        <div className={styles.label}>{column.label}</div>
        <div className={styles.readOnly}>
          <Cell {...{ table, property, record }} />
          {value === null || value === '' ? '---' : null}
        </div>
      </div>
    );
  }
  if (column.kind === 'lookup') return <LookupField {...props} />;
  if (column.kind === 'boolean') {
    const label = column.label;
    return (
      <Switch
        label={label}
        checked={value === true}
        onChange={(_e, { checked }) => props.onEnter({ value: checked })}
      />
    );
  }
  return (
    <LabelledField label={column.label} required={column.required === true}>
      <ValueInput {...props} />
    </LabelledField>
  );
}

/** The control inside a labelled field, which names it. */
function ValueInput({ table, property, value, onEnter, ...named }: FieldProps) {
  const column = columnOf(table, property);
  const text = value === null ? '' : String(value);
  const { record: _record, fixed: _fixed, ...control } = named;
  const enterText = (_event: unknown, { value: typed }: { value: string }) =>
    onEnter({ value: typed === '' ? null : typed });
  switch (column.kind) {
    case 'choice':
      return (
        <Select
          {...control}
          value={text}
          onChange={(_e, { value: chosen }) => onEnter({ value: chosen === '' ? null : Number(chosen) })}
        >
          {column.default === undefined && <option value="">---</option>}
          {optionsOf(column).map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </Select>
      );
    case 'memo':
      return <Textarea {...control} resize="vertical" maxLength={column.maxLength} value={text} onChange={enterText} />;
    case 'integer':
    case 'decimal':
      return (
        <Input
          {...control}
          type="number"
          value={text}
          onChange={(_e, { value: typed }) => onEnter({ value: typed === '' ? null : Number(typed) })}
        />
      );
    case 'datetime':
      return (
        <Input
          {...control}
          type="datetime-local"
          step={1}
          value={text === '' ? '' : toLocalInput(text)}
          onChange={(_e, { value: typed }) => onEnter({ value: typed === '' ? null : new Date(typed).toISOString() })}
        />
      );
    case 'string':
      return <Input {...control} maxLength={column.maxLength} value={text} onChange={enterText} />;
    // The others have controls of their own, or none.
    case 'id':
    case 'guid':
    case 'lookup':
    case 'boolean':
      return <Input {...control} value={text} onChange={enterText} />;
  }
}
