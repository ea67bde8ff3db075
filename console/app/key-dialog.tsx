import { Button, Field, Input, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { useServices } from './service';

const useStyles = makeStyles({ form: { display: 'grid', gap: '12px', maxWidth: '420px' } });

/** In place of a page, when the service asks for a function key. */
export function KeyDialog() {
  const { session } = useServices();
  const [key, setKey] = useState('');
  const styles = useStyles();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        session.signIn(key.trim());
      }}
    >
      <h1>Sign in</h1>
      <p>
        This service asks for a function key. On a local stack it is in <code>stack.json</code>, in Azure among the
        function app&apos;s App keys. It is kept until this tab is closed.
      </p>
      <Field label="Function key" required>
        <Input type="password" autoComplete="off" value={key} onChange={(_event, { value }) => setKey(value)} />
      </Field>
      <Button type="submit" appearance="primary" disabled={key.trim() === ''}>
        Sign in
      </Button>
    </form>
  );
}
