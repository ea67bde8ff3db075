import { useState } from 'react';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import type { QueryOptions } from '../api/query';
import type { Loaded } from '../api/web-api';
import { useApi } from '../app/service';
import { idOf } from '../records/columns';
import type { Selection } from './list-description';

export interface Marks<N extends EntityName> extends Selection<N> {
  isMarked(id: string): boolean;
  toggle(id: string): void;
  /** Marks all shown records, or takes their marks away; those on other pages stay as they are. */
  markShown(marked: boolean): void;
  /** Also those that are not shown. */
  markView(): void;
  wholeView: boolean;
  /** How many marked records are not shown; 0 when the whole view is marked. */
  elsewhere: number;
}

type Marked = ReadonlySet<string> | 'view';

const largestPage = 5000;
const none: Marked = new Set();

/**
 * Which records of a list are marked: only a person changes that, not an answer of the service. Another question of the
 * list, by view or search, starts with none.
 */
export function useSelection<N extends EntityName>(
  table: N,
  { filter }: QueryOptions,
  shown: readonly Loaded<N>[],
): Marks<N> {
  const api = useApi();
  const question = JSON.stringify([table, filter]);
  const [kept, setKept] = useState<{ question: string; marks: Marked }>({ question, marks: none });
  // While drawing, not after it: nothing may act on the marks of the question before.
  if (kept.question !== question) setKept({ question, marks: none });
  const marks = kept.question === question ? kept.marks : none;
  const change = (next: (marks: Marked) => Marked) =>
    setKept((before) => ({ question, marks: next(before.question === question ? before.marks : none) }));

  const shownIds = shown.map((record) => idOf(table, record));
  const wholeView = marks === 'view';
  const isMarked = (id: string) => wholeView || marks.has(id);
  const count = wholeView ? 0 : marks.size;
  return {
    records: shown.filter((record) => isMarked(idOf(table, record))),
    any: wholeView || count > 0,
    wholeView,
    words: wholeView ? 'all records of this view' : `${count} ${count === 1 ? 'record' : 'records'}`,
    elsewhere: wholeView ? 0 : count - shownIds.filter(isMarked).length,
    isMarked,
    toggle: (id) =>
      change((before) => {
        const next = new Set(before === 'view' ? shownIds : before);
        if (!next.delete(id)) next.add(id);
        return next;
      }),
    markShown: (marked) =>
      change((before) => {
        const others = before === 'view' ? [] : [...before].filter((id) => !shownIds.includes(id));
        return new Set(marked ? [...others, ...shownIds] : others);
      }),
    markView: () => change(() => 'view'),
    clear: () => change(() => none),
    ids: async () => {
      if (!wholeView) return [...marks];
      const ids: string[] = [];
      const options = { select: [entity(table).key], filter };
      let page = await api.list(table, options, largestPage);
      for (;;) {
        ids.push(...page.records.map((record) => idOf(table, record)));
        if (page.next === undefined) return ids;
        page = await api.follow(table, page.next, largestPage);
      }
    },
  };
}
