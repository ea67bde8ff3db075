import { useCallback, useEffect, useRef, useState } from 'react';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import type { QueryOptions } from '../api/query';
import type { Page } from '../api/web-api';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';

export interface ListState<N extends EntityName> {
  /** Undefined until the first answer. */
  page: Page<N> | undefined;
  /** 1 for the first. */
  number: number;
  loading: boolean;
  /** Why there is nothing to show, in the service's words. */
  problem: string | undefined;
  reload(): void;
  turn(to: 'next' | 'previous'): void;
}

interface Asked {
  /** Links of the pages up to this one; the first page has none. */
  links: readonly string[];
  /** Counts the times that the same was asked again. */
  again: number;
}

const start: Asked = { links: [], again: 0 };
const afterFailure = 5000;

/** A list of records, page by page. An answer that was overtaken by another question is thrown away. */
export function useList<N extends EntityName>(
  table: N,
  options: QueryOptions,
  { pageSize = 50, refreshEvery }: { pageSize?: number; refreshEvery?: number | undefined } = {},
): ListState<N> {
  const api = useApi();
  const question = JSON.stringify([table, options, pageSize]);
  const [asked, setAsked] = useState<Asked & { question: string }>({ ...start, question });
  const [state, setState] = useState<{ page?: Page<N>; problem?: string; loading: boolean }>({ loading: true });
  const latest = useRef(0);
  const current = asked.question === question ? asked : { ...start, question };

  const { links, again } = current;
  const link = links.at(-1);
  useEffect(() => {
    const turn = (latest.current += 1);
    const [asking, wanted] = JSON.parse(question) as [N, QueryOptions];
    setState((before) => ({ ...before, loading: true }));
    const answer = link === undefined ? api.list(asking, wanted, pageSize) : api.follow(asking, link, pageSize);
    answer.then(
      (page) => turn === latest.current && setState({ page, loading: false }),
      (error: unknown) => turn === latest.current && setState({ problem: wordsOf(error), loading: false }),
    );
  }, [api, question, link, again, pageSize]);

  const reload = useCallback(() => setAsked({ question, links, again: again + 1 }), [question, links, again]);
  useInterval(reload, state.problem === undefined ? refreshEvery : afterFailure);
  return {
    page: state.page,
    number: links.length + 1,
    loading: state.loading,
    problem: state.problem,
    reload,
    turn: (to) => {
      const next = state.page?.next;
      if (to === 'previous') setAsked({ question, links: links.slice(0, -1), again });
      else if (next !== undefined) setAsked({ question, links: [...links, next], again });
    },
  };
}
