import { Button, Spinner } from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useServices } from '../app/service';
import { Refusal } from '../parts/refusal';
import { SignInPage } from './sign-in-page';
import { useViewer, useWhoAmI } from './viewer';

/** Stands before the pages: shows them to those whom the service lets in, and knows. */
export function Gate({ children }: { children: ReactNode }) {
  const { session } = useServices();
  const access = useSyncExternalStore(session.subscribe, session.now);
  const viewer = useViewer();
  useWhoAmI(access.kind === 'open');
  if (access.kind === 'asking') return <SignInPage problem={access.problem} />;
  if (viewer.kind === 'refused') return <NoRole words={viewer.words} />;
  if (access.kind === 'arriving' || viewer.kind === 'unknown') return <Spinner label="Loading" />;
  return children;
}

function NoRole({ words }: { words: string }) {
  const { session } = useServices();
  return (
    <>
      <h1>There is nothing here for you yet</h1>
      <Refusal words={words} />
      <p>Somebody who administers this service can give you a role. Until then, or as somebody else:</p>
      <Button onClick={() => void session.signOut()}>Sign out</Button>
    </>
  );
}
