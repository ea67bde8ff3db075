import { isInside, nearest } from './debounce';
import { copyGroup } from './group';
import type { DebounceRules } from './debounce';
import type { Group, Window } from './group';
import { placeInId } from './ids';

/** An alert that is asked about: its time (ms), and what it hangs under by now. */
export interface Latecomer {
  id: string;
  time: number;
  parent: string | null;
}

export type Reparenting =
  | { kind: 'stay'; reason: 'has-parent' | 'no-earlier-parent' }
  | { kind: 'move'; reason: 'within-window'; under: string };

/**
 * Decides whether a primary alert goes under another one of its group: the nearest open one that is earlier and in whose
 * window the alert falls. An alert that has a parent stays there, and nothing ever goes under a later alert, so that a late
 * older alert changes nobody. Alerts of the same time are ordered by the time in their ids, then by the ids.
 */
export function reparent(group: Group, alert: Latecomer, rules: DebounceRules): Reparenting {
  if (alert.parent !== null) return { kind: 'stay', reason: 'has-parent' };
  const matches = group.windows.filter(
    (window) => window.open && isEarlier(window, alert) && isInside(window, alert.time, rules),
  );
  if (matches.length === 0) return { kind: 'stay', reason: 'no-earlier-parent' };
  return { kind: 'move', reason: 'within-window', under: nearest(matches, alert.time).parent };
}

/**
 * The group after `children` of an alert went under another parent, and with `whole` the alert itself: both windows, if
 * they are remembered, count what is under their parents. Without `whole`, more children are still to follow.
 */
export function moveUnder(group: Group, alert: Latecomer, under: string, children: number, whole: boolean): Group {
  const moved = copyGroup(group);
  const own = moved.windows.find(({ parent }) => parent === alert.id);
  const target = moved.windows.find(({ parent }) => parent === under)!;
  target.duplicates += children + (whole ? 1 : 0);
  target.earliest = Math.min(target.earliest, alert.time, own?.earliest ?? alert.time);
  target.latest = Math.max(target.latest, alert.time, own?.latest ?? alert.time);
  if (own) own.duplicates -= children;
  if (!whole) return moved;
  for (const identity of own?.seen ?? []) target.seen.add(identity);
  return { ...moved, windows: moved.windows.filter((window) => window !== own) };
}

function isEarlier({ first, parent }: Window, { time, id }: Latecomer): boolean {
  if (parent === id) return false;
  if (first !== time) return first < time;
  const [a, b] = [placeInId(parent)?.time ?? 0, placeInId(id)?.time ?? 0];
  return a === b ? parent < id : a < b;
}
