import { useCallback, useEffect, useRef, useState } from 'react';
import type { EntityName } from '../../shared/model/entities';
import { isOffline, isStale, wordsOf } from '../api/api-error';
import type { Body, Loaded } from '../api/web-api';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';
import { bodyOf, conflictsOf, enter, without } from '../records/draft';
import type { Draft, Entered } from '../records/draft';

export type Saved = { kind: 'saved' } | { kind: 'stale' } | { kind: 'refused' };

export interface RecordState<N extends EntityName> {
  /** As it was read last; undefined before, and for a new one. */
  record: Loaded<N> | undefined;
  draft: Draft;
  /** What the service said against reading or saving. */
  problem: string | undefined;
  saving: boolean;
  /** Set when somebody else saved in between: the record as it is now. */
  theirs: Loaded<N> | undefined;
  enter(property: string, entered: Entered): void;
  setDraft(draft: Draft): void;
  reload(): void;
  /**
   * Saves a draft; by default the one entered, on condition that nobody changed the record since it was read. With `seen`, what
   * was chosen between was the record as it was then: it may have changed since, in other properties than those chosen.
   */
  save(over?: { draft: Draft; seen: Loaded<N> }): Promise<Saved>;
  change(body: Body): Promise<void>;
  giveUp(): void;
}

/** A record that changes more often while it is saved is shown as it is then. */
const mostTries = 4;

/** A record in a form: what is stored, what was entered, and what stands between the two. */
export function useRecord<N extends EntityName>(table: N, id: string): RecordState<N> {
  const api = useApi();
  const [record, setRecord] = useState<Loaded<N>>();
  const [draft, setDraft] = useState<Draft>({});
  const [problem, setProblem] = useState<string>();
  const [offline, setOffline] = useState(false);
  const [saving, setSaving] = useState(false);
  const [theirs, setTheirs] = useState<Loaded<N>>();

  const failed = useCallback((error: unknown) => {
    setProblem(wordsOf(error));
    setOffline(isOffline(error));
  }, []);
  const settled = useCallback((read: Loaded<N>) => {
    setRecord(read);
    setProblem(undefined);
    setOffline(false);
  }, []);
  const writes = useRef(0);
  const reload = useCallback(() => {
    // What was asked for before a write, and answered after it, is older than what the write answered.
    const before = writes.current;
    const unlessOvertaken =
      <T>(then: (outcome: T) => void) =>
      (outcome: T) => {
        if (writes.current === before) then(outcome);
      };
    api.read(table, id).then(unlessOvertaken(settled), unlessOvertaken(failed));
  }, [api, table, id, settled, failed]);
  useEffect(reload, [reload]);
  useInterval(reload, offline && record === undefined ? 5000 : undefined);

  const write = async (body: Body, etag: string) => {
    writes.current += 1;
    settled(await api.update(table, id, body, etag));
    setTheirs(undefined);
  };
  const trySave = async (chosen: Draft, seen: Loaded<N>, tries: number): Promise<Saved> => {
    try {
      await write(bodyOf(table, chosen), seen['@odata.etag']);
      setDraft((now) => without(now, draft));
      return { kind: 'saved' };
    } catch (error) {
      if (!isStale(error)) throw error;
      const now = await api.read(table, id);
      if (tries > 1 && conflictsOf(chosen, seen, now).length === 0) return trySave(chosen, now, tries - 1);
      setTheirs(now);
      return { kind: 'stale' };
    }
  };
  const save = async (over?: { draft: Draft; seen: Loaded<N> }): Promise<Saved> => {
    if (!record) return { kind: 'refused' };
    setSaving(true);
    try {
      return over ? await trySave(over.draft, over.seen, mostTries) : await trySave(draft, record, 1);
    } catch (error) {
      failed(error);
      return { kind: 'refused' };
    } finally {
      setSaving(false);
    }
  };
  return {
    record,
    draft,
    problem,
    saving,
    theirs,
    enter: (property, entered) => setDraft((before) => enter(before, record ?? {}, property, entered)),
    setDraft,
    reload,
    save,
    change: async (body) => {
      if (record) await write(body, record['@odata.etag']);
    },
    giveUp: () => setTheirs(undefined),
  };
}
