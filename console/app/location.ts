/** A place inside the console: the path below `/console/` and its query. */
export interface Place {
  path: string;
  query: URLSearchParams;
}

const base = '/console/';

/** Asked before the place changes; answers with whether it may. */
export type Guard = () => Promise<boolean>;

/** Where the page is, kept in the address bar. */
export interface Locations {
  now(): Place;
  /** The same as an address that `go` takes. */
  here(): string;
  subscribe(listener: () => void): () => void;
  /** Goes to a path such as `devices/…?tab=alerts`, if nothing unsaved stands against it. */
  go(to: string): Promise<void>;
  /** Changes the address without a step in the history: another view, search or tab of the same page. */
  replace(to: string): void;
  /** Puts a guard before leaving; the answer takes it away. */
  guard(guard: Guard): () => void;
}

export function hrefOf(to: string): string {
  return base + to;
}

export function browserLocations(window: Window): Locations {
  const listeners = new Set<() => void>();
  const guards = new Set<Guard>();
  let place = read(window.location);
  let steps = stepOf(window.history.state);

  const changed = () => {
    place = read(window.location);
    for (const listener of listeners) listener();
  };
  const mayLeave = async () => {
    for (const guard of guards) if (!(await guard())) return false;
    return true;
  };

  window.history.replaceState({ step: steps }, '');
  window.addEventListener('popstate', ({ state }) => {
    const step = stepOf(state);
    const back = steps - step;
    if (back === 0) return;
    if (guards.size === 0) {
      steps = step;
      changed();
      return;
    }
    // The browser has gone already: come back first, ask, and go again.
    window.history.go(back);
    void mayLeave().then((may) => {
      if (!may) return;
      guards.clear();
      window.history.go(-back);
    });
  });

  return {
    now: () => place,
    here: () => place.path + (place.query.size > 0 ? `?${place.query.toString()}` : ''),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    go: async (to) => {
      if (!(await mayLeave())) return;
      steps += 1;
      window.history.pushState({ step: steps }, '', hrefOf(to));
      changed();
      window.scrollTo(0, 0);
    },
    replace: (to) => {
      window.history.replaceState({ step: steps }, '', hrefOf(to));
      changed();
    },
    guard: (guard) => {
      guards.add(guard);
      return () => guards.delete(guard);
    },
  };
}

function read({ pathname, search }: Location): Place {
  return { path: pathname.replace(/^\/console\/?/i, '').replace(/\/$/, ''), query: new URLSearchParams(search) };
}

function stepOf(state: unknown): number {
  return (state as { step?: number } | null)?.step ?? 0;
}
