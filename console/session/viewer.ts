import { useEffect, useSyncExternalStore } from 'react';
import type { Role } from '../../shared/model/rights';
import { ApiError, wordsOf } from '../api/api-error';
import { useServices } from '../app/service';
import { mayOf } from './may';
import type { May } from './may';
import type { Viewer } from './who';

export function useViewer(): Viewer {
  const { viewer } = useServices();
  return useSyncExternalStore(viewer.subscribe, viewer.now);
}

export function useMay(): May {
  const viewer = useViewer();
  return mayOf(viewer.kind === 'known' ? viewer.roles : []);
}

/** Asks the service who is here, as soon as it lets the page in, and again until it says so. */
export function useWhoAmI(isOpen: boolean): void {
  const { api, viewer } = useServices();
  useEffect(() => {
    viewer.set({ kind: 'unknown' });
    if (!isOpen) return;
    let wanted = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const answer = await api.whoAmI().then(known, refusal);
      if (!wanted) return;
      if (answer) viewer.set(answer);
      else again = setTimeout(() => void ask(), 3000);
    };
    void ask();
    return () => {
      wanted = false;
      clearTimeout(again);
    };
  }, [api, viewer, isOpen]);
}

const known = ({ name, roles }: { name: string; roles: readonly Role[] }): Viewer => ({ kind: 'known', name, roles });

/** Undefined when the service has not said anything. */
function refusal(error: unknown): Viewer | undefined {
  return error instanceof ApiError && error.status === 403 ? { kind: 'refused', words: wordsOf(error) } : undefined;
}
