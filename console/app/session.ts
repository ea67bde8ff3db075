import { store } from './store';
import type { Store } from './store';

/** Whether the service lets this page in: `open` until it asks for a key. */
export interface Session extends Pick<Store<'open' | 'key-wanted'>, 'now' | 'subscribe'> {
  /** The function key that was entered, kept until the browser's tab is closed. */
  key(): string | undefined;
  signIn(key: string): void;
  /** The service refused: no key, or not the right one. */
  refused(): void;
}

const place = 'connected-customer-service.key';

export function session(storage: Storage): Session {
  const state = store<'open' | 'key-wanted'>('open');
  return {
    now: state.now,
    subscribe: state.subscribe,
    key: () => storage.getItem(place) ?? undefined,
    signIn: (key) => {
      storage.setItem(place, key);
      state.set('open');
    },
    refused: () => {
      storage.removeItem(place);
      state.set('key-wanted');
    },
  };
}
