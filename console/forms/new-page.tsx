import { ArrowLeftRegular, SaveRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { Command, CommandBar } from '../parts/command-bar';
import { Refusal } from '../parts/refusal';
import { useTitle } from '../parts/use-title';
import { idOf } from '../records/columns';
import { bodyOf, enter } from '../records/draft';
import type { Draft } from '../records/draft';
import { Fields } from './fields';
import type { FormDescription } from './form-description';
import { UnsavedDialog } from './unsaved-dialog';
import { defaultsOf } from '../records/defaults';

/** A record that is not there yet: the same fields as its form, and Save creates it. */
export function NewPage<N extends EntityName>({ form }: { form: FormDescription<N> }) {
  const { api, locations, notices } = useServices();
  const [draft, setDraft] = useState<Draft>({});
  const [problem, setProblem] = useState<string>();
  const [created, setCreated] = useState(false);
  const { displayName } = entity(form.table);
  const title = `New ${displayName}`;
  useTitle(title);
  const base = defaultsOf(form.table);
  const save = async () => {
    try {
      const record = await api.create(form.table, bodyOf(form.table, draft));
      setCreated(true);
      notices.tell('success', `${displayName} was created.`);
      return idOf(form.table, record);
    } catch (error) {
      setProblem(wordsOf(error));
      return undefined;
    }
  };
  const saveAndOpen = async () => {
    const id = await save();
    if (id !== undefined) setTimeout(() => void locations.go(`${form.path}/${id}`));
  };
  return (
    <>
      <CommandBar>
        <Command icon={<ArrowLeftRegular />} onClick={() => void locations.go(form.path)}>
          Back
        </Command>
        <Command primary icon={<SaveRegular />} onClick={() => void saveAndOpen()}>
          Save
        </Command>
      </CommandBar>
      <h1>{title}</h1>
      {problem !== undefined && <Refusal words={problem} />}
      <Fields
        form={form}
        record={base}
        draft={draft}
        isNew
        onEnter={(property, entered) => setDraft((before) => enter(before, base, property, entered))}
      />
      <UnsavedDialog
        dirty={!created && Object.keys(draft).length > 0}
        save={async () => (await save()) !== undefined}
      />
    </>
  );
}
