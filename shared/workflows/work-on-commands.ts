import type { Command } from '../model/entities';
import type { CommandQueue, CommandWork } from '../ports/command-queue';
import { copyCommand } from './copy-command';
import type { HandOnDeps } from './hand-on-commands';
import { giveUpCommand, sendCommand } from './send-command';
import type { Progress, SendDeps } from './send-command';
import { tellOfCommand } from './tell-of-command';

export type CommandDeps = SendDeps & HandOnDeps;

/** Milliseconds after which nobody seems to be at a command any more. */
const forgotten = 60_000;

const mostTaken = 500;

/**
 * Deals with one command: makes its copies, sends it, tells its alert, device and asset, and takes its note away.
 * Whatever is interrupted is done by the next call. A command that has to wait is queued again, unless it is in the
 * queue for another time.
 */
export async function workOnCommand(work: CommandWork, deps: CommandDeps): Promise<Progress> {
  const stored = await deps.records.get('msdyn_iotdevicecommand', work.command);
  if (stored) await copyCommand(stored.row, deps);
  return finish(work, await sendCommand(work.command, deps), deps);
}

/** Ends a command that failed again and again, so that it is not In Progress for ever. */
export async function giveUpOnCommand(work: CommandWork, words: string, deps: CommandDeps): Promise<Progress> {
  return finish(work, await giveUpCommand(work.command, words, deps), deps);
}

async function finish(work: CommandWork, progress: Progress, deps: CommandDeps): Promise<Progress> {
  const { openWork } = deps;
  const note = { key: work.command, since: work.since };
  if (progress.kind === 'waiting') {
    await queueAgain(work, progress.again ?? pause(progress.command, deps.now()), deps);
    return progress;
  }
  if (progress.kind === 'settled') await tellOfCommand(progress.command, deps);
  await openWork.done('command', note);
  return progress;
}

/** Takes up commands that were noted, but that nobody has been at for a minute; answers how many. */
export async function takeUpCommands(deps: CommandDeps): Promise<number> {
  const now = deps.now();
  const old = await deps.openWork.olderThan('command', now - forgotten, mostTaken);
  for (const { key, since } of old) await queueAgain({ command: key, since }, 0, deps);
  return old.length;
}

/** The note gets a new time with the message, so that of several messages for one command one goes on. */
async function queueAgain(work: CommandWork, milliseconds: number, deps: CommandDeps): Promise<void> {
  const since = Math.max(deps.now(), work.since + 1);
  const note = { key: work.command, since: work.since };
  if (!(await deps.openWork.renew('command', note, since))) return;
  await addTo(deps.commands, { command: work.command, since }, milliseconds);
}

async function addTo(queue: CommandQueue, work: CommandWork, milliseconds: number): Promise<void> {
  await queue.add(work, Math.ceil(milliseconds / 1000));
}

/** The longer a command waits, the longer until the next try: 2 to 30 seconds. */
function pause({ createdon }: Command, now: number): number {
  return Math.min(30_000, Math.max(2_000, (now - Date.parse(createdon!)) / 4));
}
