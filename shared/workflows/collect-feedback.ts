import { readFeedback, reported } from '../domain/command-feedback';
import type { FeedbackReport } from '../domain/command-feedback';
import { commandStatus } from '../model/choices';
import type { Command } from '../model/entities';
import type { CommandFeedback } from '../ports/command-feedback';
import { noteCommand, queueCommand } from './hand-on-commands';
import type { HandOnDeps } from './hand-on-commands';
import type { WriteDeps } from './record-changes';
import { reviseRecord } from './revise-record';

export type FeedbackDeps = WriteDeps & HandOnDeps & { feedback: CommandFeedback };

/** What was reported: commands with their outcome, and how much is about messages that are none of ours. */
export interface Collected {
  commands: Command[];
  strangers: number;
}

/**
 * Takes what the hub reports of messages to devices and writes it into their commands; a report is done with when it is
 * written. The same report again changes nothing.
 */
export async function collectFeedback(deps: FeedbackDeps): Promise<Collected> {
  const collected: Collected = { commands: [], strangers: 0 };
  await deps.feedback.take(async (text) => {
    const { reports, unreadable } = readFeedback(text);
    collected.strangers += unreadable;
    for (const report of reports) {
      const told = await record(report, deps);
      if (told === 'stranger') collected.strangers += 1;
      else if (told) collected.commands.push(told);
    }
  });
  return collected;
}

/** The command as it became; undefined when it knew. */
async function record(report: FeedbackReport, deps: FeedbackDeps): Promise<Command | 'stranger' | undefined> {
  const { commandId: id, deviceId } = report;
  const before: Command | undefined = (await deps.records.get('msdyn_iotdevicecommand', id))?.row;
  if (before?.msdyn_deviceid !== deviceId) return 'stranger';
  const now = deps.now();
  // What is settled by the report is told as well: noted first, so that a crash forgets nothing.
  const work = before.msdyn_commandstatus === commandStatus.Sent ? undefined : { command: id, since: now };
  if (work) await noteCommand(work, deps);
  let isNew = false;
  const after = await reviseRecord(
    'msdyn_iotdevicecommand',
    id,
    (row) => {
      const columns = reported(row, report, now);
      isNew = columns !== undefined;
      return columns;
    },
    deps,
  );
  if (work) await queueCommand(work, deps);
  return isNew ? after : undefined;
}
