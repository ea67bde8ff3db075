import { iso, ticketColumns, ticketOf, ticketRow } from '../domain/alert-rows';
import { convert } from '../domain/conversion';
import type { ConversionQuestion } from '../domain/conversion';
import type { Group, OpenTicket } from '../domain/group';
import { ServiceError } from '../domain/errors';
import { placeInId, shardOf } from '../domain/ids';
import { explain } from '../domain/reasons';
import { ticketsKept } from '../domain/steps';
import type { Alert, Device } from '../model/entities';
import type { Entry } from '../ports/alert-ledger';
import type { RecordStore, Stored } from '../ports/record-store';
import { factsOf } from './known-device';
import type { ParentDeps } from './parent-alert';
import { modifiedBy } from '../domain/stamps';

/** A race is lost only to somebody who made progress, so this bound is met by faults, not by load. */
const attempts = 50;

/**
 * Opens a case or a work order for a primary alert because somebody asks for it: the ticket as the response rules make it,
 * both links, the alert's state and the group's open tickets in one transaction. Its id follows from the alert's, so of many
 * callers one opens it and the others are refused. Answers the ticket's id.
 */
export async function convertAlert(id: string, kind: OpenTicket['kind'], deps: ParentDeps): Promise<string> {
  for (let lost = 0; lost < attempts; lost += 1) {
    const stored = await deps.records.get('msdyn_iotalert', id);
    if (!stored) throw new ServiceError('not-found', `msdyn_iotalerts(${id}) does not exist.`);
    const alert: Alert = stored.row;
    const exists = await ticketExists(alert, kind, deps.records);
    const question = { alert, kind, exists, ...(await accountsFor(alert, deps.records)) };
    const decision = convert(question);
    // A ticket without a link may have been opened since the alert was read: then the next look shows the link.
    if (decision.kind === 'refused' && exists && lost === 0) continue;
    if (decision.kind === 'refused') throw new ServiceError('conflict', decision.message);
    const { ticket } = decision;
    const groupKey = alert.ccs_groupkey ?? null;
    const shard = groupKey === null ? (placeInId(id)?.shard ?? shardOf(id)) : shardOf(groupKey);
    const keys = groupKey === null ? [] : [groupKey];
    const state = await deps.ledger.read(shard, keys, undefined, lost === 0 ? undefined : 'fresh');
    const entry = entryFor(stored, { ticket, question, groupKey, groups: state.groups, now: deps.now(), by: deps.by });
    if ((await deps.ledger.commit(shard, entry, state.version)).kind === 'committed') return ticket.id;
  }
  throw new ServiceError('storage-unavailable', `The group of ${id} changes faster than it can be written. Try again.`);
}

async function ticketExists(alert: Alert, kind: OpenTicket['kind'], records: RecordStore): Promise<boolean> {
  const opening = { kind: 'open', ticket: kind, account: '', reason: 'case-opened' } as const;
  const ticket = ticketOf(opening, alert.msdyn_iotalertid!, alert.ccs_groupkey ?? null)!;
  return (await records.get(kind === 'case' ? 'incident' : 'msdyn_workorder', ticket.id)) !== undefined;
}

async function accountsFor(alert: Alert, records: RecordStore) {
  const assetId = alert._msdyn_customerasset_value;
  const [device, asset] = await Promise.all([
    deviceOf(alert, records),
    assetId ? records.get('msdyn_customerasset', assetId) : undefined,
  ]);
  return { device, assetAccount: (asset?.row['_msdyn_account_value'] as string | undefined) ?? null };
}

/** The device that the alert leads to, or else the one with its Device ID, with what its category and asset say. */
async function deviceOf(alert: Alert, records: RecordStore): Promise<ConversionQuestion['device']> {
  const linked = alert._msdyn_device_value
    ? await records.get('msdyn_iotdevice', alert._msdyn_device_value)
    : undefined;
  const named =
    linked ??
    (alert.msdyn_deviceid ? await records.getByAlternateKey('msdyn_iotdevice', alert.msdyn_deviceid) : undefined);
  if (!named) return undefined;
  const device: Device = named.row;
  const { _msdyn_category_value: categoryId, _ccs_customerasset_value: assetId } = device;
  const [category, asset] = await Promise.all([
    categoryId ? records.get('msdyn_iotdevicecategory', categoryId) : undefined,
    assetId ? records.get('msdyn_customerasset', assetId) : undefined,
  ]);
  return { ...factsOf({ device, category: category?.row, asset: asset?.row }), msdyn_name: device.msdyn_name ?? null };
}

interface Opening {
  ticket: OpenTicket;
  question: ConversionQuestion;
  groupKey: string | null;
  groups: ReadonlyMap<string, Group>;
  now: number;
  by: string | undefined;
}

function entryFor({ row, etag }: Stored, { ticket, question, groupKey, groups, now, by }: Opening): Entry {
  const alert: Alert = row;
  const facts = question.device;
  const device = facts && { ...facts, asset: facts.asset ?? alert._msdyn_customerasset_value ?? null };
  const columns = {
    ...ticketColumns(ticket),
    ccs_reason: explain('ticket-asked-for', ticket.kind === 'case' ? 'case-opened' : 'workorder-opened'),
    ...modifiedBy(iso(now), by),
  };
  const after = [...groups].map(([key, group]): [string, Group] => [
    key,
    { ...group, tickets: [...group.tickets, ticket].slice(-ticketsKept) },
  ]);
  return {
    inserts: [ticketRow({ ...alert, ccs_groupkey: groupKey }, ticket, device, now, by)],
    merges: [{ entity: 'msdyn_iotalert', id: alert.msdyn_iotalertid!, row: columns, etag }],
    groups: new Map(after),
    packed: [],
    steps: [],
    ended: [],
    waiting: [],
  };
}
