import { Button, Field, Input, Spinner, makeStyles } from '@fluentui/react-components';
import { useEffect, useState } from 'react';
import type { SignIn } from '../../shared/domain/sign-in';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { Refusal } from '../parts/refusal';
import { useTitle } from '../parts/use-title';

const useStyles = makeStyles({ form: { display: 'grid', gap: '12px', maxWidth: '420px', marginTop: '12px' } });

/** In place of a page, when the service asks who is there: an account of the organisation, or an access key. */
export function SignInPage({ problem }: { problem: string | undefined }) {
  const { session, locations } = useServices();
  const [offer, setOffer] = useState<{ way?: SignIn | undefined }>();
  const [trouble, setTrouble] = useState<string>();
  useTitle('Sign in');
  useEffect(() => {
    session.offered().then(
      (way) => setOffer({ way }),
      () => setOffer({}), // a key can be entered all the same
    );
  }, [session]);
  const signIn = () => void session.signIn(locations.here()).catch((error: unknown) => setTrouble(wordsOf(error)));
  const words = trouble ?? problem;
  return (
    <>
      <h1>Sign in</h1>
      {words !== undefined && <Refusal words={words} />}
      {offer ? <Ways way={offer.way} onSignIn={signIn} onKey={session.useKey} /> : <Spinner label="Loading" />}
    </>
  );
}

function Ways({
  way,
  onSignIn,
  onKey,
}: {
  way: SignIn | undefined;
  onSignIn: () => void;
  onKey: (key: string) => void;
}) {
  const styles = useStyles();
  const [withKey, setWithKey] = useState(false);
  if (!way || withKey) return <KeyForm onKey={onKey} />;
  return (
    <div className={styles.form}>
      <p>This service asks who you are. You come back to this page after you have signed in at {hostOf(way.issuer)}.</p>
      <Button appearance="primary" onClick={onSignIn}>
        {hostOf(way.issuer) === 'login.microsoftonline.com' ? 'Sign in with Microsoft Entra ID' : 'Sign in'}
      </Button>
      <Button onClick={() => setWithKey(true)}>Use an access key</Button>
    </div>
  );
}

function KeyForm({ onKey }: { onKey: (key: string) => void }) {
  const [key, setKey] = useState('');
  const styles = useStyles();
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        onKey(key.trim());
      }}
    >
      <p>
        This service asks for an access key. On a local stack it is <code>functionKey</code> in <code>stack.json</code>;
        elsewhere the administrator of the service gives them out. It is kept until this tab is closed.
      </p>
      <Field label="Access key" required>
        <Input type="password" autoComplete="off" value={key} onChange={(_event, { value }) => setKey(value)} />
      </Field>
      <Button type="submit" appearance="primary" disabled={key.trim() === ''}>
        Sign in
      </Button>
    </form>
  );
}

const hostOf = (issuer: string) => new URL(issuer).host;
