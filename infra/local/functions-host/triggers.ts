import { createEventHubTrigger } from './event-hub-trigger';
import type { EventHubTrigger, Listener } from './event-hub-trigger';
import { triggerOf } from './binding';
import type { RegisteredFunction } from './functions-core';
import type { HostJson } from './host-json';
import type { Invoker } from './invocation';
import type { Log } from './log';
import { createQueueTrigger } from './queue-trigger';
import { createTimerTrigger } from './timer-trigger';

/** A running function that is not an HTTP function. */
export interface RunningTrigger {
  listener: Listener;
  /** One run outside its schedule or queue, as POST /admin/functions/{name} asks for. */
  run(input: string): Promise<void>;
  deliver: EventHubTrigger['deliver'] | undefined;
}

export interface TriggerOptions {
  invoker: Invoker;
  hostJson: HostJson;
  keepsEmpty: () => boolean;
  log: Log;
}

/** The trigger of a function, not started yet; undefined for a type that this host does not run. */
export function createTrigger(target: RegisteredFunction, options: TriggerOptions): RunningTrigger | undefined {
  const { invoker, hostJson, keepsEmpty, log } = options;
  switch (triggerOf(target).binding.type.toLowerCase()) {
    case 'eventhubtrigger': {
      const listener = createEventHubTrigger({ target, invoker, settings: hostJson.eventHubs, keepsEmpty, log });
      const event = { sequenceNumber: 0, offset: '0', enqueuedTimeUtc: new Date() };
      return { listener, deliver: listener.deliver, run: (body) => listener.deliver('0', [{ ...event, body }]) };
    }
    case 'queuetrigger': {
      const listener = createQueueTrigger({ target, invoker, settings: hostJson.queues, log });
      return { listener, deliver: undefined, run: listener.run };
    }
    case 'timertrigger': {
      const listener = createTimerTrigger(target, invoker, log);
      return { listener, deliver: undefined, run: listener.run };
    }
    default:
      return undefined;
  }
}
