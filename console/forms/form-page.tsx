import { Spinner, makeStyles } from '@fluentui/react-components';
import { useEffect } from 'react';
import type { EntityName } from '../../shared/model/entities';
import { usePlace, useServices } from '../app/service';
import { nameOf } from '../records/columns';
import { Refusal } from '../parts/refusal';
import { useTitle } from '../parts/use-title';
import { useMay } from '../session/viewer';
import { ConflictDialog } from './conflict-dialog';
import { Fields } from './fields';
import type { FormDescription } from './form-description';
import { FormHead } from './form-head';
import { FormTabs } from './form-tabs';
import { FormToolbar } from './form-toolbar';
import { UnsavedDialog } from './unsaved-dialog';
import { useRecord } from './use-record';

const useStyles = makeStyles({ tab: { marginTop: '12px' } });

/** A record: its fields, what belongs to it, and what can be done with it. Ctrl+S saves. */
export function FormPage<N extends EntityName>({ form, id }: { form: FormDescription<N>; id: string }) {
  const { notices } = useServices();
  const state = useRecord(form.table, id);
  const { record, draft, problem, theirs } = state;
  const styles = useStyles();
  const place = usePlace();
  const mayChange = useMay().write('update', form.table);
  const dirty = Object.keys(draft).length > 0;
  const name = record ? nameOf(form.table, record) : 'Loading';
  useTitle(name);
  const save = async () => {
    const saved = await state.save();
    if (saved.kind === 'saved') notices.tell('success', `${name} was saved.`);
    return saved.kind === 'saved';
  };
  useSaveKey(dirty ? save : undefined);
  if (!record) return problem === undefined ? <Spinner label="Loading" /> : <Refusal words={problem} />;

  const { Banner, tabs = [] } = form;
  const tab = tabs.find(({ key }) => key === place.query.get('tab'));
  const part = { record, reload: state.reload, dirty, change: state.change };
  return (
    <>
      <FormToolbar form={form} state={state} dirty={dirty} onSave={() => void save()} part={part} />
      <FormHead form={form} record={record} dirty={dirty} />
      {problem !== undefined && <Refusal words={problem} />}
      {Banner && <Banner {...part} />}
      {tabs.length > 0 && <FormTabs tabs={tabs} current={tab?.key ?? 'general'} />}
      <div className={styles.tab}>
        {tab ? (
          <tab.Content record={record} />
        ) : (
          <Fields form={form} record={record} draft={draft} isNew={false} readOnly={!mayChange} onEnter={state.enter} />
        )}
      </div>
      <UnsavedDialog dirty={dirty} save={save} />
      {theirs && (
        <ConflictDialog
          table={form.table}
          base={record}
          draft={draft}
          theirs={theirs}
          onSave={(chosen) => void state.save({ draft: chosen, seen: theirs })}
          onTakeTheirs={() => {
            state.setDraft({});
            state.giveUp();
            state.reload();
          }}
          onBack={state.giveUp}
        />
      )}
    </>
  );
}

function useSaveKey(save: (() => Promise<unknown>) | undefined): void {
  useEffect(() => {
    if (!save) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void save();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [save]);
}
