import type { Row } from '../model/edm';
import type { EntityName } from '../model/entities';
import { alertRow, iso, ticketColumns, ticketOf, ticketRow } from './alert-rows';
import type { DeviceFacts } from './alert-rows';
import type { Group, Verdict } from './debounce';
import type { Arrival, Fold } from './fold';
import { placeInId } from './ids';
import { explain } from './reasons';
import { respond } from './response';
import type { Response } from './response';
import { modifiedBy } from './stamps';

/** Rows to write in one transaction. */
export interface Changes {
  inserts: { entity: EntityName; row: Row }[];
  /** Columns to set on parents that already have a row. */
  merges: { entity: EntityName; id: string; row: Row }[];
  groups: Map<string, Group>;
  /** Alerts whose device is not known yet: noted, so that they are linked when it appears. */
  waiting: { deviceId: string; groupKey: string; since: number }[];
  outcomes: Outcome[];
}

/** What became of an alert, and why. */
export interface Outcome {
  id: string;
  verdict: Verdict['kind'];
  response: Response['kind'] | null;
  reason: string;
  deviceId: string;
}

/** Turns a fold into rows, asking for each parent what it opens. Pure but for the groups of the fold, which take on the tickets. */
export function compose(
  { settled, groups }: Fold,
  context: { devices: ReadonlyMap<string, DeviceFacts>; joinOpenTicket: boolean; now: number },
): Changes {
  const { devices, joinOpenTicket, now } = context;
  const changes: Changes = { inserts: [], merges: [], groups, waiting: [], outcomes: [] };
  const parents = new Map<string, Row>();
  const touched = new Map<string, { duplicates: number; latest: number }>();
  for (const { arrival, verdict } of settled) {
    const { id, alert, groupKey } = arrival;
    const group = groupKey === null ? undefined : groups.get(groupKey);
    const device = devices.get(alert.deviceId);
    const outcome = { id, verdict: verdict.kind, deviceId: alert.deviceId };
    if (verdict.kind === 'repeat') {
      changes.outcomes.push({ ...outcome, response: null, reason: explain(verdict.reason) });
      continue;
    }
    if (!device && groupKey !== null) noteWaiting(changes, group, arrival, groupKey);
    if (verdict.kind === 'duplicate') {
      const { parent, duplicates, latest } = verdict.window;
      touched.set(parent, { duplicates, latest });
      const reason = explain(verdict.reason);
      changes.inserts.push({
        entity: 'msdyn_iotalert',
        row: alertRow(arrival, device, reason, now, { _msdyn_parentalert_value: parent }),
      });
      changes.outcomes.push({ ...outcome, response: null, reason });
      continue;
    }
    const response = respond({ type: alert.type, device, tickets: group?.tickets ?? [], joinOpenTicket });
    const reason = explain(verdict.reason, response.reason);
    const ticket = ticketOf(response, id, groupKey);
    if (response.kind === 'open' && ticket) {
      changes.inserts.push(ticketRow(arrival, ticket, device, now));
      if (group) group.tickets = [...group.tickets, ticket].slice(-ticketsKept);
    }
    const row = alertRow(arrival, device, reason, now, { ccs_duplicatecount: 0, ...ticketColumns(ticket) });
    parents.set(id, row);
    changes.inserts.push({ entity: 'msdyn_iotalert', row });
    changes.outcomes.push({ ...outcome, response: response.kind, reason });
  }
  count(changes, parents, touched, now);
  return changes;
}

/** Open tickets remembered of one group; more than one only where a group spans several accounts. */
export const ticketsKept = 100;
const waitingKept = 100;

/** Writes the counts of duplicates into parents: those inserted here, and those that have a row already. */
function count(
  changes: Changes,
  parents: ReadonlyMap<string, Row>,
  touched: ReadonlyMap<string, { duplicates: number; latest: number }>,
  now: number,
): void {
  for (const [id, { duplicates, latest }] of touched) {
    const columns = { ccs_duplicatecount: duplicates, ccs_lastalerttime: iso(latest) };
    const here = changes.inserts.find(({ row }) => row === parents.get(id));
    if (here) here.row = { ...here.row, ...columns };
    else changes.merges.push({ entity: 'msdyn_iotalert', id, row: { ...columns, ...modifiedBy(iso(now)) } });
  }
}

function noteWaiting(changes: Changes, group: Group | undefined, arrival: Arrival, groupKey: string): void {
  const { deviceId } = arrival.alert;
  const place = placeInId(arrival.id);
  const noted = group?.waiting.includes(deviceId);
  // An alert whose id a client chose stands behind all others, where a note from before does not reach.
  if (!group || (noted && place)) return;
  if (!noted) group.waiting = [...group.waiting, deviceId].slice(-waitingKept);
  changes.waiting.push({ deviceId, groupKey, since: place?.time ?? 0 });
}
