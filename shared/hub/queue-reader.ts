import type { InvocationContext } from '@azure/functions';
import { logText } from '../domain/log-text';
import { parkRequest } from '../workflows/park-request';
import type { ParkDeps } from '../workflows/park-request';

/**
 * Reads a queue: what `read` understands is worked on, anything else is kept in `ccs_parkedmessages`. A message is gone when
 * this ends well and only then, so nothing may be passed over: a throw leaves it in the queue, to come again.
 */
export function reading<M>(
  queue: string,
  read: (entry: unknown) => M | undefined,
  parking: () => ParkDeps,
  work: (message: M, context: InvocationContext) => Promise<void>,
) {
  return async (entry: unknown, context: InvocationContext): Promise<void> => {
    const message = read(entry);
    if (message !== undefined) return work(message, context);
    const body = typeof entry === 'string' ? entry : JSON.stringify(entry);
    const detail = `The message of the queue '${queue}' is none that this service puts there.`;
    await parkRequest({ queue, id: String(context.triggerMetadata?.['id']), body, detail }, parking());
    context.error(logText('queue-message-parked', { queue, reason: 'unreadable-request' }));
  };
}
