import { makeStyles, tokens } from '@fluentui/react-components';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { Loaded } from '../api/web-api';
import { Cell } from '../lists/cell';
import { labelOf, nameOf } from '../records/columns';
import type { FormDescription } from './form-description';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'end',
    justifyContent: 'space-between',
    gap: '12px 32px',
    padding: '12px 0',
    color: tokens.colorNeutralForeground1,
  },
  name: { margin: 0, fontSize: tokens.fontSizeBase500 },
  sub: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  facts: { display: 'flex', flexWrap: 'wrap', gap: '8px 24px', margin: 0 },
  value: { margin: 0 },
});

/** Name and kind of the record, whether it is saved, and the facts that people look for first. */
export function FormHead<N extends EntityName>({
  form: { table, facts },
  record,
  dirty,
}: {
  form: FormDescription<N>;
  record: Loaded<N>;
  dirty: boolean;
}) {
  const styles = useStyles();
  return (
    <div className={styles.head}>
      <div>
        <h1 className={styles.name}>{nameOf(table, record)}</h1>
        <div className={styles.sub}>
          {entity(table).displayName} <span role="status">- {dirty ? 'Unsaved' : 'Saved'}</span>
        </div>
      </div>
      <dl className={styles.facts}>
        {facts.map((property) => (
          <div key={property}>
            <dt className={styles.sub}>{labelOf(table, property)}</dt>
            <dd className={styles.value}>
              <Cell {...{ table, property, record }} />
              {(record as Record<string, unknown>)[property] === null && '---'}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
