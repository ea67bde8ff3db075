import { session } from '../../console/session/session';
import type { Issuer, Tokens } from '../../console/session/issuing';

const way = { issuer: 'https://login.example', clientId: 'console', scope: 'api://x/.default' };
const start = 1_000_000;

/** A visit with an issuer that counts what it is asked, and a storage that a reload would keep. */
function visitWith(more: Partial<Issuer> = {}, openIssuer?: () => Promise<Issuer>) {
  const kept = new Map<string, string>();
  const left: string[] = [];
  let renewals = 0;
  const issuer: Issuer = {
    begin: async () => ({ address: 'https://login.example/authorize', begun: { state: 's', verifier: 'v' } }),
    finish: async () => ({ access: 'first', refresh: 'r1', expires: start + 3_600_000 }),
    renew: async () => {
      renewals += 1;
      return { access: `renewed ${renewals}`, refresh: 'r2', expires: start + 7_200_000 };
    },
    end: () => 'https://login.example/logout',
    ...more,
  };
  const visit = session({
    storage: {
      getItem: (name) => kept.get(name) ?? null,
      setItem: (name, value) => void kept.set(name, value),
      removeItem: (name) => void kept.delete(name),
    },
    askOffer: async () => way,
    openIssuer: openIssuer ?? (async () => issuer),
    leave: (address) => left.push(address),
    now: () => start,
  });
  const hold = (tokens: Tokens) => kept.set('connected-customer-service.tokens', JSON.stringify(tokens));
  return { visit, kept, left, hold, renewals: () => renewals };
}

const old: Tokens = { access: 'old', refresh: 'r0', expires: start + 1000 };

test('whoever comes back from signing in is where he was, and says who he is', async () => {
  const { visit, left } = visitWith();
  const places: string[] = [];
  await visit.signIn('devices?view=in-error');
  expect(left).toEqual(['https://login.example/authorize']);
  await visit.arrive(new URL('https://app.example/console/signed-in?code=c&state=s'), (place) => places.push(place));
  expect(places).toEqual(['devices?view=in-error']);
  expect(visit.now()).toEqual({ kind: 'open' });
  expect(await visit.proof()).toEqual({ authorization: 'Bearer first' });
});

test('requests that wait for one renewal ask for it once', async () => {
  const { visit, hold, renewals } = visitWith();
  hold(old);
  const proofs = await Promise.all([visit.proof(), visit.proof(), visit.proof()]);
  expect(renewals()).toBe(1);
  expect(proofs).toEqual(Array.from({ length: 3 }, () => ({ authorization: 'Bearer renewed 1' })));
});

test('an issuer that gives no more ends the visit, one that cannot be reached does not', async () => {
  const ended = visitWith({ renew: async () => undefined });
  ended.hold(old);
  await expect(ended.visit.proof()).rejects.toMatchObject({ status: 401 });
  expect(ended.visit.now()).toEqual({ kind: 'asking', problem: 'Your sign-in has ended. Sign in again.' });
  expect(ended.visit.known()).toBe(false);

  const away = visitWith({}, () => Promise.reject(new Error('no way there')));
  away.hold(old);
  await expect(away.visit.proof()).rejects.toMatchObject({ status: 0 });
  expect(away.visit.now()).toEqual({ kind: 'open' });
  expect(away.visit.known()).toBe(true);
});

test('a late refusal of what was sent before does not sign anybody out', async () => {
  const { visit } = visitWith();
  visit.refused({});
  expect(visit.now()).toEqual({ kind: 'asking' });
  visit.useKey('the key');
  visit.refused({});
  expect(visit.now()).toEqual({ kind: 'open' });
  visit.refused({ 'x-functions-key': 'the key' });
  expect(visit.now()).toEqual({ kind: 'asking', problem: 'This key is not taken.' });
});

test('who signs out is forgotten first, also when the issuer cannot be reached', async () => {
  const { visit, hold, left } = visitWith();
  hold({ ...old, expires: start + 3_600_000 });
  await visit.signOut();
  expect([visit.known(), left]).toEqual([false, ['https://login.example/logout']]);

  const away = visitWith({}, () => Promise.reject(new Error('no way there')));
  away.hold(old);
  await away.visit.signOut();
  expect([away.visit.known(), away.visit.now(), away.left]).toEqual([false, { kind: 'asking' }, []]);
});
