import { ServiceError } from '../domain/errors';
import type { Arrival } from '../domain/fold';
import { TooMuchAtOnce } from '../ports/alert-ledger';
import type { Telemetry } from '../ports/telemetry';
import type { DeviceView } from './device-directory';
import { setFirstAside } from './set-aside';
import type { Origin, Part, Request, Settled, Work } from './settle-parts';
import { isEmpty, planFor } from './settle-plan';
import type { PlanDeps } from './settle-plan';
import { tellTargets, withoutRepeats } from './settle-requests';
import { sourcesOf } from './settle-sources';
import type { Together } from './together';

/** Alerts that arrived together, and for a hub batch the events it held. */
export interface Batch {
  arrivals: readonly (Arrival & { shard: number })[];
  /** For a hub batch: its partition and the ranges of positions that it covers. */
  origin?: Origin;
  /** For alerts whose sender may repeat himself: his name for the request, and a hash of it. */
  request?: Request | undefined;
}

export interface SettleDeps extends PlanDeps {
  /** Joins what several batches bring to a shard while it is being written to. */
  together: Together<Part, Settled>;
  telemetry: Telemetry;
}

/** A race is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 50;

/**
 * Settles alerts: decides for each whether it is a parent, a duplicate or a repeat, opens what a parent opens, and
 * returns when everything is durable. Delivering the same batch again, in any order or cut, adds nothing.
 */
export async function settleAlerts(batch: Batch, devices: DeviceView, deps: SettleDeps): Promise<Settled> {
  const { origin, request } = batch;
  const results = await Promise.all(
    [...byShard(batch.arrivals)].map(async ([shard, arrivals]) => {
      const part: Part = { arrivals, origin, request, devices };
      // What one writer's alerts do to another's is nothing, except that an id in use, which only callers choose, fails.
      const isAlone = arrivals.some(({ packs }) => !packs);
      const settled = isAlone
        ? (await settleShard(shard, [part], deps))[0]!
        : await deps.together(shard, part, (parts) => settleShard(shard, parts, deps));
      if (settled.refusal) throw settled.refusal;
      return settled;
    }),
  );
  return {
    opened: results.flatMap(({ opened }) => opened),
    skipped: results.reduce((sum, { skipped }) => sum + skipped, 0),
    ids: joined(results.map(({ ids }) => ids)),
    repeats: results.flatMap(({ repeats }) => repeats),
  };
}

function joined<K, V>(maps: readonly ReadonlyMap<K, V>[]): Map<K, V> {
  const all = new Map<K, V>();
  for (const map of maps) for (const [key, value] of map) all.set(key, value);
  return all;
}

function byShard(arrivals: Batch['arrivals']): Map<number, Arrival[]> {
  const shards = new Map<number, Arrival[]>();
  for (const arrival of arrivals) {
    const list = shards.get(arrival.shard);
    if (list) list.push(arrival);
    else shards.set(arrival.shard, [arrival]);
  }
  return shards;
}

async function settleShard(shard: number, parts: readonly Part[], deps: SettleDeps): Promise<Settled[]> {
  const work = parts.map((part): Work => ({
    ...part,
    settled: { opened: [], skipped: 0, ids: new Map(), repeats: [] },
  }));
  let most = Infinity;
  for (let lost = 0; lost <= attempts;) {
    const open = work.filter(({ arrivals }) => arrivals.length > 0);
    if (open.length === 0) return work.map(({ settled }) => settled);
    const result = await settleOnce(shard, withoutRepeats(open), most, deps);
    if (result.kind === 'lost-race') lost += 1;
    // What could not be taken may have been one alert: after it, more are tried again.
    most = result.kind === 'too-much' ? result.less : 2 * most;
  }
  throw new ServiceError('storage-unavailable', `Shard ${shard} changed under ${attempts} attempts to write to it.`);
}

type Settling = { kind: 'done' } | { kind: 'lost-race' } | { kind: 'too-much'; less: number };

/** Settles as much as one transaction takes, and `most` alerts at most. */
async function settleOnce(shard: number, work: readonly Work[], most: number, deps: SettleDeps): Promise<Settling> {
  const state = await deps.ledger.read(shard, groupKeysIn(work), sourcesOf(work));
  const plan = await deps.telemetry.step('ccs.plan', { 'ccs.shard': shard }, async () =>
    planFor(shard, work, { state, most }, deps),
  );
  if (!plan) return { kind: 'done' };
  try {
    const result = isEmpty(plan.entry) ? undefined : await deps.ledger.commit(shard, plan.entry, state.version);
    if (result?.kind === 'lost-race') return result;
  } catch (error) {
    // What a transaction takes is counted beforehand, but the storage has the last word, and nobody is to wait for ever.
    if (!(error instanceof TooMuchAtOnce)) throw error;
    if (plan.settled > 1) return { kind: 'too-much', less: plan.settled >> 1 };
    await setFirstAside(work, error);
    return { kind: 'done' };
  }
  let left = plan.settled;
  const byId = new Map(plan.opened.map((each) => [each.id, each]));
  for (const part of work) {
    const mine = part.arrivals.slice(0, left);
    if (plan.isNumbered) tellTargets(mine, plan.repeats, part.settled);
    if (byId.size > 0) part.settled.opened.push(...mine.flatMap(({ id }) => byId.get(id) ?? []));
    part.arrivals = part.arrivals.slice(mine.length);
    left -= mine.length;
  }
  return { kind: 'done' };
}

function groupKeysIn(work: readonly Work[]): string[] {
  const keys = new Set<string>();
  for (const { arrivals } of work) for (const { groupKey } of arrivals) if (groupKey !== null) keys.add(groupKey);
  return [...keys];
}
