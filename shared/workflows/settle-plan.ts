import type { DebounceRules } from '../domain/debounce';
import type { DeviceFacts } from '../domain/device-facts';
import { fold } from '../domain/fold';
import type { Arrival, Fold } from '../domain/fold';
import { compose } from '../domain/settlement';
import type { Opened } from '../domain/settlement';
import type { AlertLedger, Entry, ShardState } from '../ports/alert-ledger';
import { factsOf } from './known-device';
import type { Part, Work } from './settle-parts';
import { nameTargets, receiptsFor, repeatsIn, skipWritten } from './settle-requests';
import { marksAfter, skipCovered, sourcesOf } from './settle-sources';

export interface PlanDeps {
  ledger: AlertLedger;
  rules: DebounceRules;
  joinOpenTicket: boolean;
  now(): number;
}

/** What one commit to a shard is to write. */
export interface Plan {
  entry: Entry;
  opened: Opened[];
  /** How many of the arrivals it settles, from the first on. */
  settled: number;
  /** Whether some have targets, and which of these repeat earlier alerts. */
  isNumbered: boolean;
  repeats: ReadonlySet<Arrival>;
}

/** What to write of what a shard does not have yet; undefined when it has everything. */
export async function planFor(
  shard: number,
  work: readonly Work[],
  { state, most }: { state: ShardState; most: number },
  deps: PlanDeps,
): Promise<Plan | undefined> {
  const sources = sourcesOf(work);
  skipCovered(work, sources, state);
  await skipWritten(work, shard, deps.ledger);
  const arrivals = ([] as Arrival[]).concat(...work.map((part) => part.arrivals));
  if (arrivals.length === 0) return undefined;
  const isNumbered = nameTargets(arrivals, shard, state.next);
  await lookUpDevices(work);
  const folded = fold(most < arrivals.length ? arrivals.slice(0, most) : arrivals, state.groups, deps.rules);
  const fresh = await devicesOfParents(folded, work);
  const changes = compose(folded, { fresh, joinOpenTicket: deps.joinOpenTicket, now: deps.now() });
  const settled = folded.settled.length;
  const marks = marksAfter(work, settled, sources, state);
  const { opened, ...written } = changes;
  const receipts = isNumbered && { number: state.next, receipts: receiptsFor(work, settled) };
  const repeats = repeatsIn(isNumbered ? folded.settled : []);
  return { entry: { ...written, merges: [], marks, ...receipts }, opened, settled, isNumbered, repeats };
}

/** Of alerts that all repeat earlier ones nothing is left to write, unless they are from a hub, whose marks move on. */
export function isEmpty({ inserts, packed, groups, marks = [], receipts = [] }: Entry): boolean {
  return inserts.length + packed.length + groups.size + marks.length + receipts.length === 0;
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

/** Parents are decided on what their devices were when the newest of these batches came, or later. */
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
