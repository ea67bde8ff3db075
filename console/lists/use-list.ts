import { useEffect, useRef, useState } from 'react';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import type { QueryOptions } from '../api/query';
import type { Page } from '../api/web-api';
import { useApi } from '../app/service';
import { useInterval } from '../parts/use-interval';

export interface ListState<N extends EntityName> {
  /** What was answered last; undefined until the first answer. */
  page: Page<N> | undefined;
  /** Which page that is, 1 for the first. */
  number: number;
  /** Another page, search or order is on its way: what is shown is about to be replaced, not only asked for again. */
  leaving: boolean;
  /** Why there is nothing to show, in the service's words. */
  problem: string | undefined;
  reload(): void;
  turn(to: 'next' | 'previous'): void;
}

interface Asked {
  question: string;
  /** Links of the pages up to this one; the first page has none. */
  links: readonly string[];
  /** Counts the times that the same was asked again. */
  again: number;
}

/** An answer, and what it answers. */
interface Answered<N extends EntityName> {
  to: string;
  number: number;
  page?: Page<N>;
  problem?: string;
}

const afterFailure = 5000;

/** A list of records, page by page. An answer that was overtaken by another question is thrown away. */
export function useList<N extends EntityName>(
  table: N,
  options: QueryOptions,
  { pageSize = 50, refreshEvery }: { pageSize?: number; refreshEvery?: number | undefined } = {},
): ListState<N> {
  const api = useApi();
  const question = JSON.stringify([table, options, pageSize]);
  const [asked, setAsked] = useState<Asked>({ question, links: [], again: 0 });
  const [answered, setAnswered] = useState<Answered<N>>({ to: '', number: 1 });
  const latest = useRef(0);
  const pending = useRef(false);

  const { links, again } = asked.question === question ? asked : { links: [], again: 0 };
  const link = links.at(-1);
  const number = links.length + 1;
  const wanted = identity(question, link);
  useEffect(() => {
    const turn = (latest.current += 1);
    const [asking, options] = JSON.parse(question) as [N, QueryOptions];
    const arrived = (answer: { page: Page<N> } | { problem: string }) => {
      if (turn !== latest.current) return;
      setAnswered({ to: identity(question, link), number, ...answer });
      pending.current = false;
    };
    pending.current = true;
    const answer = link === undefined ? api.list(asking, options, pageSize) : api.follow(asking, link, pageSize);
    answer.then(
      (page) => arrived({ page }),
      (error: unknown) => arrived({ problem: wordsOf(error) }),
    );
  }, [api, question, link, number, again, pageSize]);

  const leaving = answered.to !== wanted;
  const problem = leaving ? undefined : answered.problem;
  const reload = () => setAsked({ question, links, again: again + 1 });
  // A service that is slower than the refresh would otherwise have each of its answers overtaken.
  useInterval(() => !pending.current && reload(), problem === undefined ? refreshEvery : afterFailure);
  return {
    page: answered.page,
    number: answered.number,
    leaving,
    problem,
    reload,
    turn: (to) => {
      const next = answered.page?.next;
      if (leaving) return; // the links that are shown lead on from another question
      if (to === 'previous') setAsked({ question, links: links.slice(0, -1), again });
      else if (next !== undefined) setAsked({ question, links: [...links, next], again });
    },
  };
}

/** What tells one page of one question from every other. */
function identity(question: string, link: string | undefined): string {
  return JSON.stringify([question, link]);
}
