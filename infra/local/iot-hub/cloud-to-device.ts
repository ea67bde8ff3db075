import type { Connections, DeviceLink } from './connections';
import { HubError } from './errors';
import type { Feedback, Outcome } from './feedback';
import { largestCommand, sizeOf } from './messages';
import type { Delivery, Message } from './messages';
import type { Registry } from './registry';

/** A queued message as the journal keeps it; the body is base64. */
interface StoredCommand {
  deviceId: string;
  generationId: string;
  sequence: number;
  enqueued: number;
  expires: number;
  message: Omit<Message, 'body'> & { body: string };
}

export type CommandFact = { command: StoredCommand } | { settled: { deviceId: string; sequence: number } };

interface Command extends Omit<StoredCommand, 'message'> {
  message: Message;
  deliveryCount: number;
  lockToken?: string;
  /** Who has it now; an HTTPS device is nobody's link, so it gets the word. */
  holder?: DeviceLink | 'https';
  lock?: NodeJS.Timeout;
  expiry?: NodeJS.Timeout;
}

/** The queue of messages to each device: 50 at most, first in first out, gone when settled or expired. */
export interface CloudToDevice {
  enqueue(deviceId: string, message: Message): void;
  /** Hands every message that waits to the device's link, if that listens. */
  pump(deviceId: string): void;
  /** Takes the first message that waits, for an HTTPS device. */
  take(deviceId: string): Delivery | undefined;
  settle(deviceId: string, lockToken: string, how: 'complete' | 'reject' | 'abandon'): void;
  /** What the link had but did not settle waits again. */
  released: (link: DeviceLink) => void;
  /** Drops everything that waits; answers how much it was. */
  purge(deviceId: string): number;
  /** Drops the queue of a device that is gone, without a word to anyone. */
  forget(deviceId: string): void;
  count(deviceId: string): number;
  restore(fact: CommandFact): void;
  facts(): Iterable<CommandFact>;
  close(): void;
}

interface CloudToDeviceOptions {
  registry: Pick<Registry, 'need'>;
  connections: () => Connections;
  feedback: Pick<Feedback, 'report'>;
  save: (fact: CommandFact) => void;
  now: () => number;
  newToken: () => string;
}

const mostQueued = 50;
const mostDeliveries = 10;
const usualLife = 3600_000;
const longestLife = 2 * 24 * 3600_000;
const lockTime = 60_000;

export function createCloudToDevice(options: CloudToDeviceOptions): CloudToDevice {
  const { registry, connections, feedback, save, now, newToken } = options;
  const queues = new Map<string, Command[]>();
  let lastSequence = 0;

  function enqueue(deviceId: string, message: Message): void {
    const { generationId } = registry.need(deviceId);
    if (sizeOf(message) > largestCommand)
      throw new HubError('MessageTooLarge', `A message may have ${largestCommand} bytes`);
    if (count(deviceId) >= mostQueued) {
      throw new HubError('DeviceMaximumQueueDepthExceeded', `${mostQueued} messages wait for ${deviceId} already`);
    }
    const enqueued = now();
    const expires = Math.min(message.expires ?? enqueued + usualLife, enqueued + longestLife);
    const sequence = Math.max(lastSequence + 1, enqueued);
    const command: Command = { deviceId, generationId, sequence, enqueued, expires, message, deliveryCount: 0 };
    add(command);
    save({ command: stored(command) });
    pump(deviceId);
  }

  function add(command: Command): void {
    lastSequence = Math.max(lastSequence, command.sequence);
    const queue = queues.get(command.deviceId) ?? [];
    queues.set(command.deviceId, queue);
    queue.push(command);
    command.expiry = setTimeout(() => end(command, 'Expired'), Math.max(0, command.expires - now()));
    command.expiry.unref();
  }

  function end(command: Command, outcome: Outcome): void {
    if (!drop(command)) return;
    save({ settled: { deviceId: command.deviceId, sequence: command.sequence } });
    feedback.report(command, outcome);
  }

  function drop(command: Command): boolean {
    clearTimeout(command.expiry);
    clearTimeout(command.lock);
    const queue = queues.get(command.deviceId) ?? [];
    const index = queue.indexOf(command);
    if (index < 0) return false;
    queue.splice(index, 1);
    if (queue.length === 0) queues.delete(command.deviceId);
    return true;
  }

  function pump(deviceId: string): void {
    const link = connections().of(deviceId);
    if (!link?.interests.has('messages')) return;
    for (const command of waitingFor(deviceId)) link.deliver(handOver(command, link));
  }

  function waitingFor(deviceId: string): Command[] {
    const isWaiting = ({ holder, expires }: Command) => holder === undefined && expires > now();
    return queues.get(deviceId)?.filter(isWaiting) ?? [];
  }

  function take(deviceId: string): Delivery | undefined {
    const command = waitingFor(deviceId)[0];
    if (!command) return undefined;
    command.lock = setTimeout(() => giveBack(command), lockTime);
    command.lock.unref();
    return handOver(command, 'https');
  }

  function handOver(command: Command, holder: DeviceLink | 'https'): Delivery {
    const lockToken = newToken();
    Object.assign(command, { holder, lockToken });
    const { message, sequence, deliveryCount, enqueued } = command;
    command.deliveryCount++;
    return { message, lockToken, sequence, deliveryCount, enqueued };
  }

  /** Back into the queue, at its old place, unless it was tried often enough. */
  function giveBack(command: Command): void {
    clearTimeout(command.lock);
    Object.assign(command, { holder: undefined, lockToken: undefined });
    if (command.deliveryCount >= mostDeliveries) end(command, 'DeliveryCountExceeded');
  }

  function settle(deviceId: string, lockToken: string, how: 'complete' | 'reject' | 'abandon'): void {
    const command = queues.get(deviceId)?.find((candidate) => candidate.lockToken === lockToken);
    if (!command)
      throw new HubError('DeviceMessageLockLost', 'The lock is lost: the message is settled, or was handed out again');
    if (how === 'complete') end(command, 'Success');
    else if (how === 'reject') end(command, 'Rejected');
    else {
      giveBack(command);
      // Not at once: a device that abandons whatever it gets would keep the hub from everything else.
      setImmediate(pump, deviceId);
    }
  }

  function purge(deviceId: string): number {
    const waiting = waitingFor(deviceId);
    for (const command of waiting) end(command, 'Purged');
    return waiting.length;
  }

  function forget(deviceId: string): void {
    for (const command of queues.get(deviceId)?.slice() ?? []) {
      drop(command);
      save({ settled: { deviceId, sequence: command.sequence } });
    }
  }

  function count(deviceId: string): number {
    return queues.get(deviceId)?.length ?? 0;
  }

  return {
    enqueue,
    pump,
    take,
    settle,
    released(link) {
      const held = queues.get(link.deviceId)?.filter(({ holder }) => holder === link) ?? [];
      for (const command of held) giveBack(command);
    },
    purge,
    forget,
    count,
    restore(fact) {
      if ('command' in fact) {
        const { message, ...rest } = fact.command;
        add({ ...rest, message: { ...message, body: Buffer.from(message.body, 'base64') }, deliveryCount: 0 });
      } else {
        const { deviceId, sequence } = fact.settled;
        const command = queues.get(deviceId)?.find((candidate) => candidate.sequence === sequence);
        if (command) drop(command);
      }
    },
    *facts() {
      for (const queue of queues.values()) for (const command of queue) yield { command: stored(command) };
    },
    close() {
      for (const queue of queues.values()) {
        for (const command of queue) {
          clearTimeout(command.expiry);
          clearTimeout(command.lock);
        }
      }
    },
  };
}

function stored({ deviceId, generationId, sequence, enqueued, expires, message }: Command): StoredCommand {
  const body = message.body.toString('base64');
  return { deviceId, generationId, sequence, enqueued, expires, message: { ...message, body } };
}
