import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import { alertRow, iso, ticketColumns, ticketOf, ticketRow } from './alert-rows';
import { isNoted, noteTime } from './awaited';
import type { DeviceFacts } from './device-facts';
import type { Verdict } from './debounce';
import type { Group, OpenTicket, Window } from './group';
import { duplicateRow } from './duplicate';
import type { Duplicate } from './duplicate';
import type { Arrival, Fold } from './fold';
import { explain } from './reasons';
import { respond } from './response';
import type { Response } from './response';
import { note } from './steps';
import type { Step } from './steps';

/** What to write in one transaction. */
export interface Changes {
  inserts: { entity: EntityName; row: Row }[];
  /** Duplicates that need no rows of their own. */
  packed: Duplicate[];
  groups: Map<string, Group>;
  /** How the groups came to be as they are, the steps of `packed` aside. */
  steps: Step[];
  /** Windows whose count is final and is to be written to their primary alerts. */
  ended: Window[];
  /** Alerts whose device is not known yet: noted, so that they are linked when it appears. */
  waiting: { deviceId: string; groupKey: string; since: number; unsure: boolean }[];
  /** The primary alerts. */
  opened: Opened[];
}

/** What a primary alert led to, and why. */
export interface Opened {
  id: string;
  response: Response['kind'];
  reason: string;
  deviceId: string;
}

interface Context {
  /** Devices that were read again, as they are now. Of the others, what each alert knows is good enough. */
  fresh: ReadonlyMap<string, DeviceFacts | undefined>;
  joinOpenTicket: boolean;
  now: number;
}

/** Turns a fold into rows, asking for each parent what it opens. Pure but for the groups of the fold, which take on the tickets. */
export function compose({ settled, groups, ended }: Fold, context: Context): Changes {
  const changes: Changes = { inserts: [], packed: [], groups, steps: [], ended: [], waiting: [], opened: [] };
  for (const { arrival, verdict } of settled) {
    if (verdict.kind === 'parent') open(changes, arrival, verdict, context);
    else if (verdict.kind === 'duplicate') attach(changes, arrival, verdict, context);
  }
  for (const window of ended) if (window.duplicates > 0) end(changes, window);
  return changes;
}

/** A window may be opened and forgotten within one fold. */
function end(changes: Changes, window: Window): void {
  const here = changes.inserts.find(({ row }) => row['msdyn_iotalertid'] === window.parent);
  if (!here) changes.ended.push(window);
  else here.row = { ...here.row, ccs_duplicatecount: window.duplicates, ccs_lastalerttime: iso(window.latest) };
}

function open(changes: Changes, arrival: Arrival, verdict: Verdict, context: Context): void {
  const { joinOpenTicket, now } = context;
  const { id, alert, groupKey } = arrival;
  const group = groupKey === null ? undefined : changes.groups.get(groupKey);
  const device = deviceOf(arrival, context);
  const response = respond({ type: alert.type, device, tickets: group?.tickets ?? [], joinOpenTicket });
  const reason = explain(verdict.reason, response.reason);
  const ticket = ticketOf(response, id, groupKey);
  const isOpened = response.kind === 'open' && ticket !== undefined;
  const row = alertRow(arrival, device, reason, now, { ccs_duplicatecount: 0, ...ticketColumns(ticket) });
  if (isOpened) changes.inserts.push(ticketRow(row, ticket, device, now));
  changes.inserts.push({ entity: 'msdyn_iotalert', row });
  const isFirst = verdict.reason === 'first-of-group';
  step(changes, arrival, {
    under: null,
    isFirst,
    isKnown: device !== undefined,
    ticket: isOpened ? ticket : undefined,
  });
  changes.opened.push({ id, response: response.kind, reason, deviceId: alert.deviceId });
}

function attach(
  changes: Changes,
  arrival: Arrival,
  { window: { parent } }: Extract<Verdict, { kind: 'duplicate' }>,
  context: Context,
): void {
  const device = deviceOf(arrival, context);
  const duplicate: Duplicate = {
    arrival: arrival as Duplicate['arrival'],
    under: parent,
    device,
    created: context.now,
  };
  if (arrival.packs) {
    changes.packed.push(duplicate);
    // Of nearly all alerts of a storm there is nothing more to tell.
    if (device) return;
  } else changes.inserts.push({ entity: 'msdyn_iotalert', row: duplicateRow(duplicate) });
  step(changes, arrival, { under: parent, isFirst: false, isKnown: device !== undefined, ticket: undefined });
}

function deviceOf({ alert, device }: Arrival, { fresh }: Context): DeviceFacts | undefined {
  return fresh.size > 0 && fresh.has(alert.deviceId) ? fresh.get(alert.deviceId) : (device ?? undefined);
}

interface StepFacts {
  under: string | null;
  /** It is the first of its group. */
  isFirst: boolean;
  isKnown: boolean;
  ticket: OpenTicket | undefined;
}

/** What an alert means for its group beyond its windows, and the step itself, unless the duplicate tells it. */
function step(changes: Changes, arrival: Arrival, { under, isFirst, isKnown, ticket }: StepFacts): void {
  const { id, alert, groupKey, identity, packs } = arrival;
  const group = groupKey === null ? undefined : changes.groups.get(groupKey);
  if (groupKey === null || !group) return;
  const waits = isKnown ? undefined : alert.deviceId;
  const extras = { ...(ticket && { ticket }), ...(waits !== undefined && { waits }) };
  if (waits !== undefined) noteWaiting(changes, group, { id, deviceId: waits, groupKey, isFirst });
  note(group, { id, ...extras });
  if (under === null || !packs) changes.steps.push({ groupKey, id, time: alert.time, identity, under, ...extras });
}

/** Of a group that has no alerts yet there is no note, and none of a device that the group remembers reaches further back. */
function noteWaiting(
  changes: Changes,
  { waiting }: Group,
  { id, deviceId, groupKey, isFirst }: { id: string; deviceId: string; groupKey: string; isFirst: boolean },
): void {
  const since = noteTime(id);
  if (isNoted(waiting, { deviceId, since })) return;
  const earlier = changes.waiting.find((each) => each.deviceId === deviceId && each.groupKey === groupKey);
  if (earlier) earlier.since = Math.min(earlier.since, since);
  else {
    const unsure = !isFirst && waiting.every((each) => each.deviceId !== deviceId);
    changes.waiting.push({ deviceId, groupKey, since, unsure });
  }
}
