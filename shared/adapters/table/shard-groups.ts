import { draftOf, emptyGroup, settled } from '../../domain/group';
import type { Group } from '../../domain/group';
import { takeStep } from '../../domain/steps';
import type { Step } from '../../domain/steps';

/** A group as the log has left it; its latest change is in the entry at `changed`. */
interface Known {
  group: Group;
  changed: number;
  size: number;
}

/** A step in the entry at `position`, with a duplicate on the page there if it `isPacked`. */
export interface StepNote {
  position: number;
  step: Step;
  isPacked: boolean;
}

/** Groups remembered of one shard. Those that must stay are never forgotten, so there may be more. */
const mostGroups = 50_000;

/** Identities remembered in them, which is what takes memory. */
const mostIdentities = 500_000;

/** The groups of a shard that a process remembers, and what it has heard of others. No I/O: whoever reads rows hands them over. */
export function shardGroups(mustStay: (key: string) => boolean) {
  const groups = new Map<string, Known>();
  /** Steps of groups that are not remembered, until they are. */
  const pending = new Map<string, StepNote[]>();
  /** Groups with changes in their rows alone. */
  const stale = new Set<string>();
  let identities = 0;
  /** Whether every group that has a row is remembered, so that one that is not has none. */
  let complete = false;
  /** The latest position that the row of a group told of. */
  let newestRow = 0;

  const drop = (key: string) => {
    identities -= groups.get(key)?.size ?? 0;
    groups.delete(key);
  };

  const isMissing = (key: string) => !groups.has(key) && (!complete || stale.has(key));

  /** A group as it is after the entry at `changed`. */
  const put = (key: string, group: Group, changed: number) => {
    stale.delete(key);
    pending.delete(key);
    let size = 20;
    for (const { seen } of group.windows) size += seen.size;
    identities += size - (groups.get(key)?.size ?? 0);
    // The last changed stand last.
    groups.delete(key);
    groups.set(key, { group, changed, size });
  };

  /** Takes over a group's row, if there is one. */
  const load = (key: string, row: { group: Group; position: number } | undefined) => {
    if (groups.has(key)) return;
    const group = draftOf(row?.group ?? emptyGroup());
    const written = row?.position ?? 0;
    newestRow = Math.max(newestRow, written);
    let changed = written;
    for (const note of pending.get(key) ?? []) {
      if (note.position <= written) continue;
      takeNote(group, note);
      changed = note.position;
    }
    put(key, settled(group), changed);
  };

  return {
    known: (key: string): Readonly<Known> | undefined => groups.get(key),
    /** Whether a group's row must be read before it can be told of. */
    isMissing,
    /** Whether steps wait for a group's row. */
    isAwaited: (key: string) => pending.has(key),
    newestRow: () => newestRow,
    /** Whether more groups should not be read ahead. */
    isFull: () => groups.size >= mostGroups || identities >= mostIdentities / 2,

    put,
    load,

    /** Keeps a step of a group whose row is missing. */
    note: (key: string, note: StepNote) => {
      const notes = pending.get(key) ?? [];
      notes.push(note);
      pending.set(key, notes);
    },

    /** What is known of a group does not hold any more; its row does. */
    replace: (key: string) => {
      pending.delete(key);
      drop(key);
      stale.add(key);
    },

    /** All rows of groups were handed over. */
    setComplete: () => {
      for (const key of pending.keys()) if (!stale.has(key)) load(key, undefined);
      complete = true;
    },

    /** The longest unchanged go first. */
    forget: () => {
      if (groups.size <= mostGroups && identities <= mostIdentities) return;
      for (const key of groups.keys()) {
        if (mustStay(key)) continue;
        drop(key);
        complete = false;
        if (groups.size <= mostGroups * 0.9 && identities <= mostIdentities * 0.9) return;
      }
    },

    restart: () => {
      for (const each of [groups, pending, stale]) each.clear();
      identities = newestRow = 0;
      complete = false;
    },
  };
}

/** Takes a step into the draft of its group. */
export function takeNote(draft: Group, { position, step, isPacked }: StepNote): void {
  takeStep(draft, step);
  if (isPacked) notePage(draft, step.under, position);
}

/** Notes for a window that the page at a position holds duplicates of it. */
export function notePage(group: Group | undefined, under: string | null, at: number): void {
  if (!group) return;
  for (const window of group.windows) {
    if (window.parent !== under || window.pages?.[1] === at) continue;
    window.pages = [window.pages?.[0] ?? at, at];
  }
}
