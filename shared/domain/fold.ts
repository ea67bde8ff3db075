import { createHash } from 'node:crypto';
import type { Row } from '../model/edm';
import { absorb, copyGroup, debounce, emptyGroup } from './debounce';
import type { Candidate, DebounceRules, Group, Verdict } from './debounce';
import type { IncomingAlert } from './incoming';

/** An alert ready to be settled: it has its id, its group and, when it came from a hub, its position there. */
export interface Arrival {
  id: string;
  alert: IncomingAlert;
  /** Null when the alert belongs to no group. */
  groupKey: string | null;
  /** Position in the hub partition (see `coverage.ts`); null for alerts that came over HTTP. */
  position: number | null;
  /** Nobody is asked whether the alert repeats an earlier one: it becomes a parent. */
  alone?: true;
  /** Columns that the creator of the record gave besides those of the alert itself. */
  columns?: Row;
}

/** Alerts of one shard, in order, with the verdict on each and the groups as they stand afterwards. */
export interface Fold {
  settled: { arrival: Arrival; verdict: Verdict }[];
  groups: Map<string, Group>;
}

/** Storage takes 100 rows and 4 MiB in one transaction; one row is kept for the coverage. */
const rowLimit = 99;
const byteLimit = 2_500_000;

/**
 * Folds alerts over the groups of a shard, in order, until one transaction is full; the caller commits and goes on with
 * the rest. Pure: `groups` is not changed.
 */
export function fold(arrivals: readonly Arrival[], groups: ReadonlyMap<string, Group>, rules: DebounceRules): Fold {
  const result: Fold = { settled: [], groups: new Map() };
  const parentsMerged = new Set<string>();
  const parentsHere = new Set<string>();
  let rows = 0;
  let bytes = 0;
  for (const arrival of arrivals) {
    const known = arrival.groupKey === null ? undefined : result.groups.get(arrival.groupKey);
    const group = known ?? copyGroup(groups.get(arrival.groupKey ?? '') ?? emptyGroup());
    const candidate = { id: arrival.id, time: arrival.alert.time, identity: identityOf(arrival.alert) };
    const verdict = verdictOn(arrival, candidate, group, rules);
    const merges =
      verdict.kind === 'duplicate' &&
      !parentsHere.has(verdict.window.parent) &&
      !parentsMerged.has(verdict.window.parent);
    rows += (known ? 0 : 1) + (merges ? 1 : 0) + rowsOf(verdict);
    bytes +=
      bytesOf(arrival, verdict) + (known ? 0 : 20 * group.windows.reduce((sum, { seen }) => sum + seen.size, 50));
    if (rows > rowLimit || (bytes > byteLimit && result.settled.length > 0)) break;
    if (merges) parentsMerged.add(verdict.window.parent);
    if (verdict.kind === 'parent') parentsHere.add(arrival.id);
    if (arrival.groupKey !== null) {
      absorb(group, candidate, verdict);
      result.groups.set(arrival.groupKey, group);
    }
    result.settled.push({ arrival, verdict });
  }
  return result;
}

function verdictOn(arrival: Arrival, candidate: Candidate, group: Group, rules: DebounceRules): Verdict {
  if (arrival.groupKey === null) return { kind: 'parent', reason: 'no-group-key' };
  return arrival.alone ? { kind: 'parent', reason: 'not-parented' } : debounce(group, candidate, rules);
}

/**
 * What makes an event the same event when a device sends it twice: its token, or else its message id. Eight bytes of a
 * hash, because thousands are remembered for a busy group.
 */
function identityOf({ deviceId, readingType, ruleOutput, token, messageId }: IncomingAlert): string | null {
  const own = token ?? messageId;
  if (own === null) return null;
  const parts = [token === null ? 'message' : 'token', deviceId, own, readingType, ruleOutput];
  return createHash('sha256').update(JSON.stringify(parts)).digest().toString('base64url', 0, 8);
}

function rowsOf(verdict: Verdict): number {
  return { parent: 3, duplicate: 2, repeat: 0 }[verdict.kind];
}

function bytesOf({ alert }: Arrival, verdict: Verdict): number {
  const row = 4_000 + 2 * alert.data.length;
  return { parent: 2 * row, duplicate: row, repeat: 0 }[verdict.kind];
}
