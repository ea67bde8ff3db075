import type { SignIn } from '../../shared/domain/sign-in';
import { ApiError, wordsOf } from '../api/api-error';
import { store } from '../app/store';
import type { Store } from '../app/store';
import type { Begun, Issuer, Tokens } from './issuing';

/** Whether the service lets this page in: `open` until it asks who is there. */
export type Access = { kind: 'open' } | { kind: 'arriving' } | { kind: 'asking'; problem?: string };

type Proof = Readonly<Record<string, string>>;

/** Who is here, kept until the browser's tab is closed. */
export interface Session extends Pick<Store<Access>, 'now' | 'subscribe'> {
  /** Headers that say who is here. A token that is about to expire is renewed before. */
  proof(): Promise<Proof>;
  /** Where people sign in; undefined where they only have access keys. */
  offered(): Promise<SignIn | undefined>;
  /** Leaves the page to sign in; `place` is where to come back to. */
  signIn(place: string): Promise<void>;
  /** Comes back from signing in, and goes to the place that was left. */
  arrive(came: URL, goTo: (place: string) => void): Promise<void>;
  useKey(key: string): void;
  /** Whether there is anything to sign out of. */
  known(): boolean;
  signOut(): Promise<void>;
  /** The service did not take this proof. Of one that was replaced since, that is no news. */
  refused(sent: Proof): void;
}

interface Kept {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

interface Door {
  /** The tab's own. */
  storage: Kept;
  /** What the service says of signing in. */
  askOffer: () => Promise<SignIn | undefined>;
  openIssuer: (way: SignIn) => Promise<Issuer>;
  leave: (address: string) => void;
  now: () => number;
}

const prefix = 'connected-customer-service';
const margin = 60_000;

export function session({ storage, askOffer, openIssuer, leave, now }: Door): Session {
  const state = store<Access>({ kind: 'open' });
  const key = () => storage.getItem(`${prefix}.key`) ?? undefined;
  const tokens = () => parsed(storage.getItem(`${prefix}.tokens`)) as Tokens | undefined;
  const keep = (given: Tokens) => storage.setItem(`${prefix}.tokens`, JSON.stringify(given));
  const forget = () => ['key', 'tokens'].forEach((name) => storage.removeItem(`${prefix}.${name}`));
  const ask = (problem?: string) => {
    forget();
    state.set({ kind: 'asking', ...(problem !== undefined && { problem }) });
  };
  const issuer = onceItWorks(async () => {
    const way = await askOffer();
    if (!way) throw new Error('Nobody signs in here: CONSOLE_CLIENT_ID is not set.');
    return openIssuer(way);
  });

  const proofNow = (): Proof => {
    const [token, secret] = [tokens()?.access, key()];
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    return secret === undefined ? {} : { 'x-functions-key': secret };
  };
  const renew = oneAtATime(async (): Promise<void> => {
    const { refresh } = tokens() ?? {};
    const given = refresh === undefined ? undefined : await (await issuer()).renew(refresh);
    if (given) return keep(given);
    const words = 'Your sign-in has ended. Sign in again.';
    ask(words);
    throw new ApiError(401, '', words);
  });

  return {
    now: state.now,
    subscribe: state.subscribe,
    offered: askOffer,
    proof: async () => {
      const held = tokens();
      if (held && held.expires - now() < margin) await renew().catch(asUnreachable);
      return proofNow();
    },
    signIn: async (place) => {
      const { address, begun } = await (await issuer()).begin();
      storage.setItem(`${prefix}.begun`, JSON.stringify({ ...begun, place }));
      leave(address);
    },
    arrive: async (came, goTo) => {
      state.set({ kind: 'arriving' });
      const begun = parsed(storage.getItem(`${prefix}.begun`)) as (Begun & { place: string }) | undefined;
      storage.removeItem(`${prefix}.begun`);
      try {
        if (!begun) throw new Error('This sign-in was not begun in this tab. Begin again.');
        keep(await (await issuer()).finish(came, begun));
        goTo(begun.place);
        state.set({ kind: 'open' });
      } catch (error) {
        goTo(begun?.place ?? '');
        ask(`Signing in did not work: ${wordsOf(error)}`);
      }
    },
    useKey: (entered) => {
      forget();
      storage.setItem(`${prefix}.key`, entered);
      state.set({ kind: 'open' });
    },
    known: () => Object.keys(proofNow()).length > 0,
    signOut: async () => {
      // Without the issuer it ends here all the same.
      const end =
        tokens() &&
        (await issuer().then(
          (open) => open.end(),
          () => undefined,
        ));
      ask();
      if (end !== undefined) leave(end);
    },
    refused: (sent) => {
      if (JSON.stringify(sent) === JSON.stringify(proofNow())) ask(wasKey(sent) ? 'This key is not taken.' : undefined);
    },
  };
}

const wasKey = (sent: Proof) => 'x-functions-key' in sent;

/** Whoever waits for a token hears that it is the way to it that is missing. */
function asUnreachable(error: unknown): never {
  if (error instanceof ApiError) throw error;
  throw new ApiError(0, '', `The sign-in could not be renewed: ${wordsOf(error)}`);
}

function parsed(text: string | null): unknown {
  return text === null ? undefined : JSON.parse(text);
}

/** Keeps what was made; what fails is tried again the next time. */
function onceItWorks<T>(make: () => Promise<T>): () => Promise<T> {
  let making: Promise<T> | undefined;
  return async () => {
    making ??= make().catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
}

/** Whoever asks while it is under way waits for the same. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return async () => {
    running ??= work().finally(() => (running = undefined));
    return running;
  };
}
