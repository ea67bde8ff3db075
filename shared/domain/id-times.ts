import { entity } from '../model/entities';
import type { EntityName } from '../model/entities';
import type { Span } from './record-query';

const hour = 3_600_000;

/** The clocks of the hub and of this service differ by less. */
const clocksApart = hour;

/** An IoT Hub keeps an event this long at most, so an alert is written no later after the time in its id. */
const longestDelay = 7 * 24 * hour;

/**
 * The times (milliseconds, both ends included) that ids of records may hold which were created in a span, if they hold
 * one that can be relied on. It is the time of creation, or before that the time at which the hub took the message.
 */
export function idTimes(name: EntityName, { from, to }: Span): { from?: number; to?: number } {
  if (!entity(name).timedIds) return {};
  return {
    ...(from !== undefined && { from: Date.parse(from) - longestDelay }),
    ...(to !== undefined && { to: Date.parse(to) + clocksApart }),
  };
}
