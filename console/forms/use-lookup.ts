import { useEffect, useState } from 'react';
import { entity } from '../../shared/model/entities';
import type { EntityName } from '../../shared/model/entities';
import { wordsOf } from '../api/api-error';
import { allOf, containing } from '../api/query';
import { useApi } from '../app/service';
import { useDebounced } from '../parts/use-debounced';

const mostShown = 20;

/** Records whose name contains a text: asked for when the typing pauses, and only while somebody looks. */
export function useLookup(table: EntityName, text: string, active: boolean): { found: object[]; note?: string } {
  const api = useApi();
  const still = useDebounced(text, 200);
  const [answer, setAnswer] = useState<{ found: object[]; note?: string }>({ found: [], note: 'Looking …' });
  useEffect(() => {
    if (!active) return;
    let wanted = true;
    const { key, primaryName } = entity(table);
    const filter = allOf('statecode eq 0', containing([primaryName], still));
    api.list(table, { select: [key, primaryName], filter, top: mostShown }).then(
      ({ records }) => wanted && setAnswer({ found: records, ...noteOn(records.length, still) }),
      (error: unknown) => wanted && setAnswer({ found: [], note: wordsOf(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [api, table, still, active]);
  return answer;
}

function noteOn(count: number, text: string): { note?: string } {
  if (count === 0) return { note: text.trim() === '' ? 'There are none yet.' : `Nothing contains “${text}”.` };
  return count === mostShown ? { note: `The newest ${mostShown}; type more to narrow them down.` } : {};
}
