import { SearchBox } from '@fluentui/react-components';
import { useEffect, useRef, useState } from 'react';
import { useDebounced } from '../parts/use-debounced';

/** A search that starts by itself when one stops typing. */
export function SearchField({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const still = useDebounced(typed, 300);
  const search = useRef(onSearch);
  useEffect(() => {
    search.current = onSearch;
  });
  const known = useRef(text);
  // Only what was typed sets off a search, not an address that changed.
  useEffect(() => {
    if (still === known.current) return;
    known.current = still;
    search.current(still);
  }, [still]);
  return (
    <SearchBox
      aria-label="Search this view"
      placeholder="Search this view"
      value={typed}
      onChange={(_event, { value }) => setTyped(value)}
    />
  );
}
