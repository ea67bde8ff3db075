import type { Caller } from '../domain/caller';
import { ServiceError } from '../domain/errors';
import type { Limited } from '../model/costs';
import type { Allowances } from '../ports/allowances';

const words: Readonly<Record<Limited, string>> = {
  requests: 'You send more requests than REQUESTS_PER_MINUTE allows',
  effects:
    'Your requests set off more commands, test alerts, registrations, pulls of data, cases or work orders than EFFECTS_PER_MINUTE allows',
};

/**
 * The caller of one request, who spends of his allowances with it, and is refused with `too-many` when there is nothing left.
 * Once a request is let in it is let in as a whole: what it needs beyond that is taken from what comes back later.
 */
export function limitCaller(caller: Caller, allowances: Allowances): Caller {
  const letIn = new Set<Limited>();
  return {
    ...caller,
    spend: (what, units) => {
      if (units === 0) return;
      const wait = letIn.has(what) ? 0 : allowances.wait(what, caller.id);
      if (wait > 0) throw tooMany(what, Math.ceil(wait / 1000));
      letIn.add(what);
      allowances.take(what, caller.id, units);
    },
  };
}

function tooMany(what: Limited, retryAfter: number): ServiceError {
  const message = `${words[what]}. Try again in ${retryAfter} ${retryAfter === 1 ? 'second' : 'seconds'}.`;
  return new ServiceError('too-many', message, { retryAfter });
}
