import { alertState } from '../model/choices';
import type { Alert, Device } from '../model/entities';
import { ticketOf } from './alert-rows';
import type { DeviceFacts } from './device-facts';
import type { OpenTicket } from './group';

/** What is known when somebody asks for a case or a work order for an alert. */
export interface ConversionQuestion {
  alert: Alert;
  kind: OpenTicket['kind'];
  device: (DeviceFacts & Pick<Device, 'msdyn_name'>) | undefined;
  /** The account of the alert's own customer asset, which counts when the device has none. */
  assetAccount: string | null;
  /** Whether the ticket that belongs to this alert exists, although the alert does not lead to it. */
  exists: boolean;
}

export type Conversion =
  | { kind: 'open'; ticket: OpenTicket; reason: 'ticket-asked-for' }
  | { kind: 'refused'; reason: 'duplicate' | 'has-one' | 'closed' | 'unknown-device' | 'no-account'; message: string };

const names = { case: 'case', workorder: 'work order' } as const;

/**
 * Decides whether an alert can be turned into a case or a work order because somebody asks for it. One of each kind for a
 * primary alert that is open, and none without the account of the device or of its customer asset. A refusal says what to
 * do instead.
 */
export function convert({ alert, kind, device, assetAccount, exists }: ConversionQuestion): Conversion {
  const id = alert.msdyn_iotalertid!;
  const what = names[kind];
  const refused = (reason: (Conversion & { kind: 'refused' })['reason'], message: string): Conversion => ({
    kind: 'refused',
    reason,
    message: `msdyn_iotalerts(${id}) cannot be turned into a ${what}: ${message}`,
  });

  const parent = alert._msdyn_parentalert_value;
  if (parent) {
    return refused(
      'duplicate',
      `it is a duplicate. Create the ${what} for its primary alert, msdyn_iotalerts(${parent}).`,
    );
  }
  const own = kind === 'case' ? alert._msdyn_case_value : alert._msdyn_workorder_value;
  const set = kind === 'case' ? 'incidents' : 'msdyn_workorders';
  if (own) return refused('has-one', `it has one already, ${set}(${own}).`);
  const account = device?.account ?? assetAccount;
  const ticket = ticketOf(
    {
      kind: 'open',
      ticket: kind,
      account: account ?? '',
      reason: kind === 'case' ? 'case-opened' : 'workorder-opened',
    },
    id,
    alert.ccs_groupkey ?? null,
  )!;
  if (exists) return refused('has-one', `its ${what} exists already, ${set}(${ticket.id}), although the link is gone.`);
  if (alert.statecode !== alertState.Active && alert.statecode !== alertState.InProgress) {
    return refused('closed', 'it is closed. Set its statecode to 0 (Active) first.');
  }
  if (account) return { kind: 'open', ticket, reason: 'ticket-asked-for' };
  if (device) {
    const named = `device ${device.msdyn_name ?? ''} (msdyn_iotdevices(${device.id}))`;
    return refused('no-account', `${named} has no account. Set the device's Account (msdyn_Account) first.`);
  }
  const unknown = alert.msdyn_deviceid
    ? `no device with Device ID '${alert.msdyn_deviceid}' exists. Create it and set its Account (msdyn_Account) first.`
    : 'it names no device. Bind msdyn_Device to one with an Account (msdyn_Account) first.';
  return refused('unknown-device', unknown);
}
