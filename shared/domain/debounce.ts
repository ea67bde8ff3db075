import { Identities } from './identities';

/**
 * Which alerts are one: the decision that makes one parent of forty repeats.
 *
 * Alerts with the same group key belong together. Within a group an alert falls into the time window of an open parent
 * and becomes its duplicate, or it becomes a parent and opens a window of its own. Depth is always one. Times are event
 * times in milliseconds, so late and reordered delivery finds the window it belongs to.
 */

export interface DebounceRules {
  /** Length of the window in milliseconds; both ends belong to it. */
  span: number;
  /** `fixed` counts from the parent, `sliding` from any alert already in the window. */
  mode: 'fixed' | 'sliding';
  /** How far apart, in milliseconds, the ends of a sliding window may drift. */
  maxAge: number;
}

/** A parent alert and the stretch of time that its duplicates have covered so far. */
export interface Window {
  parent: string;
  /** Time of the parent alert. */
  first: number;
  earliest: number;
  latest: number;
  /** False once the parent alert was closed: nothing is attached to it any more. */
  open: boolean;
  /** Duplicates under the parent. */
  duplicates: number;
  /** Identities of the events counted here, oldest first. */
  seen: Identities;
  /** Those counted in a draft of the group (`draftOf`), until `settled` takes them over. */
  fresh?: string[] | undefined;
  /** Where the ledger keeps the duplicates that have no rows of their own: from this page to that. */
  pages?: readonly [first: number, last: number];
}

/** A case or work order that is still open for a group. */
export interface OpenTicket {
  kind: 'case' | 'workorder';
  id: string;
  account: string;
}

/** What is remembered of a group between alerts. */
export interface Group {
  /** In the order they were opened; the bounds stand at `windowsKept`. */
  windows: Window[];
  tickets: OpenTicket[];
  /** Device ids of alerts whose device is not known yet. */
  waiting: string[];
}

export type Verdict =
  | { kind: 'parent'; reason: 'first-of-group' | 'outside-window' | 'parent-closed' | 'no-group-key' | 'not-parented' }
  | { kind: 'duplicate'; window: Window; reason: 'within-window' }
  | { kind: 'repeat'; window: Window; reason: 'same-event' };

/** One alert, as far as debouncing is concerned. `identity` is null when the device gave neither token nor message id. */
export interface Candidate {
  id: string;
  time: number;
  identity: string | null;
}

/**
 * Late alerts can find this many windows of the past. Where many parents stand close together, because alerts are created
 * without being parented, more are kept, so that `msdyn_ParentIoTAlerts` can find them. Identities are remembered for the
 * newest events only.
 */
export const windowsKept = 8;
const crowdKept = 96;
const crowdSpan = 600_000;
export const identitiesKept = 8_000;

export const emptyGroup = (): Group => ({ windows: [], tickets: [], waiting: [] });

/** Decides about one alert. Pure: the group is not changed; `absorb` does that with the verdict. */
export function debounce({ windows }: Group, { time, identity }: Candidate, rules: DebounceRules): Verdict {
  let isNear = false;
  let best: Window | undefined;
  // One loop without lists in between: this is asked for every alert there is.
  for (const window of windows) {
    const inside = isInside(window, time, rules);
    const mayHaveCounted = identity !== null && (inside || isWithin(window, time));
    if (mayHaveCounted && hasCounted(window, identity)) return { kind: 'repeat', window, reason: 'same-event' };
    isNear ||= inside;
    if (inside && window.open && (!best || isNearer(window, best, time))) best = window;
  }
  if (best) return { kind: 'duplicate', window: best, reason: 'within-window' };
  if (isNear) return { kind: 'parent', reason: 'parent-closed' };
  return { kind: 'parent', reason: windows.length === 0 ? 'first-of-group' : 'outside-window' };
}

/** Writes a verdict into the group. Changes its argument: the caller owns a draft (`draftOf`) for the length of a fold. Answers the windows that the group forgets for it. */
export function absorb(group: Group, alert: Candidate, verdict: Verdict): Window[] {
  if (verdict.kind === 'repeat') return [];
  if (verdict.kind === 'duplicate') {
    const { window } = verdict;
    window.duplicates += 1;
    if (alert.time < window.earliest) window.earliest = alert.time;
    if (alert.time > window.latest) window.latest = alert.time;
    remember(window, alert.identity);
    return [];
  }
  const { id: parent, time } = alert;
  const window: Window = {
    parent,
    first: time,
    earliest: time,
    latest: time,
    open: true,
    duplicates: 0,
    seen: new Identities(),
    fresh: undefined,
  };
  group.windows.push(window);
  remember(window, alert.identity);
  return forgetWindows(group);
}

/**
 * A copy that `absorb` may change. It shares the thousands of identities that a busy group has with the original and
 * keeps its own apart, so that it costs nothing to make and nothing to throw away.
 */
export function draftOf({ windows, tickets, waiting }: Group): Group {
  return { windows: windows.map(copyOf), tickets, waiting };
}

/** Property by property, because this is done for every group of every batch. */
function copyOf({ parent, first, earliest, latest, open, duplicates, seen, fresh, pages }: Window): Window {
  const copy: Window = { parent, first, earliest, latest, open, duplicates, seen, fresh };
  if (pages) copy.pages = pages;
  return copy;
}

/** The group that a draft became. What the draft was made of must not be used any more: it shares its identities. */
export function settled(draft: Group): Group {
  for (const window of draft.windows) {
    if (!window.fresh) continue;
    for (const identity of window.fresh) window.seen.add(identity);
    window.fresh = undefined;
  }
  forgetIdentities(draft);
  return draft;
}

/** The identities that each window of a group, or of a draft, remembers once it is settled: the newest of all, oldest first. */
export function identitiesIn({ windows }: Group): string[][] {
  const all = windows.map(({ seen, fresh }) => (fresh ? [...new Set([...seen, ...fresh])] : [...seen]));
  let tooMany = all.reduce((sum, { length }) => sum + length, 0) - identitiesKept;
  return all.map((own) => {
    const gone = Math.min(Math.max(tooMany, 0), own.length);
    tooMany -= gone;
    return own.slice(gone);
  });
}

/** A copy that shares nothing. */
export function copyGroup(group: Group): Group {
  return {
    windows: group.windows.map((window) => ({ ...window, seen: new Identities(window.seen) })),
    tickets: [...group.tickets],
    waiting: [...group.waiting],
  };
}

/** The group after a parent alert was closed or opened again. */
export function setWindowOpen(group: Group, parent: string, open: boolean): Group {
  const windows = group.windows.map((window) => (window.parent === parent ? { ...window, open } : window));
  return { ...group, windows };
}

/** Whether a time falls into a window. */
export function isInside(window: Window, time: number, { span, mode, maxAge }: DebounceRules): boolean {
  if (mode === 'fixed') return Math.abs(time - window.first) <= span;
  const reaches = time >= window.earliest - span && time <= window.latest + span;
  return reaches && Math.max(window.latest, time) - Math.min(window.earliest, time) <= maxAge;
}

/** A window that took in another is wider than its rules make it. */
function isWithin({ earliest, latest }: Window, time: number): boolean {
  return earliest <= time && time <= latest;
}

/** The window whose parent is nearest in time; of several the first. */
export function nearest(windows: readonly Window[], time: number): Window {
  return windows.reduce((best, window) => (isNearer(window, best, time) ? window : best));
}

function isNearer(one: Window, other: Window, time: number): boolean {
  return Math.abs(time - one.first) < Math.abs(time - other.first);
}

function forgetWindows(group: Group): Window[] {
  const forgotten: Window[] = [];
  const newest = Math.max(...group.windows.map(({ first }) => first));
  while (group.windows.length > windowsKept) {
    // The last one was added just now.
    const past = group.windows.slice(0, -1).findIndex(({ first }) => newest - first > crowdSpan);
    if (past === -1 && group.windows.length <= crowdKept) break;
    forgotten.push(...group.windows.splice(Math.max(past, 0), 1));
  }
  return forgotten;
}

function hasCounted({ seen, fresh }: Window, identity: string): boolean {
  return seen.has(identity) || (fresh !== undefined && fresh.includes(identity));
}

function remember(window: Window, identity: string | null): void {
  if (identity !== null) (window.fresh ??= []).push(identity);
}

function forgetIdentities({ windows }: Group): void {
  let kept = 0;
  for (const { seen } of windows) kept += seen.size;
  if (kept <= identitiesKept) return;
  for (const { seen } of windows) {
    const tooMany = Math.min(kept - identitiesKept, seen.size);
    seen.forgetOldest(tooMany);
    kept -= tooMany;
    if (kept <= identitiesKept) return;
  }
}
