import type { Refusal } from './fields';
import { valuesIn } from './hub-event';
import type { HubEvent } from './hub-event';
import { understand } from './incoming';
import type { IncomingAlert, Telemetry } from './incoming';

/** One JSON object of a message, and where it stood. */
export interface EventPart {
  event: HubEvent;
  /** In the message's array; `all` when the message could not be read at all. */
  index: number | 'all';
  content: IncomingAlert | Telemetry | Refusal;
}

/** Adds what is in a message: each value, understood or refused. */
export function addParts(event: HubEvent, forOthers: boolean, parts: EventPart[]): void {
  const { connectionDeviceId, enqueued, messageId } = event;
  const read = valuesIn(event.body);
  if ('kind' in read) {
    parts.push({ event, index: 'all', content: read });
    return;
  }
  const { values, text, written } = read;
  for (let index = 0; index < values.length; index += 1) {
    // Several alerts in one message share its id without being one event.
    const own = messageId && `${messageId}#${index}`;
    const item = { value: values[index], text, written, connectionDeviceId, messageId: own, enqueued, forOthers };
    parts.push({ event, index, content: understand(item) });
  }
}
