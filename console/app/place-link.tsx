import { Link } from '@fluentui/react-components';
import type { MouseEvent, ReactNode } from 'react';
import { hrefOf } from './location';
import { useServices } from './service';

/** A link inside the console: an ordinary one for the browser (new tab, copy), without a reload for a plain click. */
export function PlaceLink({ to, children, className }: { to: string; children: ReactNode; className?: string }) {
  const go = useGo();
  return (
    <Link href={hrefOf(to)} onClick={go(to)} {...(className !== undefined && { className })}>
      {children}
    </Link>
  );
}

/** Makes the handler that follows a link without a reload. */
export function useGo(): (to: string) => (event: MouseEvent) => void {
  const { locations } = useServices();
  return (to) => (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void locations.go(to);
  };
}
