import { begun, failed, nextStep, notBegun, sent, waiting } from '../domain/command';
import { ServiceError } from '../domain/errors';
import { obstacleTo, outcomeOf } from '../domain/sending';
import type { Outcome, Sending } from '../domain/sending';
import { commandStatus } from '../model/choices';
import type { Row } from '../model/edm';
import type { Command } from '../model/entities';
import type { CommandMessages } from '../ports/command-messages';
import type { Stored } from '../ports/record-store';
import type { WriteDeps } from './record-changes';
import { reviseRecord } from './revise-record';
import { contested, writeAttempts } from './write-condition';

export type SendDeps = WriteDeps & { messages: CommandMessages };

/** Where a command stands. `again` is in how many milliseconds it is to be looked at. */
export type Progress =
  { kind: 'gone' } | { kind: 'settled'; command: Command } | { kind: 'waiting'; command: Command; again?: number };

const table = 'msdyn_iotdevicecommand';

/**
 * Brings one command on its way: sends it, at most once as long as the outcome is known, and records what became of it.
 * The attempt is marked in the record before the send, so that whoever finds the mark later knows that the hub may have
 * the message. A hub that cannot be reached is waited for until the command's time to live is over.
 */
export async function sendCommand(id: string, deps: SendDeps): Promise<Progress> {
  for (let lost = 0; lost < writeAttempts; lost += 1) {
    const stored = await deps.records.get(table, id);
    if (!stored) return { kind: 'gone' };
    const command: Command = stored.row;
    const step = nextStep(command, deps.now());
    if (step.kind === 'settled') return { kind: 'settled', command };
    if (step.kind === 'wait') return { kind: 'waiting', command, again: step.milliseconds };
    if (step.kind === 'give-up') return settle(id, () => failed(step.words, deps.now()), deps);
    const obstacle = await obstacleAtHub(command, deps);
    if (obstacle) return act(id, obstacle, deps);
    const marked = await mark(stored, step.attempt, deps);
    if (marked) return act(id, outcomeOf(await send(marked, step.attempt, deps), marked, step.attempt > 1), deps);
  }
  throw contested({ entity: table, by: 'id', id });
}

/** Asked before the attempt is marked: up to here nothing can have been sent. */
async function obstacleAtHub(command: Command, { messages }: SendDeps): Promise<Outcome | undefined> {
  try {
    return obstacleTo(command, await messages.lookAt(command.msdyn_deviceid!));
  } catch (error) {
    const isAway = error instanceof ServiceError && (error.code === 'hub-unreachable' || error.code === 'unsupported');
    if (!isAway) throw error;
    return { kind: 'waiting', words: error.message };
  }
}

/** Marks the attempt in the record as it was read; undefined when somebody else was faster. */
async function mark(stored: Stored, attempt: number, { records, now }: SendDeps): Promise<Command | undefined> {
  const row: Row = { ...stored.row, ...begun(attempt, now()) };
  return (await records.replace(table, row, stored.etag)).kind === 'replaced' ? row : undefined;
}

async function send(command: Command, attempt: number, { messages }: SendDeps): Promise<Sending> {
  return messages.send({
    deviceId: command.msdyn_deviceid!,
    messageId: command.msdyn_iotdevicecommandid!,
    body: command.msdyn_message!,
    expires: Date.parse(command.ccs_expireson!),
    attempt,
  });
}

async function act(id: string, outcome: Outcome, deps: SendDeps): Promise<Progress> {
  switch (outcome.kind) {
    case 'sent':
      return settle(id, () => sent(deps.now()), deps);
    case 'failed':
      return settle(id, () => failed(outcome.words, deps.now()), deps);
    case 'waiting':
      return settle(id, (command) => changeOf(command, outcome.words, deps.now()), deps);
    case 'not-begun':
      return settle(id, (command) => notBegun(command, outcome.words, deps.now()), deps);
  }
}

/** The reason of a command that waits, when it is another one than before. */
function changeOf(command: Command, words: string, now: number): Command | undefined {
  return command.msdyn_commandstatusreason === words ? undefined : waiting(words, now);
}

/**
 * Writes the outcome into a command that is still in progress; one that the hub has reported of meanwhile stays as it
 * is.
 */
async function settle(
  id: string,
  change: (command: Command) => Command | undefined,
  deps: WriteDeps,
): Promise<Progress> {
  const isOpen = (row: Command) => row.msdyn_commandstatus === commandStatus['In Progress'];
  const command: Command | undefined = await reviseRecord(
    table,
    id,
    (row) => (isOpen(row) ? change(row) : undefined),
    deps,
  );
  if (!command) return { kind: 'gone' };
  return { kind: isOpen(command) ? 'waiting' : 'settled', command };
}

/** Ends a command that could not be dealt with, with the reason. */
export async function giveUpCommand(id: string, words: string, deps: WriteDeps): Promise<Progress> {
  return settle(id, () => failed(words, deps.now()), deps);
}
