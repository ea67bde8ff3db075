import { ServiceError } from '../domain/errors';
import { needsSync } from '../domain/twin-sync';
import type { OpenWorkList } from '../ports/open-work';
import type { TwinWork } from '../ports/twin-work';
import type { WorkQueue } from '../ports/work-queue';
import type { Followers, RecordChange } from './followers';
import { inTurns } from './in-turns';
import { noteIsOld } from './sync-twin';

const atOnce = 16;

interface TwinNotes {
  openWork: OpenWorkList;
  work: WorkQueue<TwinWork>;
}

/**
 * Has the twin of a registered device brought up to date when its tags or settings are written. A queue that cannot be reached
 * does not fail the write: the note is found by `askAgain`.
 */
export function followTwins({ openWork, work }: TwinNotes): Followers {
  return {
    announce: async (changes) => {
      await inTurns(worksIn(changes), atOnce, async ({ device, since }) =>
        openWork.note('twin', { key: device, since }),
      );
    },
    follow: async (changes) => {
      try {
        await inTurns(worksIn(changes), atOnce, async (task) => work.add(task));
      } catch (error) {
        if (!(error instanceof ServiceError && error.code === 'queue-unreachable')) throw error;
      }
    },
  };
}

function worksIn(changes: readonly RecordChange[]): TwinWork[] {
  return changes.flatMap(({ entity, id, before, after }) =>
    entity === 'msdyn_iotdevice' && after && needsSync(before, after)
      ? [{ device: id, since: Date.parse(String(after['modifiedon'])) }]
      : [],
  );
}

/** How many notes are taken up at a time. */
const most = 1_000;

/** Asks once more for twins whose notes are old: their messages were lost, or wait for the hub. Answers how many. */
export async function askAgain({ openWork, work, now }: TwinNotes & { now(): number }): Promise<number> {
  const since = now();
  const old = await openWork.olderThan('twin', since - noteIsOld, most);
  for (const { key } of old) {
    // A note that is young again is not taken up a second time while its message is under way.
    await openWork.note('twin', { key, since });
    await work.add({ device: key, since });
  }
  return old.length;
}
