import { Field, Input, MessageBar, MessageBarBody, Textarea, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { jsonProblem } from '../forms/json-problem';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { commandBody, messageOf } from './command-body';

const useStyles = makeStyles({ fields: { display: 'grid', gap: '12px' } });

interface SendCommandProps {
  /** Who gets it. */
  devices: { words: string; ids: () => Promise<string[]> };
  /** The alert that it answers. */
  alert?: string;
  onClose: () => void;
}

/** Sends one command to each device: a name and its parameters, or the whole message as JSON. */
export function SendCommandDialog({ devices, alert, onClose }: SendCommandProps) {
  const { api, notices } = useServices();
  const styles = useStyles();
  const [name, setName] = useState('');
  const [parameters, setParameters] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const wrong = jsonProblem(parameters);
  const send = async () => {
    setBusy(true);
    try {
      const ids = await devices.ids();
      for (const device of ids) {
        await api.create('msdyn_iotdevicecommand', commandBody({ name, parameters, device, alert }));
      }
      notices.tell('success', `${name} was handed over for ${devices.words}. Its status is under Commands.`);
      onClose();
    } catch (error) {
      setBusy(false);
      setProblem(wordsOf(error));
    }
  };
  return (
    <ConfirmDialog
      title={`Send a command to ${devices.words}`}
      action="Send"
      disabled={busy || name.trim() === '' || wrong !== undefined}
      onConfirm={() => void send()}
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <Field label="Command" required hint="What the device calls it, for example Reset">
          <Input value={name} onChange={(_event, { value }) => setName(value)} />
        </Field>
        <Field
          label="Parameters"
          hint={'A JSON object, for example {"delay": 5}; may be empty'}
          validationState={wrong === undefined ? 'none' : 'error'}
          validationMessage={wrong}
        >
          <Textarea spellCheck={false} value={parameters} onChange={(_event, { value }) => setParameters(value)} />
        </Field>
        <Field label="Message to send">
          <Textarea readOnly value={wrong === undefined ? messageOf(name, parameters) : ''} />
        </Field>
        {problem !== undefined && (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{problem}</MessageBarBody>
          </MessageBar>
        )}
      </div>
    </ConfirmDialog>
  );
}
