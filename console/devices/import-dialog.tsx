import { useState } from 'react';
import { wordsOf } from '../api/api-error';
import { useApi } from '../app/service';
import { Refusal } from '../parts/refusal';
import { PlanDialog } from './plan-dialog';

/** Asks for the devices of the hub that have no record yet. */
export function ImportDialog({ onClose, onStarted }: { onClose: () => void; onStarted: (words: string) => void }) {
  const api = useApi();
  const [problem, setProblem] = useState<string>();
  const start = () => {
    api.act('ccs_ImportIoTDevices').then(
      () => onStarted('The import was asked for. Devices appear as they are found.'),
      (error: unknown) => setProblem(wordsOf(error)),
    );
  };
  return (
    <PlanDialog
      title="Import devices of the hub"
      action="Import"
      dryRun={async () => api.act('ccs_ImportIoTDevices', { DryRun: true })}
      onConfirm={start}
      onCancel={onClose}
    >
      Devices that the IoT Hub has and this list has not get a record here. What people entered into records that are
      there already stays.
      {problem !== undefined && <Refusal words={problem} />}
    </PlanDialog>
  );
}
