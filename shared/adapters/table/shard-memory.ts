import { draftOf, emptyGroup, settled } from '../../domain/group';
import type { Coverage } from '../../domain/coverage';
import type { Group } from '../../domain/group';
import { stepOf } from '../../domain/duplicate';
import type { Step } from '../../domain/steps';
import type { Mark, Source } from '../../ports/alert-ledger';
import type { LogEntry } from './log-row';
import { notePage, shardGroups, takeNote } from './shard-groups';

/**
 * What a process knows of a shard: its groups and sources as they are after `position`, the latest entry of the log that
 * was taken in. No I/O: the groups' rows are handed over by whoever reads them.
 */
export function shardMemory() {
  /** Groups with changes that their rows do not hold, by the first such change; the oldest first. */
  const unsaved = new Map<string, number>();
  const groups = shardGroups((key) => unsaved.has(key));
  const coverages = new Map<string, { mark: Mark; changed: number }>();
  /** Alerts in the entries after the floor, by position. */
  const tail: { position: number; alerts: number }[] = [];
  let tailAlerts = 0;
  let position = 0;

  const floorAt = (last: number): number => {
    const first = unsaved.values().next().value;
    return first === undefined ? last : first - 1;
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
    groups.forget();
  };

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
      groups.restart();
      unsaved.clear();
      coverages.clear();
      tail.length = 0;
      tailAlerts = 0;
      position = floor;
      for (const mark of marks) coverages.set(keyOf(mark.source), { mark, changed: floor });
    },

    /** Groups whose rows must be read before they can be told of. */
    missing: (keys: Iterable<string>): string[] => [...keys].filter(groups.isMissing),
    load: groups.load,
    setComplete: groups.setComplete,
    isFull: groups.isFull,

    /** Whether a group is known as it was after a later entry of the log than the last that was taken in. */
    isBehindRows: () => groups.newestRow() > position,

    group: (key: string): Group => groups.known(key)?.group ?? emptyGroup(),

    /** Whether a group or a source has changed after a position, as far as is known. */
    hasChanged: (key: string, since: number): boolean => {
      const known = groups.known(key);
      return known ? known.changed > since : groups.isMissing(key) || groups.isAwaited(key);
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
        groups.put(key, settled(group), entry.position);
        touch(key, entry.position);
      }
      for (const { arrival, under } of entry.packed) {
        notePage(groups.known(arrival.groupKey)?.group, under, entry.position);
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
        const known = groups.known(key);
        if (known && known.changed >= entry.position) return;
        const note = { position: entry.position, step, isPacked };
        if (groups.isMissing(key)) return groups.note(key, note);
        const draft = drafts.get(key) ?? draftOf(known?.group ?? emptyGroup());
        drafts.set(key, draft);
        takeNote(draft, note);
      };
      for (const step of entry.steps) take(step, false);
      for (const duplicate of entry.packed) take(stepOf(duplicate), true);
      for (const [key, draft] of drafts) groups.put(key, settled(draft), entry.position);
      for (const key of entry.replaced) {
        const known = groups.known(key);
        if (known && known.changed >= entry.position) continue;
        groups.replace(key);
      }
      for (const key of entry.saved) unsaved.delete(key);
      moveTo(entry);
    },
  };
}

export type ShardMemory = ReturnType<typeof shardMemory>;

const keyOf = ({ hub, partition }: Source) => `${hub}/${partition}`;
