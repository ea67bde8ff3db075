import { alertState, alertStatus, commandStatus } from '../model/choices';
import type { Row } from '../model/edm';
import type { Alert, Command } from '../model/entities';

/**
 * The last-command columns of a record that a settled command touches; undefined when it shows this command already, or
 * a later one.
 */
export function lastCommand(
  record: Row,
  { msdyn_iotdevicecommandid: id, ccs_settledon: on }: Command,
): Row | undefined {
  const { _msdyn_lastcommandsent_value: last, msdyn_lastcommandsenttime: time } = record;
  if (!on || (last === id && time === on)) return undefined;
  if (last !== id && typeof time === 'string' && Date.parse(time) > Date.parse(on)) return undefined;
  return { _msdyn_lastcommandsent_value: id, msdyn_lastcommandsenttime: on };
}

/**
 * What a settled command changes on the alert that it answers. An alert that is closed or inactive, or that has a case
 * or a work order, keeps its status: those say more than that something was sent.
 */
export function answered(alert: Alert, command: Command): Row | undefined {
  const columns = lastCommand(alert, command);
  if (!columns) return undefined;
  const isOpen = alert.statecode === alertState.Active || alert.statecode === alertState.InProgress;
  const hasTicket = alert._msdyn_case_value || alert._msdyn_workorder_value || ticketStatuses.has(alert.statuscode!);
  if (!isOpen || hasTicket) return columns;
  const isSent = command.msdyn_commandstatus === commandStatus.Sent;
  return {
    ...columns,
    statecode: alertState.InProgress,
    statuscode: alertStatus[isSent ? 'In Progress - Command Sent' : 'In Progress - Command Failed'],
  };
}

const ticketStatuses = new Set<number>([
  alertStatus['In Progress - Case Created'],
  alertStatus['In Progress - Work Order Created'],
]);
