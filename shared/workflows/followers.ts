import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';

/** One record that is written: as it was and as it becomes. New without `before`, gone without `after`. */
export interface RecordChange {
  entity: EntityName;
  id: string;
  before?: Row;
  after?: Row;
  /** What the caller set, changed or not. */
  set: Row;
}

/** What else happens when records are written, e.g. that the alerts of a device that appears are linked to it. */
export interface Followers {
  /**
   * Told before a write, to note what is to follow: a crash after the write then forgets nothing. The write may fail after
   * it, so what is noted must do no harm.
   */
  announce(changes: readonly RecordChange[]): Promise<void>;
  /** Told after it; again when a caller repeats the write. */
  follow(changes: readonly RecordChange[]): Promise<void>;
}

/** Tells each of them, one after the other. */
export function followersInTurn(followers: readonly Partial<Followers>[]): Followers {
  return {
    announce: async (changes) => {
      for (const each of followers) await each.announce?.(changes);
    },
    follow: async (changes) => {
      for (const each of followers) await each.follow?.(changes);
    },
  };
}

/** Writes one record between the announcement and what follows; nothing follows a write that answers `undefined`. */
export async function followed<T>(
  change: RecordChange,
  { followers }: { followers: Followers },
  write: () => Promise<T | undefined>,
): Promise<T | undefined> {
  await followers.announce([change]);
  const result = await write();
  if (result !== undefined) await followers.follow([change]);
  return result;
}
