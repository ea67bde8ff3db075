import { store } from './store';
import type { Store } from './store';

/** What the last answers of the service say about the way to it. */
export interface Health {
  reachable: boolean;
  /** Of the last answer. */
  milliseconds: number;
}

/** Whether the service answers; hears of every request. */
export interface Connection extends Pick<Store<Health>, 'now' | 'subscribe'> {
  heard(status: number, milliseconds: number): void;
}

export function connection(): Connection {
  const health = store<Health>({ reachable: true, milliseconds: 0 });
  return {
    now: health.now,
    subscribe: health.subscribe,
    heard: (status, milliseconds) => {
      const rounded = Math.round(milliseconds);
      const { reachable, milliseconds: before } = health.now();
      // Told on only when somebody would see the difference.
      if (reachable !== status > 0 || Math.abs(before - rounded) > 5) {
        health.set({ reachable: status > 0, milliseconds: rounded });
      }
    },
  };
}
