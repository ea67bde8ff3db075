import { useEffect } from 'react';

/** Names the browser's tab after what is on the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} - Connected Customer Service`;
  }, [title]);
}
