import type { Message } from './messages';

/** How a cloud-to-device message ended. */
export type Outcome = 'Success' | 'Expired' | 'DeliveryCountExceeded' | 'Rejected' | 'Purged';

/** One line of a feedback message, as a back end reads it. */
interface FeedbackRecord {
  originalMessageId: string;
  deviceId: string;
  deviceGenerationId: string;
  enqueuedTimeUtc: string;
  statusCode: Outcome;
  description: Outcome;
}

export type FeedbackFact = { feedback: FeedbackRecord } | { feedbackTaken: number };

/** What back ends asked to hear of their messages to devices, until one of them took it. */
export interface Feedback {
  report(command: { deviceId: string; generationId: string; message: Message }, outcome: Outcome): void;
  /** The records that wait, as one message, or undefined when there are none. They stay until `taken` is called. */
  next(): { body: Buffer; records: number } | undefined;
  taken(records: number): void;
  /** Calls back when there is something to take, until the returned function is called. */
  onReport(listener: () => void): () => void;
  restore(fact: FeedbackFact): void;
  facts(): Iterable<FeedbackFact>;
}

interface FeedbackOptions {
  save: (fact: FeedbackFact) => void;
  now: () => Date;
}

const mostInOneMessage = 64;
const mostWaiting = 10_000;

export function createFeedback({ save, now }: FeedbackOptions): Feedback {
  const waiting: FeedbackRecord[] = [];
  const listeners = new Set<() => void>();

  return {
    report({ deviceId, generationId, message }, outcome) {
      const wanted = outcome === 'Success' ? 'positive' : 'negative';
      if (message.ack !== 'full' && message.ack !== wanted) return;
      if (waiting.length >= mostWaiting) return; // nobody reads it; the service drops it after a while, too
      const feedback: FeedbackRecord = {
        originalMessageId: message.messageId ?? '',
        deviceId,
        deviceGenerationId: generationId,
        enqueuedTimeUtc: now().toISOString(),
        statusCode: outcome,
        description: outcome,
      };
      waiting.push(feedback);
      save({ feedback });
      // Outcomes that come together travel together.
      setImmediate(() => {
        for (const listener of listeners) listener();
      });
    },
    next() {
      const records = waiting.slice(0, mostInOneMessage);
      return records.length === 0 ? undefined : { body: Buffer.from(JSON.stringify(records)), records: records.length };
    },
    taken(records) {
      waiting.splice(0, records);
      save({ feedbackTaken: records });
    },
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    restore(fact) {
      if ('feedback' in fact) waiting.push(fact.feedback);
      else waiting.splice(0, fact.feedbackTaken);
    },
    *facts() {
      for (const feedback of waiting) yield { feedback };
    },
  };
}
