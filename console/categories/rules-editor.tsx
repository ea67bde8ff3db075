import { Button, Field, Input, Select, Textarea, makeStyles, tokens } from '@fluentui/react-components';
import { AddRegular, DeleteRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { parseRules } from '../../shared/domain/rules';
import type { EditorProps } from '../forms/form-description';
import { DryRun } from './dry-run';
import { newRow, rowsOf, textOf } from './rule-rows';
import type { RuleRow } from './rule-rows';

const useStyles = makeStyles({
  rules: { display: 'grid', gap: '12px' },
  rule: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))',
    alignItems: 'end',
    gap: '8px',
    border: 'none',
    padding: 0,
    margin: 0,
    minWidth: 0,
  },
  input: { minWidth: 0 },
  problem: { color: tokens.colorPaletteRedForeground1, margin: 0 },
});

/** The rules of a category, one row each, checked by the same rule as when they are saved. */
export function RulesEditor({ label, value, values, onChange }: EditorProps) {
  const styles = useStyles();
  // What is typed is kept here: the text that it makes loses, say, the point of `7.`
  const [typed, setTyped] = useState<{ text: string; rows: RuleRow[] }>();
  const rows = typed?.text === value ? typed.rows : rowsOf(value);
  const parsed = parseRules(value);
  const change = (next: RuleRow[]) => {
    const text = textOf(next);
    setTyped({ text, rows: next });
    onChange(text);
  };
  if (!rows) {
    return (
      <Field label={label} validationState="error" validationMessage={parsed.kind === 'invalid' ? parsed.reason : ''}>
        <Textarea value={value} onChange={(_event, { value: text }) => onChange(text)} />
      </Field>
    );
  }
  return (
    <div className={styles.rules} role="group" aria-label={label}>
      {rows.length === 0 && <p>Without rules, telemetry of these devices raises no alerts.</p>}
      {rows.map((row, index) => (
        <RuleFields
          key={index}
          number={index + 1}
          row={row}
          onChange={(changed) => change(rows.with(index, changed))}
          onRemove={() => change(rows.toSpliced(index, 1))}
        />
      ))}
      {parsed.kind === 'invalid' && (
        <p className={styles.problem} role="alert">
          {parsed.reason}
        </p>
      )}
      <Button icon={<AddRegular />} onClick={() => change([...rows, newRow])}>
        Add rule
      </Button>
      {parsed.kind === 'ok' && <DryRun category={values} rules={parsed.rules} />}
    </div>
  );
}

function RuleFields({
  number,
  row,
  onChange,
  onRemove,
}: {
  number: number;
  row: RuleRow;
  onChange: (row: RuleRow) => void;
  onRemove: () => void;
}) {
  const styles = useStyles();
  const text = (property: 'measure' | 'threshold' | 'ruleoutput', label: string) => (
    <Field label={label}>
      <Input
        className={styles.input}
        value={row[property]}
        onChange={(_event, { value }) => onChange({ ...row, [property]: value })}
      />
    </Field>
  );
  return (
    <fieldset className={styles.rule} aria-label={`Rule ${number}`}>
      {text('measure', 'Measure')}
      <Field label="Fires when">
        <Select
          value={row.when}
          onChange={(_event, { value }) => onChange({ ...row, when: value === 'below' ? 'below' : 'above' })}
        >
          <option value="above">above</option>
          <option value="below">below</option>
        </Select>
      </Field>
      {text('threshold', 'Threshold')}
      {text('ruleoutput', 'Alert name')}
      <Button icon={<DeleteRegular />} aria-label={`Remove rule ${number}`} onClick={onRemove} />
    </fieldset>
  );
}
