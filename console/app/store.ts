/** A value that changes and tells of it; React reads it with `useSyncExternalStore`. */
export interface Store<T> {
  now(): T;
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

export function store<T>(first: T): Store<T> {
  const listeners = new Set<() => void>();
  let current = first;
  return {
    now: () => current,
    set: (value) => {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
