import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { useServices } from '../app/service';

type Answer = 'save' | 'discard' | 'stay';

/** Stands before leaving a form with unsaved changes, inside the console and out of it. */
export function UnsavedDialog({ dirty, save }: { dirty: boolean; save: () => Promise<boolean> }) {
  const { locations } = useServices();
  const [asking, setAsking] = useState<{ answer: (answer: Answer) => void }>();
  const latest = useRef(save);
  useEffect(() => {
    latest.current = save;
  });

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    const release = locations.guard(async () => {
      const answer = await new Promise<Answer>((resolve) => setAsking({ answer: resolve }));
      setAsking(undefined);
      return answer === 'save' ? latest.current() : answer === 'discard';
    });
    return () => {
      window.removeEventListener('beforeunload', warn);
      release();
    };
  }, [dirty, locations]);

  if (!asking) return null;
  return (
    <Dialog open modalType="alert">
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Unsaved changes</DialogTitle>
          <DialogContent>You changed this record and have not saved it.</DialogContent>
          <DialogActions fluid>
            <Button appearance="primary" onClick={() => asking.answer('save')}>
              Save and continue
            </Button>
            <Button onClick={() => asking.answer('discard')}>Discard changes</Button>
            <Button onClick={() => asking.answer('stay')}>Stay here</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
