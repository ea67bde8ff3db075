import { ArrowClockwiseRegular, ArrowLeftRegular, DeleteRegular, SaveRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { Command, CommandBar } from '../parts/command-bar';
import { useMay } from '../session/viewer';
import { ConfirmDialog } from '../parts/confirm-dialog';
import { idOf, nameOf } from '../records/columns';
import type { FormDescription, FormPartProps } from './form-description';
import type { RecordState } from './use-record';

interface ToolbarProps<N extends EntityName> {
  form: FormDescription<N>;
  state: RecordState<N>;
  dirty: boolean;
  onSave: () => void;
  part: FormPartProps<N>;
}

/** What can be done with the record. */
export function FormToolbar<N extends EntityName>({ form, state, dirty, onSave, part }: ToolbarProps<N>) {
  const { api, locations, notices } = useServices();
  const [deleting, setDeleting] = useState(false);
  const may = useMay();
  const Commands = form.commands;
  const { record } = part;
  const remove = async () => {
    setDeleting(false);
    try {
      await api.remove(form.table, idOf(form.table, record), record['@odata.etag']);
      notices.tell('success', `${nameOf(form.table, record)} was deleted.`);
      await locations.go(form.path);
    } catch (error) {
      notices.tell('error', wordsOf(error));
    }
  };
  return (
    <CommandBar>
      <Command icon={<ArrowLeftRegular />} onClick={() => void locations.go(form.path)}>
        Back
      </Command>
      {may.write('update', form.table) && (
        <Command icon={<SaveRegular />} primary={dirty} disabled={!dirty || state.saving} onClick={onSave}>
          Save
        </Command>
      )}
      <Command icon={<ArrowClockwiseRegular />} disabled={dirty} onClick={state.reload}>
        Refresh
      </Command>
      {Commands && <Commands {...part} />}
      {form.deletable && may.write('delete', form.table) && (
        <Command icon={<DeleteRegular />} disabled={dirty} onClick={() => setDeleting(true)}>
          Delete
        </Command>
      )}
      {deleting && (
        <ConfirmDialog
          title={`Delete ${nameOf(form.table, record)}?`}
          action="Delete"
          onConfirm={() => void remove()}
          onCancel={() => setDeleting(false)}
        >
          This cannot be undone.
        </ConfirmDialog>
      )}
    </CommandBar>
  );
}
