import type { Awaited } from './awaited';
import { Identities } from './identities';

/*
 * What is remembered of a group of alerts, so that the next one can be decided on (see `debounce.ts`).
 */

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
  /** Devices of its alerts that are not known yet. */
  waiting: readonly Awaited[];
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
    waiting: group.waiting,
  };
}

/** The group after a parent alert was closed or opened again. */
export function setWindowOpen(group: Group, parent: string, open: boolean): Group {
  const windows = group.windows.map((window) => (window.parent === parent ? { ...window, open } : window));
  return { ...group, windows };
}

/** Makes room for the newest window; answers those that are forgotten for it. */
export function forgetWindows(group: Group): Window[] {
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

/** Whether a window, or a draft of it, remembers this event. */
export function hasCounted({ seen, fresh }: Window, identity: string): boolean {
  return seen.has(identity) || (fresh !== undefined && fresh.includes(identity));
}

/** Notes an event in a draft of a window. */
export function remember(window: Window, identity: string | null): void {
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
