/** A message as every protocol carries it, in either direction. */
export interface Message {
  body: Buffer;
  messageId?: string;
  correlationId?: string;
  userId?: string;
  to?: string;
  contentType?: string;
  contentEncoding?: string;
  /** Milliseconds since 1970. */
  creationTime?: number;
  /** Milliseconds since 1970. */
  expires?: number;
  /** Which outcomes of a cloud-to-device message the back end wants to hear of. */
  ack?: Acknowledgement;
  /** System properties that travel as annotations, like `dt-subject`. */
  annotations?: Record<string, string>;
  /** Application properties. */
  properties: Record<string, string>;
}

/** A message on its way to a device, as the device's link gets it. */
export interface Delivery {
  message: Message;
  lockToken: string;
  sequence: number;
  /** How often it was handed over before. */
  deliveryCount: number;
  enqueued: number;
}

const acknowledgements = ['none', 'positive', 'negative', 'full'] as const;
export type Acknowledgement = (typeof acknowledgements)[number];

export function acknowledgement(text: unknown): Acknowledgement | undefined {
  return acknowledgements.find((known) => known === text);
}

/** The largest device-to-cloud message, body and properties together. */
export const largestEvent = 256 * 1024;
/** The largest cloud-to-device message. */
export const largestCommand = 64 * 1024;

/** Bytes a message counts for: the body and what stands in its properties. */
export function sizeOf(message: Message): number {
  let bytes = message.body.length;
  for (const [name, value] of Object.entries(message.properties)) bytes += name.length + value.length;
  for (const value of [message.messageId, message.correlationId, message.userId, message.contentType]) {
    bytes += value?.length ?? 0;
  }
  return bytes;
}
