import { commandFeedback, commandStatus } from '../model/choices';
import type { Command } from '../model/entities';
import { iso } from './alert-rows';
import { sent } from './command';
import { guidOf } from './field-values';
import { isObject } from './json-values';
import { modifiedBy } from './stamps';

/** What became of a message that the hub had accepted. */
export interface FeedbackReport {
  commandId: string;
  deviceId: string;
  feedback: number;
  /** Milliseconds since 1970. */
  at: number;
}

/** The outcomes by the words of the hub, and what they mean to a person. */
const outcomes: Readonly<Record<string, { feedback: number; words: string }>> = {
  success: { feedback: commandFeedback.Delivered, words: 'Delivered: the device has taken it.' },
  expired: {
    feedback: commandFeedback.Expired,
    words: 'Expired: the device did not take it within its time to live. The IoT Hub has dropped it.',
  },
  deliverycountexceeded: {
    feedback: commandFeedback['Delivery Count Exceeded'],
    words: 'Not taken: the device got it as often as the IoT Hub delivers a message, and gave it back each time.',
  },
  rejected: { feedback: commandFeedback.Rejected, words: 'Rejected by the device.' },
  purged: { feedback: commandFeedback.Purged, words: 'Purged: the messages that waited for the device were removed.' },
};

/** The reports in a feedback message of the hub, a JSON array; what is none of ours counts as `unreadable`. */
export function readFeedback(text: string): { reports: FeedbackReport[]; unreadable: number } {
  const items = itemsIn(text);
  const reports = items.map(reportIn).filter((report) => report !== undefined);
  return { reports, unreadable: items.length - reports.length };
}

function itemsIn(text: string): readonly unknown[] {
  try {
    const json: unknown = JSON.parse(text);
    return Array.isArray(json) ? json : [json];
  } catch {
    return [text];
  }
}

function reportIn(item: unknown): FeedbackReport | undefined {
  if (!isObject(item)) return undefined;
  const { originalMessageId, deviceId, statusCode, enqueuedTimeUtc } = item;
  const commandId = guidOf(originalMessageId);
  const word = typeof statusCode === 'string' ? statusCode.toLowerCase() : '';
  const outcome = Object.hasOwn(outcomes, word) ? outcomes[word] : undefined;
  const at = typeof enqueuedTimeUtc === 'string' ? Date.parse(enqueuedTimeUtc) : Number.NaN;
  if (commandId === undefined || !outcome || typeof deviceId !== 'string' || Number.isNaN(at)) return undefined;
  return { commandId, deviceId, feedback: outcome.feedback, at };
}

/**
 * Columns of a command of which the hub reports; undefined when it knew. A message that was sent twice has two reports,
 * of which Delivered counts. A report proves that the hub had accepted the message, so an uncertain command is Sent by
 * it.
 */
export function reported(command: Command, { feedback, at }: FeedbackReport, now: number): Command | undefined {
  const known = command.ccs_feedback ?? undefined;
  if (known === feedback || known === commandFeedback.Delivered) return undefined;
  return {
    ...(command.msdyn_commandstatus !== commandStatus.Sent && sent(now)),
    msdyn_commandstatusreason: Object.values(outcomes).find((outcome) => outcome.feedback === feedback)!.words,
    ccs_feedback: feedback,
    ccs_feedbackon: iso(at),
    ...modifiedBy(iso(now)),
  };
}
