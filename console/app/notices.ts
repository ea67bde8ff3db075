import { store } from './store';
import type { Store } from './store';

export interface Notice {
  id: number;
  intent: 'success' | 'error' | 'info';
  words: string;
}

/** What the console tells about what was asked of it, until it is dismissed; good news goes by itself. */
export interface Notices extends Pick<Store<readonly Notice[]>, 'now' | 'subscribe'> {
  tell(intent: Notice['intent'], words: string): void;
  dismiss(id: number): void;
}

const goodNewsStays = 6000;

export function notices(): Notices {
  const all = store<readonly Notice[]>([]);
  let last = 0;
  const dismiss = (id: number) => all.set(all.now().filter((notice) => notice.id !== id));
  return {
    now: all.now,
    subscribe: all.subscribe,
    dismiss,
    tell: (intent, words) => {
      last += 1;
      const id = last;
      all.set([
        ...all
          .now()
          .filter((notice) => notice.words !== words)
          .slice(-3),
        { id, intent, words },
      ]);
      if (intent !== 'error') setTimeout(() => dismiss(id), goodNewsStays);
    },
  };
}
