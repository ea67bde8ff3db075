import { makeStyles, tokens } from '@fluentui/react-components';
import type { ComponentType } from 'react';
import type { EntityName } from '../../shared/model/entities';
import type { Draft, Entered } from '../records/draft';
import { valueIn } from '../records/draft';
import { columnOf, labelOf } from '../records/columns';
import { Field } from './field';
import type { EditorProps, FormDescription } from './form-description';
import { LookupField } from './lookup-field';

const useStyles = makeStyles({
  sections: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(280px, 1fr))', gap: '16px' },
  section: {
    display: 'grid',
    alignContent: 'start',
    gap: '12px',
    padding: '16px',
    minWidth: 0,
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
  },
  title: { margin: 0, fontSize: tokens.fontSizeBase300 },
});

interface FieldsProps<N extends EntityName> {
  form: FormDescription<N>;
  record: object;
  draft: Draft;
  /** Every field can be filled in, except what the service writes. */
  isNew: boolean;
  /** Nothing can be changed: the viewer may not. */
  readOnly?: boolean;
  onEnter: (property: string, entered: Entered) => void;
}

/** The fields of a form, section by section. */
export function Fields<N extends EntityName>({
  form,
  record,
  draft,
  isNew,
  readOnly = false,
  onEnter,
}: FieldsProps<N>) {
  const { table, sections, fixed = [], editors } = form;
  const styles = useStyles();
  const fixedFields: readonly string[] = fixed;
  return (
    <div className={styles.sections}>
      {sections.map(({ title, fields }) => (
        <section key={title} className={styles.section} aria-label={title}>
          <h2 className={styles.title}>{title}</h2>
          {fields.map((property) => {
            const value = valueIn(draft, record as Readonly<Record<string, unknown>>, property);
            const common = {
              table,
              property,
              value,
              record,
              onEnter: (entered: Entered) => onEnter(property, entered),
            };
            const Editor: ComponentType<EditorProps> | undefined = editors?.[property];
            if (Editor && !readOnly) {
              const label = labelOf(table, property);
              return (
                <Editor
                  key={property}
                  label={label}
                  value={String(value ?? '')}
                  values={{ ...record, ...valuesOf(draft) }}
                  onChange={(text) => common.onEnter({ value: text === '' ? null : text })}
                />
              );
            }
            const isFixed =
              readOnly || (!isNew && (fixedFields.includes(property) || columnOf(table, property).fixed === true));
            if (isLookup(property) && !isFixed) {
              return <LookupField key={property} {...common} enteredName={draft[property]?.name} />;
            }
            return <Field key={property} {...common} fixed={isFixed} />;
          })}
        </section>
      ))}
    </div>
  );
}

const isLookup = (property: string) => /^_.*_value$/.test(property);

function valuesOf(draft: Draft): object {
  return Object.fromEntries(Object.entries(draft).map(([property, { value }]) => [property, value]));
}
