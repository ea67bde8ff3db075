import { Field, Textarea } from '@fluentui/react-components';
import type { EditorProps } from './form-description';
import { jsonProblem } from './json-problem';

/** A JSON object as a text, checked while it is typed. */
export function JsonEditor({ label, value, onChange }: EditorProps) {
  const problem = jsonProblem(value);
  return (
    <Field label={label} validationState={problem === undefined ? 'none' : 'error'} validationMessage={problem}>
      <Textarea
        resize="vertical"
        value={value}
        spellCheck={false}
        onChange={(_event, { value: typed }) => onChange(typed)}
      />
    </Field>
  );
}
