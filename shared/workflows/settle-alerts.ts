import { cover, isCovered } from '../domain/coverage';
import type { Coverage, Range } from '../domain/coverage';
import type { DebounceRules, Verdict } from '../domain/debounce';
import { ServiceError } from '../domain/errors';
import type { DeviceFacts } from '../domain/alert-rows';
import { fold } from '../domain/fold';
import type { Arrival, Fold } from '../domain/fold';
import { compose } from '../domain/settlement';
import type { Outcome } from '../domain/settlement';
import type { AlertLedger, Source } from '../ports/alert-ledger';
import { factsOf } from './device-directory';
import type { DeviceView } from './device-directory';

/** Alerts that arrived together, and for a hub batch the events it held. */
export interface Batch {
  arrivals: readonly (Arrival & { shard: number })[];
  /** For a hub batch: its partition and the ranges of positions that it covers. */
  origin?: { source: Source; covered: readonly Range[] };
}

export interface SettleDeps {
  ledger: AlertLedger;
  rules: DebounceRules;
  joinOpenTicket: boolean;
  now(): number;
}

export interface Settled {
  outcomes: Outcome[];
  /** Alerts that an earlier delivery had settled already. */
  skipped: number;
}

/** A race is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 50;

/**
 * Settles alerts: decides for each whether it is a parent, a duplicate or a repeat, opens what a parent opens, and
 * returns when everything is durable. Delivering the same batch again, in any order or cut, adds nothing.
 */
export async function settleAlerts(batch: Batch, devices: DeviceView, deps: SettleDeps): Promise<Settled> {
  const shards = new Map<number, (Arrival & { shard: number })[]>();
  for (const arrival of batch.arrivals) {
    const list = shards.get(arrival.shard);
    if (list) list.push(arrival);
    else shards.set(arrival.shard, [arrival]);
  }
  const results = await Promise.all(
    [...shards].map(([shard, list]) => settleShard(shard, list, batch.origin, devices, deps)),
  );
  return {
    outcomes: results.flatMap(({ outcomes }) => outcomes),
    skipped: results.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

async function settleShard(
  shard: number,
  arrivals: readonly Arrival[],
  origin: Batch['origin'],
  devices: DeviceView,
  deps: SettleDeps,
): Promise<Settled> {
  const keys = [...new Set(arrivals.flatMap(({ groupKey }) => groupKey ?? []))];
  const outcomes: Outcome[] = [];
  let rest = arrivals;
  let skipped = 0;
  let lost = 0;
  while (rest.length > 0) {
    if (lost > attempts) {
      throw new ServiceError(
        'storage-unavailable',
        `Shard ${shard} changed under ${attempts} attempts to write to it.`,
      );
    }
    const state = await deps.ledger.read(shard, keys, origin?.source);
    const open = rest.filter(({ position }) => position === null || !isCovered(state.coverage, position));
    skipped += rest.length - open.length;
    rest = open;
    if (rest.length === 0) break;
    const folded = fold(rest, state.groups, deps.rules);
    const facts = await factsFor(folded, devices);
    const changes = compose(folded, { devices: facts, joinOpenTicket: deps.joinOpenTicket, now: deps.now() });
    const left = rest.slice(folded.settled.length);
    const coverage = origin && coveredBy(state.coverage, origin.covered, left[0]?.position ?? null);
    const result = await deps.ledger.commit(
      shard,
      { ...changes, ...(coverage && { coverage }) },
      state.version,
      origin?.source,
    );
    if (result.kind === 'lost-race') {
      lost += 1;
      continue;
    }
    outcomes.push(...changes.outcomes);
    rest = left;
  }
  return { outcomes, skipped };
}

/** Parents are decided on what their devices are now; for duplicates a moment ago is good enough. */
async function factsFor(folded: Fold, devices: DeviceView): Promise<Map<string, DeviceFacts>> {
  const fresh = await devices.find(devicesOf(folded, 'parent'), 'fresh');
  const known = await devices.find(devicesOf(folded, 'duplicate'));
  return new Map([...known, ...fresh].map(([deviceId, device]) => [deviceId, factsOf(device)]));
}

function devicesOf({ settled }: Fold, kind: Verdict['kind']): string[] {
  const ids = settled.flatMap(({ arrival, verdict }) => (verdict.kind === kind ? [arrival.alert.deviceId] : []));
  return [...new Set(ids)];
}

/** The coverage once everything before `next` is written; the whole batch when nothing is left. */
function coveredBy(coverage: Coverage, covered: readonly Range[], next: number | null): Coverage {
  return covered.reduce<Coverage>((sum, [from, to]) => {
    const end = next === null ? to : Math.min(to, next - 1);
    return end < from ? sum : cover(sum, [from, end]);
  }, coverage);
}
