import { cover, isCovered, itemsPerEvent } from '../domain/coverage';
import type { Coverage, Range } from '../domain/coverage';
import { ServiceError } from '../domain/errors';
import type { DebounceRules } from '../domain/debounce';
import type { DeviceFacts } from '../domain/device-facts';
import { fold } from '../domain/fold';
import type { Arrival, Fold } from '../domain/fold';
import { posted, serialId } from '../domain/ids';
import { compose } from '../domain/settlement';
import type { Opened } from '../domain/settlement';
import type { AlertLedger, Entry, Mark, Receipt, ShardState, Source } from '../ports/alert-ledger';
import type { Telemetry } from '../ports/telemetry';
import { factsOf } from './known-device';
import type { DeviceView } from './device-directory';
import type { Together } from './together';

/** Alerts that arrived together, and for a hub batch the events it held. */
export interface Batch {
  arrivals: readonly (Arrival & { shard: number })[];
  /** For a hub batch: its partition and the ranges of positions that it covers. */
  origin?: Origin;
  /** For alerts whose sender may repeat himself: his name for the request, and a hash of it. */
  request?: Request | undefined;
}

interface Request {
  key: string;
  body: string;
}

interface Origin {
  source: Source;
  covered: readonly Range[];
}

export interface SettleDeps {
  ledger: AlertLedger;
  rules: DebounceRules;
  joinOpenTicket: boolean;
  /** Joins what several batches bring to a shard while it is being written to. */
  together: Together<Part, Settled>;
  telemetry: Telemetry;
  now(): number;
}

export interface Settled {
  opened: Opened[];
  /** Alerts that an earlier delivery had settled already. */
  skipped: number;
  /** Ids of arrivals with a target, by its index. */
  ids: Map<number, string>;
}

/** What a batch brings to one shard. */
export interface Part {
  arrivals: readonly Arrival[];
  origin: Origin | undefined;
  request: Request | undefined;
  devices: DeviceView;
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
      if (arrivals.some(({ packs }) => !packs)) return (await settleShard(shard, [part], deps))[0]!;
      return deps.together(shard, part, (parts) => settleShard(shard, parts, deps));
    }),
  );
  return {
    opened: results.flatMap(({ opened }) => opened),
    skipped: results.reduce((sum, { skipped }) => sum + skipped, 0),
    ids: new Map(results.flatMap(({ ids }) => [...ids])),
  };
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

/** A part of which some may be settled. */
interface Work extends Part {
  settled: Settled;
}

async function settleShard(shard: number, parts: readonly Part[], deps: SettleDeps): Promise<Settled[]> {
  const work = parts.map((part): Work => ({ ...part, settled: { opened: [], skipped: 0, ids: new Map() } }));
  for (let lost = 0; lost <= attempts;) {
    const open = work.filter(({ arrivals }) => arrivals.length > 0);
    if (open.length === 0) return work.map(({ settled }) => settled);
    const result = await settleOnce(shard, open, deps);
    if (result === 'lost-race') lost += 1;
  }
  throw new ServiceError('storage-unavailable', `Shard ${shard} changed under ${attempts} attempts to write to it.`);
}

/** Settles as much as one transaction takes. */
async function settleOnce(shard: number, work: readonly Work[], deps: SettleDeps): Promise<'done' | 'lost-race'> {
  const state = await deps.ledger.read(shard, groupKeysIn(work), sourcesOf(work));
  const plan = await deps.telemetry.step('ccs.plan', { 'ccs.shard': shard }, async () =>
    planFor(shard, work, state, deps),
  );
  if (!plan) return 'done';
  const result = await deps.ledger.commit(shard, plan.entry, state.version);
  if (result.kind === 'lost-race') return 'lost-race';
  let left = plan.settled;
  const byId = new Map(plan.opened.map((each) => [each.id, each]));
  for (const part of work) {
    const mine = part.arrivals.slice(0, left);
    for (const { target, id } of mine) if (target) part.settled.ids.set(target.index, id);
    if (byId.size > 0) part.settled.opened.push(...mine.flatMap(({ id }) => byId.get(id) ?? []));
    part.arrivals = part.arrivals.slice(mine.length);
    left -= mine.length;
  }
  return 'done';
}

interface Plan {
  entry: Entry;
  opened: Opened[];
  /** How many of the arrivals it settles, from the first on. */
  settled: number;
}

/** What to write of what a shard does not have yet; undefined when it has everything. */
async function planFor(
  shard: number,
  work: readonly Work[],
  state: ShardState,
  deps: SettleDeps,
): Promise<Plan | undefined> {
  const sources = sourcesOf(work);
  skipCovered(work, sources, state);
  await skipWritten(work, shard, deps);
  const arrivals = work.flatMap((part) => part.arrivals);
  if (arrivals.length === 0) return undefined;
  const isNumbered = nameTargets(arrivals, shard, state.next);
  await lookUpDevices(work);
  const folded = fold(arrivals, state.groups, deps.rules);
  const fresh = await devicesOfParents(folded, work);
  const changes = compose(folded, { fresh, joinOpenTicket: deps.joinOpenTicket, now: deps.now() });
  const settled = folded.settled.length;
  const marks = marksAfter(work, settled, sources, state);
  const { opened, ...written } = changes;
  const receipts = isNumbered && { number: state.next, receipts: receiptsFor(work, settled) };
  return { entry: { ...written, merges: [], marks, ...receipts }, opened, settled };
}

function groupKeysIn(work: readonly Work[]): string[] {
  const keys = new Set<string>();
  for (const { arrivals } of work) for (const { groupKey } of arrivals) if (groupKey !== null) keys.add(groupKey);
  return [...keys];
}

const keyOf = ({ hub, partition }: Source) => `${hub}/${partition}`;

function sourcesOf(work: readonly Work[]): Source[] {
  const sources = work.flatMap(({ origin }) => (origin ? [origin.source] : []));
  return [...new Map(sources.map((source) => [keyOf(source), source])).values()];
}

/** Takes out what an earlier delivery has settled, or a part before this one is about to. */
function skipCovered(work: readonly Work[], sources: readonly Source[], { coverages }: ShardState): void {
  const covered = new Map(sources.map((source, i) => [keyOf(source), coverages[i]!]));
  for (const part of work) {
    if (!part.origin) continue;
    const { source, covered: ranges } = part.origin;
    const before = covered.get(keyOf(source))!;
    const open = part.arrivals.filter(({ position }) => position === null || !isCovered(before, position));
    part.settled.skipped += part.arrivals.length - open.length;
    part.arrivals = open;
    covered.set(keyOf(source), ranges.reduce(cover, before));
  }
}

/** Takes out what an earlier try of the same request has written, and tells its ids. */
async function skipWritten(work: readonly Work[], shard: number, { ledger }: SettleDeps): Promise<void> {
  for (const part of work) {
    if (!part.request) continue;
    const ids = idsTold(await ledger.receipts(shard, part.request.key), part.request);
    for (const { target } of part.arrivals) {
      const id = target && ids.get(target.index);
      if (id !== undefined) part.settled.ids.set(target!.index, id);
    }
    part.arrivals = part.arrivals.filter(({ target }) => target === undefined || !ids.has(target.index));
  }
}

/** The ids in the receipts of a request; refused with `conflict` when they are those of another one. */
export function idsTold(receipts: readonly Receipt[], { body }: Request): Map<number, string> {
  if (receipts.some((receipt) => receipt.body !== body)) {
    throw new ServiceError('conflict', 'This Idempotency-Key was used for another request. Choose a new one for each.');
  }
  return new Map(receipts.flatMap(({ targets }) => [...targets]));
}

/** Gives arrivals with a target their ids, which lead to the commit that they are written with. */
function nameTargets(arrivals: readonly Arrival[], shard: number, number: number): boolean {
  let isNumbered = false;
  for (let i = 0; i < arrivals.length; i += 1) {
    const arrival = arrivals[i]!;
    if (!arrival.target) continue;
    const place = { time: arrival.target.created, shard };
    arrival.id = serialId(place, { source: posted, position: number * itemsPerEvent + i });
    isNumbered = true;
  }
  return isNumbered;
}

/** What the senders of the first so many arrivals are to be told again. */
function receiptsFor(work: readonly Work[], count: number): Receipt[] {
  let left = count;
  return work.flatMap(({ arrivals, request }): Receipt[] => {
    const mine = arrivals.slice(0, left);
    left -= mine.length;
    if (!request || mine.length === 0) return [];
    return [{ ...request, targets: mine.map(({ target, id }) => [target!.index, id] as const) }];
  });
}

/** For alerts whose devices nobody has looked up yet. For duplicates, what was known a moment ago is good enough. */
async function lookUpDevices(work: readonly Part[]): Promise<void> {
  for (const { arrivals, devices } of work) {
    const open = arrivals.filter(({ device }) => device === undefined);
    if (open.length === 0) continue;
    const found = await devices.find(new Set(open.map(({ alert }) => alert.deviceId)));
    for (const arrival of open) {
      const known = found.get(arrival.alert.deviceId);
      arrival.device = known ? factsOf(known) : null;
    }
  }
}

/** Parents are decided on what their devices are now. */
async function devicesOfParents(
  { settled }: Fold,
  work: readonly Part[],
): Promise<ReadonlyMap<string, DeviceFacts | undefined>> {
  const facts = new Map<string, DeviceFacts | undefined>();
  for (const { arrival, verdict } of settled) {
    if (verdict.kind === 'parent') facts.set(arrival.alert.deviceId, undefined);
  }
  if (facts.size === 0) return facts;
  // The newest view has read what it knows last.
  for (const [deviceId, device] of await work.at(-1)!.devices.find(facts.keys(), 'fresh')) {
    facts.set(deviceId, factsOf(device));
  }
  return facts;
}

/** How far the sources are dealt with once so many of the arrivals are written. */
function marksAfter(work: readonly Work[], count: number, sources: readonly Source[], state: ShardState): Mark[] {
  const marks = new Map(
    sources.map((source, i): [string, Mark] => [keyOf(source), { source, coverage: state.coverages[i]! }]),
  );
  let left = count;
  for (const { arrivals, origin } of work) {
    const next = left < arrivals.length ? arrivals[left]! : null;
    left = Math.max(0, left - arrivals.length);
    if (origin) {
      const mark = marks.get(keyOf(origin.source))!;
      mark.coverage = coveredBy(mark.coverage, origin.covered, next?.position ?? null);
    }
    if (next) break;
  }
  return [...marks.values()];
}

/** The coverage once everything before `next` is written; all of it when nothing is left. */
function coveredBy(coverage: Coverage, covered: readonly Range[], next: number | null): Coverage {
  return covered.reduce<Coverage>((sum, [from, to]) => {
    const end = next === null ? to : Math.min(to, next - 1);
    return end < from ? sum : cover(sum, [from, end]);
  }, coverage);
}
