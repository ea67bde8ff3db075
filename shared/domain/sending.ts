import type { Command } from '../model/entities';

/** What the hub knows of a device that something is to be sent to. */
export type Recipient = { kind: 'known'; waiting: number } | { kind: 'unknown' };

/** What became of a send. */
export type Sending =
  | { kind: 'accepted' }
  /** The hub has not taken it and will not. */
  | { kind: 'refused'; reason: 'unknown-device' | 'queue-full' | 'too-large' | 'not-understood' }
  /** The hub has not taken it now, and may later. */
  | { kind: 'not-now'; why: string }
  /** The answer was lost: nobody knows. */
  | { kind: 'uncertain'; why: string };

/** What follows for a command from what the hub said, or did not say. */
export type Outcome = { kind: 'sent' } | { kind: 'failed' | 'waiting' | 'not-begun'; words: string };

/** How many messages a hub keeps for one device; it refuses the next. */
const mostWaiting = 50;

/** Why a command cannot be sent to a device as the hub knows it; undefined when it can. */
export function obstacleTo(command: Command, recipient: Recipient): Outcome | undefined {
  const isRepeat = (command.ccs_sendattempts ?? 0) > 0;
  if (recipient.kind === 'unknown') return outcomeOf({ kind: 'refused', reason: 'unknown-device' }, command, isRepeat);
  if (recipient.waiting < mostWaiting) return undefined;
  return outcomeOf({ kind: 'refused', reason: 'queue-full' }, command, isRepeat);
}

/** What a send means for a command. A repeat may find its own message in the device's queue, where an attempt before has put it. */
export function outcomeOf(sending: Sending, { msdyn_deviceid: deviceId }: Command, isRepeat: boolean): Outcome {
  switch (sending.kind) {
    case 'accepted':
      return { kind: 'sent' };
    case 'not-now':
      return { kind: 'not-begun', words: sending.why };
    case 'uncertain': {
      const what = 'The IoT Hub may have it, but its answer was lost';
      return { kind: 'waiting', words: `${what} (${sending.why}). It is sent again, with the same message id.` };
    }
    case 'refused':
      if (sending.reason === 'queue-full' && isRepeat) {
        return { kind: 'waiting', words: `${full(deviceId)} This one may be among them.` };
      }
      return { kind: 'failed', words: refusals[sending.reason](deviceId) };
  }
}

const full = (deviceId: Command['msdyn_deviceid']) =>
  `${mostWaiting} messages wait for the device '${deviceId}' already, and the IoT Hub keeps no more.`;

const refusals: Record<
  Extract<Sending, { kind: 'refused' }>['reason'],
  (deviceId: Command['msdyn_deviceid']) => string
> = {
  'unknown-device': (deviceId) =>
    `The IoT Hub does not know the device '${deviceId}'. Register it, then create the command again.`,
  'queue-full': (deviceId) => `${full(deviceId)} Create the command again when the device has taken some.`,
  'too-large': () => 'The message is larger than the IoT Hub takes.',
  'not-understood': () => 'The IoT Hub refused the message as malformed.',
};
