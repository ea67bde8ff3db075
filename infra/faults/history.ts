import type { AlertMark, Envelope } from './scene';

/** What was sent, and what of it was acknowledged. */
export interface History {
  /** By mark: an alert, and whether a message with it was acknowledged. */
  alerts: Map<string, AlertMark & { acknowledged: boolean }>;
  /** By mark: something poisonous, and whether its message was acknowledged. */
  poison: Map<string, boolean>;
  devices: Map<string, { hasAccount: boolean }>;
  /** What was handed over and never settled, in words: everything behind it waits for ever. */
  blocked: string[];
}

export function newHistory(): History {
  return { alerts: new Map(), poison: new Map(), devices: new Map(), blocked: [] };
}

/** Notes a message before it is sent: from here on its alerts may be there. */
export function noteSent({ alerts, poison }: History, envelope: Envelope): void {
  for (const alert of envelope.alerts) {
    if (!alerts.has(alert.mark)) alerts.set(alert.mark, { ...alert, acknowledged: false });
  }
  for (const mark of envelope.poison) if (!poison.has(mark)) poison.set(mark, false);
}

/**
 * Notes that a message was acknowledged: from here on its alerts must be there. A message of an earlier round that is
 * delivered again is that round's affair.
 */
export function noteAcknowledged({ alerts, poison }: History, envelope: Envelope): void {
  for (const { mark } of envelope.alerts) {
    const alert = alerts.get(mark);
    if (alert) alert.acknowledged = true;
  }
  for (const mark of envelope.poison) if (poison.has(mark)) poison.set(mark, true);
}
