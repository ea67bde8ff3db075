import { alertType, categoryResponse } from '../model/choices';
import type { OpenTicket } from './group';

/** What is known about the device of a parent alert when it is decided what the alert opens. */
export interface Respondent {
  /** The device's account, or else its customer asset's; null when neither has one. */
  account: string | null;
  /** `ccs_response` of the device's category; null without a category, which counts as Case. */
  response: number | null;
}

export type Response =
  | { kind: 'open'; ticket: OpenTicket['kind']; account: string; reason: 'case-opened' | 'workorder-opened' }
  | { kind: 'join'; ticket: OpenTicket; reason: 'joined-open-case' | 'joined-open-workorder' }
  | {
      kind: 'nothing';
      reason: 'information-only' | 'test-alert' | 'unknown-device' | 'category-opens-nothing' | 'no-account';
    };

/** Decides what a parent alert opens. Duplicates are never asked about: they open nothing. */
export function respond(question: {
  type: number;
  device: Respondent | undefined;
  /** Open cases and work orders of the alert's group. */
  tickets: readonly OpenTicket[];
  /** Whether a parent joins the group's open ticket instead of opening another. */
  joinOpenTicket: boolean;
}): Response {
  const { type, device, tickets, joinOpenTicket } = question;
  if (type === alertType.Info) return { kind: 'nothing', reason: 'information-only' };
  if (type === alertType.Test) return { kind: 'nothing', reason: 'test-alert' };
  if (!device) return { kind: 'nothing', reason: 'unknown-device' };
  if (device.response === categoryResponse.None) return { kind: 'nothing', reason: 'category-opens-nothing' };
  const { account } = device;
  if (!account) return { kind: 'nothing', reason: 'no-account' };
  const open = joinOpenTicket ? tickets.find((ticket) => ticket.account === account) : undefined;
  if (open) {
    return { kind: 'join', ticket: open, reason: open.kind === 'case' ? 'joined-open-case' : 'joined-open-workorder' };
  }
  return device.response === categoryResponse['Work order']
    ? { kind: 'open', ticket: 'workorder', account, reason: 'workorder-opened' }
    : { kind: 'open', ticket: 'case', account, reason: 'case-opened' };
}
