import { useState } from 'react';
import { wordsOf } from '../api/api-error';
import { useApi } from '../app/service';
import { ConfirmDialog } from '../parts/confirm-dialog';

/** Asks for the devices of the hub that have no record yet. */
export function ImportDialog({ onClose, onStarted }: { onClose: () => void; onStarted: (words: string) => void }) {
  const api = useApi();
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const start = () => {
    setBusy(true);
    api.act('ccs_ImportIoTDevices').then(
      () => onStarted('The import was asked for. Devices appear as they are found.'),
      (error: unknown) => {
        setBusy(false);
        setProblem(wordsOf(error));
      },
    );
  };
  return (
    <ConfirmDialog
      title="Import devices of the hub"
      action="Import"
      disabled={busy}
      onConfirm={start}
      onCancel={onClose}
    >
      Devices that the IoT Hub has and this list has not get a record here. Records that are there already stay as they
      are.
      {problem !== undefined && <p role="alert">{problem}</p>}
    </ConfirmDialog>
  );
}
