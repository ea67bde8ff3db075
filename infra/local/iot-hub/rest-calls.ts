import { HubError } from './errors';

/** Counts what back ends ask for, and refuses identity operations beyond a rate, as the tiers of a real hub do. */
export interface RestCalls {
  /** Called with each request that has a route, e.g. `POST /devices`; refuses what is beyond the rate. */
  note(operation: string): void;
  /** How often each operation was asked for since the start, refused ones included. */
  counts(): Record<string, number>;
}

/** What counts as an operation on the identity registry: everything on identities but queries. */
const identityOperation = /^(GET|PUT|POST|DELETE) \/devices(\/\*)?$/;

const aMinute = 60_000;

export function createRestCalls(perMinute: number | undefined, now: () => number): RestCalls {
  const counts = new Map<string, number>();
  let latest: number[] = [];
  return {
    note: (operation) => {
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      if (perMinute === undefined || !identityOperation.test(operation)) return;
      latest = latest.filter((time) => time > now() - aMinute);
      if (latest.length >= perMinute) {
        throw new HubError('ThrottlingException', `More than ${perMinute} registry operations within a minute`);
      }
      latest.push(now());
    },
    counts: () => Object.fromEntries(counts),
  };
}
