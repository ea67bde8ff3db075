import { forgetWindows, hasCounted, remember } from './group';
import type { Group, Window } from './group';
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

export type Verdict =
  | { kind: 'parent'; reason: 'first-of-group' | 'outside-window' | 'parent-closed' | 'no-group-key' | 'not-parented' }
  | { kind: 'duplicate'; window: Window; reason: 'within-window' }
  | { kind: 'repeat'; window: Window; reason: 'same-event' };

/** One alert, as far as debouncing is concerned. `identity` is null when the device gave neither token nor message id. */
export interface Candidate {
  id: string;
  time: number;
  identity: string | null;
  /** The time is only when it came: the same event has another one when it comes again. */
  untimed?: true | undefined;
}

/** Decides about one alert. Pure: the group is not changed; `absorb` does that with the verdict. */
export function debounce({ windows }: Group, { time, identity, untimed }: Candidate, rules: DebounceRules): Verdict {
  let isNear = false;
  let best: Window | undefined;
  // One loop without lists in between: this is asked for every alert there is.
  for (const window of windows) {
    const inside = isInside(window, time, rules);
    const mayHaveCounted = identity !== null && (inside || untimed === true || isWithin(window, time));
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
