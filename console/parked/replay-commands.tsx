import { Spinner } from '@fluentui/react-components';
import { ArrowRepeatAllRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { wordsOf } from '../api/api-error';
import { useApi, useServices } from '../app/service';
import type { FormPartProps } from '../forms/form-description';
import type { ListCommandProps, Selection } from '../lists/list-description';
import { Command } from '../parts/command-bar';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { Refusal } from '../parts/refusal';
import { idOf } from '../records/columns';
import { useMay } from '../session/viewer';
import { addUp } from './replays';
import type { Replays } from './replays';

/** Sends the marked messages the way they would have gone, after a question, and shows what became of them. */
export function ReplayCommands({ selection, reload }: ListCommandProps<'ccs_parkedmessage'>) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  if (!may.act('ccs_ReplayParkedMessages')) return null;
  return (
    <>
      <Command icon={<ArrowRepeatAllRegular />} disabled={!selection.any} onClick={() => setOpen(true)}>
        Replay
      </Command>
      {open && (
        <ReplayDialog
          messages={selection}
          onClose={(replays) => {
            setOpen(false);
            if (!replays) return;
            if (replays.replayed > 0) selection.clear();
            reload();
          }}
        />
      )}
    </>
  );
}

/** The same on the message's own form, which is left when the message is gone. */
export function ReplayCommand({ record, reload }: FormPartProps<'ccs_parkedmessage'>) {
  const { locations } = useServices();
  const selection = {
    records: [record],
    any: true,
    words: 'this message',
    ids: async () => [idOf('ccs_parkedmessage', record)],
    clear: () => void locations.go('parked'),
  };
  return <ReplayCommands selection={selection} reload={reload} />;
}

type State =
  { kind: 'asking' } | { kind: 'busy' } | { kind: 'done'; replays: Replays } | { kind: 'failed'; words: string };

const atOnce = 1000;

function ReplayDialog({
  messages,
  onClose,
}: {
  messages: Selection<'ccs_parkedmessage'>;
  onClose: (replays: Replays | undefined) => void;
}) {
  const api = useApi();
  const [state, setState] = useState<State>({ kind: 'asking' });
  const replay = async () => {
    setState({ kind: 'busy' });
    try {
      const ids = await messages.ids();
      const answers = [];
      for (let from = 0; from < ids.length; from += atOnce) {
        const ParkedMessageIds = ids.slice(from, from + atOnce).join(',');
        answers.push(await api.act('ccs_ReplayParkedMessages', { ParkedMessageIds }));
      }
      setState({ kind: 'done', replays: addUp(answers) });
    } catch (error) {
      setState({ kind: 'failed', words: wordsOf(error) });
    }
  };
  if (state.kind === 'done') {
    return (
      <ConfirmDialog title="Replayed" onCancel={() => onClose(state.replays)}>
        <Outcome replays={state.replays} />
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={`Replay ${messages.words}?`}
      action="Replay"
      disabled={state.kind === 'busy'}
      onConfirm={() => void replay()}
      onCancel={() => onClose(undefined)}
    >
      Each message is read again by the rules as they are now. What is understood becomes alerts, which may open cases,
      and goes away here. What is not stays.
      {state.kind === 'busy' && <Spinner label="Replaying" />}
      {state.kind === 'failed' && <Refusal words={state.words} />}
    </ConfirmDialog>
  );
}

function Outcome({ replays: { replayed, alerts, missing, refused } }: { replays: Replays }) {
  return (
    <>
      <p role="status">
        {replayed} replayed, {alerts} new alerts. {[...refused.values()].reduce((sum, count) => sum + count, 0)} not
        understood{missing > 0 && `, ${missing} not there any more`}.
      </p>
      {refused.size > 0 && (
        <ul>
          {[...refused].map(([words, count]) => (
            <li key={words}>
              {count} stay: {words}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
