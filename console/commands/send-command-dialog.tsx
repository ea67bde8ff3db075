import { Field, Input, MessageBar, MessageBarBody, Switch, Textarea, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { jsonProblem } from '../forms/json-problem';
import { LookupField } from '../forms/lookup-field';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { labelOf } from '../records/columns';
import type { Entered } from '../records/draft';
import { commandBody, messageOf } from './command-body';
import { useMessageKeys } from './use-message-keys';

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
  const [definition, setDefinition] = useState<Entered>({ value: null });
  const [toAll, setToAll] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const keys = useMessageKeys(setProblem);
  const wrong = jsonProblem(parameters);
  const send = async () => {
    if (!keys) return;
    setBusy(true);
    try {
      const ids = await devices.ids();
      const draft = { name, parameters, definition: String(definition.value ?? '') || undefined, toAll, alert };
      await api.createAll(
        'msdyn_iotdevicecommand',
        ids.map((device) => commandBody({ ...draft, device }, keys)),
      );
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
      disabled={busy || !keys || name.trim() === '' || wrong !== undefined}
      onConfirm={() => void send()}
      onCancel={onClose}
    >
      <div className={styles.fields}>
        <LookupField
          table="msdyn_iotdevicecommand"
          property="_msdyn_command_value"
          value={definition.value}
          record={{}}
          enteredName={definition.name}
          onEnter={(entered) => {
            setDefinition(entered);
            setName(entered.name ?? '');
          }}
        />
        <Field label="Command Name" required hint="What the device calls it, for example Reset">
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
        <Switch
          label={labelOf('msdyn_iotdevicecommand', 'msdyn_sendtoallconnecteddevices')}
          checked={toAll}
          onChange={(_event, { checked }) => setToAll(checked)}
        />
        <Field label="Message to send">
          <Textarea readOnly value={wrong === undefined && keys ? messageOf(name, parameters, keys) : ''} />
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
