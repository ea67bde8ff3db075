import { Buffer } from 'node:buffer';
import type { Row } from '../model/edm';
import type { Alert } from '../model/entities';
import type { DeviceFacts } from './device-facts';
import { awaitedKept, isNoted, noteTime } from './awaited';
import { absorb, debounce } from './debounce';
import { draftOf, emptyGroup, windowsKept } from './group';
import type { Candidate, DebounceRules, Verdict } from './debounce';
import type { Group, Window } from './group';
import type { IncomingAlert } from './incoming';
import { textHash } from './text-hash';

/** An alert ready to be settled: it has its id, its group and, when it came from a hub, its position there. */
export interface Arrival {
  id: string;
  alert: IncomingAlert;
  /** Null when the alert belongs to no group. */
  groupKey: string | null;
  /** Position in the hub partition (see `coverage.ts`); null for alerts that came over HTTP. */
  position: number | null;
  /** What makes it the same event as another (`identityOf`). */
  identity: string | null;
  /** Created over the Web API together with others: its id is made of the commit it is written with, and empty before. */
  target?: { index: number; created: number };
  /** As a duplicate it needs no row of its own: it is found by its id, which is one of `serialId`. */
  packs?: true;
  /** What was known of its device when it came; null when there was none, absent when nobody has looked yet. */
  device?: DeviceFacts | null;
  /** It came without a time of its own. */
  untimed?: true;
  /** Nobody is asked whether the alert repeats an earlier one: it becomes a parent. */
  alone?: true;
  /** Columns that the creator of the record gave besides those of the alert itself. */
  columns?: Row;
}

/** Alerts of one shard, in order, with the verdict on each and drafts of the groups that they change, as they stand afterwards. */
export interface Fold {
  settled: { arrival: Arrival; verdict: Verdict }[];
  groups: Map<string, Group>;
  /** Windows that the groups have forgotten: what they count is final. */
  ended: Window[];
}

/** Storage takes 100 rows and 4 MiB in one transaction; some are kept for what the ledger itself writes. */
const rowLimit = 90;
const byteLimit = 2_000_000;

/** One row takes 1 MiB. */
const packLimit = 600_000;

/**
 * Folds alerts over the groups of a shard, in order, until one transaction is full; the caller commits and goes on with
 * the rest. Pure: `groups` is not changed.
 */
export function fold(arrivals: readonly Arrival[], groups: ReadonlyMap<string, Group>, rules: DebounceRules): Fold {
  const result: Fold = { settled: [], groups: new Map(), ended: [] };
  const noted = new Set<string>();
  let rows = 0;
  let bytes = 0;
  let packed = 0;
  for (const arrival of arrivals) {
    const { id, identity, alert, groupKey, device, untimed } = arrival;
    const drafted = groupKey === null ? undefined : result.groups.get(groupKey);
    const group = drafted ?? draftOf((groupKey !== null && groups.get(groupKey)) || emptyGroup());
    const candidate = { id, time: alert.time, identity, untimed };
    const verdict = verdictOn(arrival, candidate, group, rules);
    const isPacked = verdict.kind === 'duplicate' && arrival.packs === true;
    const note = isPacked && !device ? noteFor(arrival, group) : undefined;
    const isNoted = note !== undefined && !noted.has(note);
    if (!isPacked) rows += rowsOf(verdict, group);
    else if (isNoted) rows += 1;
    if (isPacked) packed += packedBytesOf(arrival);
    else bytes += bytesOf(arrival, verdict);
    if (result.settled.length > 0 && (rows > rowLimit || bytes > byteLimit || packed > packLimit)) break;
    if (isNoted) noted.add(note);
    // What an alert repeats has counted already: the group stays as it is, and need not be written.
    if (groupKey !== null && verdict.kind !== 'repeat') {
      if (verdict.kind === 'parent') result.ended.push(...absorb(group, candidate, verdict));
      else absorb(group, candidate, verdict);
      if (!drafted) result.groups.set(groupKey, group);
    }
    result.settled.push({ arrival, verdict });
  }
  return result;
}

/** What a duplicate of an unknown device adds: that its group waits for the device, unless it does and cannot forget it here. */
function noteFor({ id, alert: { deviceId }, groupKey }: Arrival, { waiting }: Group): string | undefined {
  const since = noteTime(id);
  const waits = waiting.length <= awaitedKept - rowLimit && isNoted(waiting, { deviceId, since });
  return waits ? undefined : JSON.stringify([groupKey, deviceId, since]);
}

function verdictOn(arrival: Arrival, candidate: Candidate, group: Group, rules: DebounceRules): Verdict {
  if (arrival.groupKey === null) return { kind: 'parent', reason: 'no-group-key' };
  return arrival.alone ? { kind: 'parent', reason: 'not-parented' } : debounce(group, candidate, rules);
}

type Identified = Pick<IncomingAlert, 'deviceId' | 'readingType' | 'ruleOutput' | 'token' | 'messageId'>;

/**
 * What makes an event the same event when a device sends it twice: its token, or else its message id. Eight bytes of a
 * hash, because thousands are remembered for a busy group.
 */
export function identityOf(alert: Identified): string | null {
  const { deviceId, readingType, ruleOutput, token, messageId } = alert;
  const own = token ?? messageId;
  if (own === null) return null;
  return textHash(token === null ? 'message' : 'token', deviceId, own, readingType ?? '', ruleOutput ?? '');
}

/** That of an alert that was stored with a token. */
export function identityOfRecord(alert: Alert): string | null {
  const { msdyn_deviceid: deviceId, msdyn_alerttoken: token } = alert;
  if (!deviceId || !token) return null;
  const { ccs_readingtype: readingType = null, ccs_ruleoutput: ruleOutput = null } = alert;
  return identityOf({ deviceId, token, messageId: null, readingType, ruleOutput });
}

/** An alert and its ticket, or the note of an unknown device; and perhaps the count of a window that is forgotten. */
function rowsOf({ kind }: Verdict, { windows }: Group): number {
  if (kind === 'repeat') return 0;
  return kind === 'parent' && windows.length >= windowsKept ? 3 : 2;
}

function bytesOf({ alert }: Arrival, verdict: Verdict): number {
  const row = 4_000 + 2 * alert.data.length;
  return { parent: 2 * row, duplicate: row, repeat: 0 }[verdict.kind];
}

function packedBytesOf({ alert, columns }: Arrival): number {
  const data = typeof alert.data === 'string' ? Buffer.byteLength(alert.data, 'utf8') : alert.data.length;
  return 300 + data + (columns ? columnBytesOf(columns) : 0);
}

/** At most: a letter takes three bytes, and one that JSON must write as \uXXXX twice that. */
function columnBytesOf(columns: Row): number {
  let bytes = 0;
  for (const name in columns) {
    const value = columns[name];
    bytes += 40 + name.length + (typeof value === 'string' ? 6 * value.length : 0);
  }
  return bytes;
}
