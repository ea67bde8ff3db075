import type { HubEvent } from '../domain/hub-event';
import { isNotice } from '../domain/hub-notice';
import type { HubNotice } from '../domain/hub-notice';

/**
 * The events of a batch in which the hub speaks of its devices itself, with their application properties. `metadata` is the
 * trigger's, in the order of the events.
 */
export function readNotices(events: readonly HubEvent[], metadata: unknown): HubNotice[] {
  const { propertiesArray = [] } = metadata as { propertiesArray?: Record<string, unknown>[] };
  return events.flatMap((event, i) => (isNotice(event) ? [{ event, properties: propertiesArray[i] ?? {} }] : []));
}
