import { useEffect, useState } from 'react';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { allOf, beginnings, containing } from '../api/query';
import type { WebApi } from '../api/web-api';
import { useApi } from '../app/service';
import { useDebounced } from '../parts/use-debounced';
import { idOf } from '../records/columns';

const mostShown = 20;

interface Lookup {
  found: object[];
  /** Said below what was found, or instead of it. */
  note?: string;
}

/** Records whose name contains a text: asked for when the typing pauses, and only while somebody looks. */
export function useLookup(table: EntityName, text: string, active: boolean): Lookup {
  const api = useApi();
  const still = useDebounced(text, 200);
  const [answer, setAnswer] = useState<Lookup>({ found: [], note: 'Looking …' });
  useEffect(() => {
    if (!active) return;
    let wanted = true;
    const show = (lookup: Lookup) => wanted && setAnswer(lookup);
    look(api, table, still, show).catch((error: unknown) => show({ found: [], note: wordsOf(error) }));
    return () => {
      wanted = false;
    };
  }, [api, table, still, active]);
  return answer;
}

/** First what begins with the text, which storage finds at once; then what contains it elsewhere. */
async function look(api: WebApi, table: EntityName, text: string, show: (lookup: Lookup) => void): Promise<void> {
  const { key, primaryName } = entity(table);
  const found = new Map<string, object>();
  const ask = async (filter: string | undefined) => {
    const options = { select: [key, primaryName], filter: allOf('statecode eq 0', filter), top: mostShown };
    for (const record of (await api.list(table, options)).records) found.set(idOf(table, record), record);
  };
  await Promise.all(beginnings(primaryName, text).map(ask));
  if (found.size > 0) show({ found: [...found.values()].slice(0, mostShown), note: 'Looking for more …' });
  if (found.size < mostShown) await ask(containing([primaryName], text));
  show({ found: [...found.values()].slice(0, mostShown), ...noteOn(found.size, text) });
}

function noteOn(count: number, text: string): { note?: string } {
  if (count === 0) return { note: text.trim() === '' ? 'There are none yet.' : `Nothing contains “${text}”.` };
  return count >= mostShown ? { note: `The first ${mostShown}; type more to narrow them down.` } : {};
}
