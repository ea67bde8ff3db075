import { useEffect, useState } from 'react';
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
  /** All shown records, or none. */
  markShown(marked: boolean): void;
  /** Also those that are not shown. */
  markView(): void;
  wholeView: boolean;
}

const largestPage = 5000;

/** Which records of a list are marked. Another question of the list, by view or search, starts with none. */
export function useSelection<N extends EntityName>(
  table: N,
  { filter }: QueryOptions,
  shown: readonly Loaded<N>[],
): Marks<N> {
  const api = useApi();
  const [marks, setMarks] = useState<ReadonlySet<string> | 'view'>(new Set());
  useEffect(() => setMarks(new Set()), [table, filter]);
  const wholeView = marks === 'view';
  const isMarked = (id: string) => wholeView || marks.has(id);
  const records = shown.filter((record) => isMarked(idOf(table, record)));
  const count = wholeView ? 0 : marks.size;
  return {
    records,
    wholeView,
    words: wholeView ? 'all records of this view' : `${count} ${count === 1 ? 'record' : 'records'}`,
    isMarked,
    toggle: (id) => {
      const next = new Set(wholeView ? shown.map((record) => idOf(table, record)) : marks);
      if (!next.delete(id)) next.add(id);
      setMarks(next);
    },
    markShown: (marked) => setMarks(new Set(marked ? shown.map((record) => idOf(table, record)) : [])),
    markView: () => setMarks('view'),
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
