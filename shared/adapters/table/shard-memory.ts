import { draftOf, emptyGroup, settled } from '../../domain/group';
import type { Coverage } from '../../domain/coverage';
import type { Group } from '../../domain/group';
import { stepOf } from '../../domain/duplicate';
import { takeStep } from '../../domain/steps';
import type { Step } from '../../domain/steps';
import type { Mark, Source } from '../../ports/alert-ledger';
import type { LogEntry } from './log-row';

/** A group as it is after the log's entries up to `position`; its latest change is at `changed`. */
interface Known {
  group: Group;
  changed: number;
  size: number;
}

/** Groups remembered of one shard. Those that are not written back yet are never forgotten, so there may be more. */
const mostGroups = 50_000;

/** Identities remembered in them, which is what takes memory. */
const mostIdentities = 500_000;

/**
 * What a process knows of a shard: its groups and sources as they are after `position`, the latest entry of the log that
 * was taken in. No I/O: the groups' rows are handed over by whoever reads them.
 */
export function shardMemory() {
  const groups = new Map<string, Known>();
  /** Steps of groups that are not remembered, until they are. */
  const pending = new Map<string, { position: number; step: Step; isPacked: boolean }[]>();
  /** Groups with changes that their rows do not hold, by the first such change; the oldest first. */
  const unsaved = new Map<string, number>();
  /** Groups that have changed in their rows alone. */
  const stale = new Set<string>();
  const coverages = new Map<string, { mark: Mark; changed: number }>();
  /** Alerts in the entries after the floor, by position. */
  const tail: { position: number; alerts: number }[] = [];
  let tailAlerts = 0;
  let identities = 0;
  /** Whether every group that has a row is remembered, so that one that is not has none. */
  let complete = false;
  let position = 0;
  /** The latest position that the row of a group told of. */
  let newestRow = 0;

  const floorAt = (last: number): number => {
    const first = unsaved.values().next().value;
    return first === undefined ? last : first - 1;
  };

  const put = (key: string, group: Group, changed: number) => {
    let size = 20;
    for (const { seen } of group.windows) size += seen.size;
    identities += size - (groups.get(key)?.size ?? 0);
    // The last changed stand last.
    groups.delete(key);
    groups.set(key, { group, changed, size });
  };

  const drop = (key: string) => {
    identities -= groups.get(key)?.size ?? 0;
    groups.delete(key);
  };

  const touch = (key: string, at: number) => {
    if (!unsaved.has(key)) unsaved.set(key, at);
  };

  const moveTo = (entry: LogEntry) => {
    position = entry.position;
    for (const mark of entry.marks) {
      const key = keyOf(mark.source);
      const known = coverages.get(key);
      if (known?.mark === mark) continue;
      const isSame = known && JSON.stringify(known.mark.coverage) === JSON.stringify(mark.coverage);
      if (!isSame) coverages.set(key, { mark, changed: position });
    }
    tail.push({ position, alerts: entry.packed.length + entry.steps.length });
    tailAlerts += tail.at(-1)!.alerts;
    const floor = floorAt(position);
    let passed = 0;
    while (passed < tail.length && tail[passed]!.position <= floor) tailAlerts -= tail[passed++]!.alerts;
    tail.splice(0, passed);
    forget();
  };

  /** The longest unchanged go first. */
  const forget = () => {
    if (groups.size <= mostGroups && identities <= mostIdentities) return;
    for (const key of groups.keys()) {
      if (unsaved.has(key)) continue;
      drop(key);
      complete = false;
      if (groups.size <= mostGroups * 0.9 && identities <= mostIdentities * 0.9) return;
    }
  };

  const load = (key: string, row: { group: Group; position: number } | undefined) => {
    if (groups.has(key)) return;
    const group = draftOf(row?.group ?? emptyGroup());
    let changed = row?.position ?? 0;
    newestRow = Math.max(newestRow, changed);
    for (const { position: at, step, isPacked } of pending.get(key) ?? []) {
      if (at <= (row?.position ?? 0)) continue;
      takeStep(group, step);
      if (isPacked) paged(group, step.under, at);
      changed = at;
    }
    pending.delete(key);
    stale.delete(key);
    put(key, settled(group), changed);
  };

  const isNeeded = (key: string) => !groups.has(key) && (!complete || stale.has(key));

  return {
    position: () => position,
    /** How much of the log is not in the groups' rows. */
    tail: () => ({ entries: position - floorAt(position), alerts: tailAlerts }),
    /** The floor once the groups `changed` with the entry at `next`, and those of `saved` were written back with it. */
    floorAfter: (next: number, saved: readonly string[], changed: Iterable<string>): number => {
      const written = new Set(saved);
      for (const [key, first] of unsaved) if (!written.has(key)) return first - 1;
      for (const key of changed) if (!written.has(key)) return next - 1;
      return next;
    },
    /** All marks, with these in place of those of their sources. */
    marksWith: (marks: readonly Mark[]): Mark[] => {
      const all = new Map([...coverages].map(([key, { mark }]) => [key, mark]));
      for (const mark of marks) all.set(keyOf(mark.source), mark);
      return [...all.values()];
    },
    coverage: (source: Source): Coverage => coverages.get(keyOf(source))?.mark.coverage ?? [],

    /** Forgets everything, to start after `floor`. */
    restart: (floor: number, marks: readonly Mark[]) => {
      for (const each of [groups, pending, unsaved, stale, coverages]) each.clear();
      tail.length = 0;
      tailAlerts = identities = newestRow = 0;
      complete = false;
      position = floor;
      for (const mark of marks) coverages.set(keyOf(mark.source), { mark, changed: floor });
    },

    /** Groups whose rows must be read before they can be told of. */
    missing: (keys: Iterable<string>): string[] => [...keys].filter(isNeeded),

    /** Takes over a group's row, if there is one. */
    load,

    /** Whether a group is known as it was after a later entry of the log than the last that was taken in. */
    isBehindRows: () => newestRow > position,

    /** Whether more groups should not be read ahead. */
    isFull: () => groups.size >= mostGroups || identities >= mostIdentities / 2,

    /** All rows of groups were handed over. */
    setComplete: () => {
      for (const key of pending.keys()) if (!stale.has(key)) load(key, undefined);
      complete = true;
    },

    group: (key: string): Group => groups.get(key)?.group ?? emptyGroup(),

    /** Whether a group or a source has changed after a position, as far as is known. */
    hasChanged: (key: string, since: number): boolean => {
      const known = groups.get(key);
      return known ? known.changed > since : isNeeded(key) || pending.has(key);
    },
    hasMoved: (source: Source, since: number): boolean => (coverages.get(keyOf(source))?.changed ?? 0) > since,

    /** The groups that have waited longest to be written back. */
    oldestUnsaved: (count: number): string[] => {
      const keys: string[] = [];
      for (const key of unsaved.keys()) if (keys.push(key) >= count) break;
      return keys;
    },

    /** Takes in the next entry of the log, written by this process: `after` are its groups as they are now. */
    commit: (entry: LogEntry, after: ReadonlyMap<string, Group>) => {
      if (entry.position !== position + 1) return;
      for (const [key, group] of after) {
        stale.delete(key);
        pending.delete(key);
        put(key, settled(group), entry.position);
        touch(key, entry.position);
      }
      for (const { arrival, under } of entry.packed) {
        paged(groups.get(arrival.groupKey)?.group, under, entry.position);
      }
      for (const key of entry.saved) unsaved.delete(key);
      moveTo(entry);
    },

    /** Takes in the next entry of the log, whoever wrote it. */
    replay: (entry: LogEntry) => {
      if (entry.position !== position + 1) return;
      const drafts = new Map<string, Group>();
      const take = (step: Step, isPacked: boolean) => {
        const { groupKey: key } = step;
        touch(key, entry.position);
        const known = groups.get(key);
        if (known && known.changed >= entry.position) return;
        if (!known && isNeeded(key)) {
          const notes = pending.get(key) ?? [];
          notes.push({ position: entry.position, step, isPacked });
          pending.set(key, notes);
          return;
        }
        const draft = drafts.get(key) ?? draftOf(known?.group ?? emptyGroup());
        drafts.set(key, draft);
        takeStep(draft, step);
        if (isPacked) paged(draft, step.under, entry.position);
      };
      for (const step of entry.steps) take(step, false);
      for (const duplicate of entry.packed) take(stepOf(duplicate), true);
      for (const [key, draft] of drafts) put(key, settled(draft), entry.position);
      for (const key of entry.replaced) {
        const known = groups.get(key);
        pending.delete(key);
        if (known && known.changed >= entry.position) continue;
        drop(key);
        stale.add(key);
      }
      for (const key of entry.saved) unsaved.delete(key);
      moveTo(entry);
    },
  };
}

export type ShardMemory = ReturnType<typeof shardMemory>;

const keyOf = ({ hub, partition }: Source) => `${hub}/${partition}`;

/** Notes for a window that a page of the log holds duplicates of it. */
function paged(group: Group | undefined, under: string | null, at: number): void {
  if (!group) return;
  for (const window of group.windows) {
    if (window.parent !== under || window.pages?.[1] === at) continue;
    window.pages = [window.pages?.[0] ?? at, at];
  }
}
