import { commandStatus, registrationStatus } from '../model/choices';
import type { Command, Device } from '../model/entities';
import { iso } from './alert-rows';
import { modifiedBy } from './stamps';

/** Milliseconds within which a send that was begun has ended, one way or the other: nobody else sends before. */
const sendingTime = 45_000;

/** What is to be done with a command now. */
export type Step =
  | { kind: 'settled'; reason: 'sent' | 'failed' }
  /** Somebody is sending it. */
  | { kind: 'wait'; reason: 'being-sent'; milliseconds: number }
  | { kind: 'give-up'; reason: 'too-late'; words: string }
  /** The send with this number; above 1, what became of the one before is not known. */
  | { kind: 'send'; reason: 'first' | 'repeat'; attempt: number };

/** Decides what to do with a command at a time. */
export function nextStep(command: Command, now: number): Step {
  const { msdyn_commandstatus: status, ccs_sendattempts: attempts, ccs_sendattemptedon: on } = command;
  if (status !== commandStatus['In Progress']) {
    return { kind: 'settled', reason: status === commandStatus.Sent ? 'sent' : 'failed' };
  }
  const begun = attempts ? Date.parse(on ?? '') : -Infinity;
  const left = begun + sendingTime - now;
  if (left > 0) return { kind: 'wait', reason: 'being-sent', milliseconds: Math.min(left, sendingTime) };
  if (now >= Date.parse(command.ccs_expireson ?? ''))
    return { kind: 'give-up', reason: 'too-late', words: late(command) };
  return { kind: 'send', reason: attempts ? 'repeat' : 'first', attempt: (attempts ?? 0) + 1 };
}

/** Why nothing can be sent to a device; undefined when something can. */
export function whyNotTo(device: Device): string | undefined {
  const { msdyn_name: name, msdyn_deviceid: deviceId, msdyn_registrationstatus: status } = device;
  const advice = 'Register the device, then create the command again. Nothing was sent.';
  if (!deviceId) return `The device '${name}' has no Device ID. ${advice}`;
  if (status === registrationStatus.Registered) return undefined;
  const words = Object.entries(registrationStatus).find(([, value]) => value === status)?.[0] ?? 'empty';
  return `The device '${deviceId}' is not registered: its registration status is ${words}. ${advice}`;
}

/** Columns of a command that is about to be sent. */
export function begun(attempt: number, now: number): Command {
  return { ccs_sendattempts: attempt, ccs_sendattemptedon: iso(now), ...modifiedBy(iso(now)) };
}

/** Columns of a command whose send was certainly refused for now: as if it had not been begun. */
export function notBegun({ ccs_sendattempts: attempts }: Command, words: string, now: number): Command {
  const left = (attempts ?? 1) - 1;
  return { ...waiting(words, now), ccs_sendattempts: left, ...(left === 0 && { ccs_sendattemptedon: null }) };
}

/** Columns of a command that has to wait, with the reason. */
export function waiting(words: string, now: number): Command {
  return { msdyn_commandstatusreason: words, ...modifiedBy(iso(now)) };
}

/** Columns of a command that the hub accepted. */
export function sent(now: number): Command {
  return settled(commandStatus.Sent, 'Accepted by the IoT Hub. The device has not answered yet.', now);
}

/** Columns of a command that is not sent. */
export function failed(words: string, now: number): Command {
  return settled(commandStatus.Error, words, now);
}

/** Whether nobody knows if the hub has the message of a command. */
function isUncertain({ msdyn_commandstatus: status, ccs_sendattempts: attempts }: Command): boolean {
  return status === commandStatus['In Progress'] && (attempts ?? 0) > 0;
}

/**
 * Why a command cannot be deleted now, by itself and by the one whose copy it is. Before its first send, a deletion cancels
 * it; but a copy that is missing while copies are made would be made, and sent, again.
 */
export function obstacleToDeletion(command: Command, original: Command | undefined): string | undefined {
  if (original?.msdyn_commandstatus === commandStatus['In Progress'] && typeof original.ccs_copies !== 'number') {
    return 'is one of the copies that are being made for all connected devices. Delete it when they are made.';
  }
  if (!isUncertain(command)) return undefined;
  return 'is being sent. Delete it when its status is Sent or Error, which is so at the end of its time to live at the latest.';
}

function settled(status: number, words: string, now: number): Command {
  return {
    msdyn_commandstatus: status,
    msdyn_commandstatusreason: words,
    ccs_settledon: iso(now),
    ...modifiedBy(iso(now)),
  };
}

function late(command: Command): string {
  const { ccs_sendattempts: attempts, msdyn_commandstatusreason: reason, ccs_expireson: end, createdon } = command;
  const life = `its time to live of ${Math.round((Date.parse(end ?? '') - Date.parse(createdon ?? '')) / 1000)} s`;
  if (attempts) return `It is not known whether it was sent: the IoT Hub gave no answer within ${life}.`;
  return `Not sent within ${life}.${reason ? ` Until then: ${reason}` : ''}`;
}
