import { ServiceError } from '../../domain/errors';
import type { Sending } from '../../domain/sending';
import type { CommandMessage, CommandMessages } from '../../ports/command-messages';

const mostWaiting = 50;

/** A hub in this process's memory that knows these devices, for tests and trials; `taken` is what it has accepted. */
export function memoryCommandMessages(deviceIds: readonly string[]): CommandMessages & {
  taken: CommandMessage[];
  /** What happens instead of the next exchanges with the hub, in this order. */
  faults: (Sending['kind'] | 'unreachable')[];
} {
  const taken: CommandMessage[] = [];
  const faults: (Sending['kind'] | 'unreachable')[] = [];
  const waitingFor = (deviceId: string) => taken.filter((message) => message.deviceId === deviceId).length;
  return {
    taken,
    faults,
    lookAt: async (deviceId) => {
      if (faults[0] === 'unreachable') {
        faults.shift();
        throw new ServiceError('hub-unreachable', 'The IoT Hub cannot be reached: no answer.');
      }
      if (!deviceIds.includes(deviceId)) return { kind: 'unknown' };
      return { kind: 'known', waiting: waitingFor(deviceId) };
    },
    send: async (message) => {
      const fault = faults.shift();
      if (fault === 'not-now') return { kind: 'not-now', why: 'too many requests' };
      if (!deviceIds.includes(message.deviceId)) return { kind: 'refused', reason: 'unknown-device' };
      if (waitingFor(message.deviceId) >= mostWaiting) return { kind: 'refused', reason: 'queue-full' };
      if (message.body.length > 65_536) return { kind: 'refused', reason: 'too-large' };
      taken.push(message);
      return fault === 'uncertain' ? { kind: 'uncertain', why: 'the answer was lost' } : { kind: 'accepted' };
    },
  };
}
