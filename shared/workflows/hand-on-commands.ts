import { ServiceError } from '../domain/errors';
import type { CommandQueue, CommandWork } from '../ports/command-queue';
import type { OpenWorkList } from '../ports/open-work';
import type { Followers, RecordChange } from './followers';
import { inTurns } from './in-turns';

export interface HandOnDeps {
  openWork: OpenWorkList;
  commands: CommandQueue;
}

const atOnce = 8;

/** Sees to it that commands that are created are dealt with: noted before they are written, and queued afterwards. */
export function handOnCommands(deps: HandOnDeps): Followers {
  return {
    announce: async (changes) => {
      await inTurns(changes.flatMap(workIn), atOnce, async (work) => noteCommand(work, deps));
    },
    follow: async (changes) => {
      await inTurns(changes.flatMap(workIn), atOnce, async (work) => queueCommand(work, deps));
    },
  };
}

function workIn({ entity, id, before, after }: RecordChange): CommandWork[] {
  if (entity !== 'msdyn_iotdevicecommand' || before || !after) return [];
  return [{ command: id, since: Date.parse(String(after['createdon'])) }];
}

/** Notes a command, so that it is found if whoever works on it vanishes. */
export async function noteCommand({ command, since }: CommandWork, { openWork }: HandOnDeps): Promise<void> {
  await openWork.note('command', { key: command, since });
}

/** Queues a command that is noted. A queue that is away costs a minute: then the note is found. */
export async function queueCommand(work: CommandWork, { commands }: HandOnDeps): Promise<void> {
  try {
    await commands.add(work);
  } catch (error) {
    if (!(error instanceof ServiceError && error.code === 'queue-unreachable')) throw error;
  }
}
