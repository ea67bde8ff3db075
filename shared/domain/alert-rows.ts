import {
  alertState,
  alertStatus,
  alertType,
  caseOrigin,
  caseState,
  caseStatus,
  plainState,
  plainStatus,
  priority,
  workOrderStatus,
} from '../model/choices';
import type { Row } from '../model/edm';
import type { Alert, Case, EntityName, WorkOrder } from '../model/entities';
import type { OpenTicket } from './group';
import type { DeviceFacts } from './device-facts';
import type { Arrival } from './fold';
import { dataText, descriptionOf } from './incoming';
import { makeId, placeInId, readableNumber, shardOf } from './ids';
import type { Response } from './response';
import { createdBy } from './stamps';

/** The record of a settled alert. */
export function alertRow(
  arrival: Arrival,
  device: Pick<DeviceFacts, 'id' | 'asset'> | undefined,
  reason: string,
  now: number,
  more: Row,
): Alert {
  const { id, alert, groupKey } = arrival;
  return {
    msdyn_iotalertid: id,
    msdyn_description: descriptionOf(alert),
    msdyn_alertdata: dataText(alert) || null,
    msdyn_alerttime: iso(alert.time),
    msdyn_alerttoken: alert.token,
    msdyn_alerttype: alert.type,
    _msdyn_device_value: device?.id ?? null,
    msdyn_deviceid: alert.deviceId,
    _msdyn_customerasset_value: device?.asset ?? null,
    ccs_readingtype: alert.readingType,
    ccs_reading: alert.reading,
    ccs_threshold: alert.threshold,
    ccs_ruleoutput: alert.ruleOutput,
    ccs_reason: reason,
    ccs_groupkey: groupKey,
    ccs_lastalerttime: iso(alert.time),
    statecode: alertState.Active,
    statuscode: alertStatus.Active,
    ...createdBy(iso(now)),
    ...arrival.columns,
    ...more,
  };
}

/** The ticket a parent is linked to: the one it joins, or a new one whose id follows from the alert's. */
export function ticketOf(response: Response, alertId: string, groupKey: string | null): OpenTicket | undefined {
  if (response.kind === 'join') return response.ticket;
  if (response.kind === 'nothing') return undefined;
  // A ticket stands in the shard of its alert, which is that of the group.
  const place = placeInId(alertId) ?? { time: 0, shard: shardOf(groupKey ?? alertId) };
  const { ticket: kind, account } = response;
  return { kind, account, id: makeId({ ...place, seed: `${kind} of ${alertId}` }) };
}

/** What a ticket changes on its alert. */
export function ticketColumns(ticket: OpenTicket | undefined): Alert {
  if (!ticket) return {};
  return ticket.kind === 'case'
    ? {
        _msdyn_case_value: ticket.id,
        statecode: alertState.InProgress,
        statuscode: alertStatus['In Progress - Case Created'],
      }
    : {
        _msdyn_workorder_value: ticket.id,
        statecode: alertState.InProgress,
        statuscode: alertStatus['In Progress - Work Order Created'],
      };
}

/** The record of a case or work order that an alert opened, made of the alert's record. */
export function ticketRow(
  alert: Alert,
  { kind, id, account }: OpenTicket,
  device: DeviceFacts | undefined,
  now: number,
  by?: string,
): { entity: EntityName; row: Row } {
  const importance =
    alert.msdyn_alerttype === alertType['Preventive Maintenance']
      ? priority.Low
      : (device?.priority ?? priority.Normal);
  const common = {
    _msdyn_iotalert_value: alert.msdyn_iotalertid!,
    ccs_groupkey: alert.ccs_groupkey ?? null,
    ...createdBy(iso(now), by),
  };
  if (kind === 'case') {
    const row: Case = {
      incidentid: id,
      title: alert.msdyn_description!,
      ticketnumber: `CAS-${readableNumber(id)}`,
      description: alert.msdyn_alertdata ?? null,
      _customerid_value: account,
      caseorigincode: caseOrigin.IoT,
      prioritycode: importance,
      statecode: caseState.Active,
      statuscode: caseStatus['In Progress'],
      ...common,
    };
    return { entity: 'incident', row };
  }
  const row: WorkOrder = {
    msdyn_workorderid: id,
    msdyn_name: `WO-${readableNumber(id)}`,
    msdyn_workordersummary: alert.msdyn_description!,
    msdyn_primaryincidentdescription: alert.msdyn_alertdata ?? null,
    _msdyn_serviceaccount_value: account,
    _msdyn_customerasset_value: device?.asset ?? null,
    msdyn_systemstatus: workOrderStatus.Unscheduled,
    ccs_prioritycode: importance,
    statecode: plainState.Active,
    statuscode: plainStatus.Active,
    ...common,
  };
  return { entity: 'msdyn_workorder', row };
}

/** Date and time as the Web API writes it. */
export function iso(time: number): string {
  return new Date(time).toISOString();
}
