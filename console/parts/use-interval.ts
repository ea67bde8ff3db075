import { useEffect, useRef } from 'react';

/** Does something every so many milliseconds, while the page is looked at; never without a number. */
export function useInterval(work: () => void, milliseconds: number | undefined): void {
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(() => {
    if (milliseconds === undefined) return;
    const timer = setInterval(() => !document.hidden && latest.current(), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
