/** A command as the hub gets it. */
export interface CommandMessage {
  deviceId: string;
  /** The id of the command. */
  messageId: string;
  /** JSON. */
  body: string;
  /** After this the hub drops the message; milliseconds since 1970. */
  expires: number;
  /** Above 1, the device may have got the same message before. */
  attempt: number;
}

/** What the hub knows of a device that something is to be sent to. */
export type Recipient = { kind: 'known'; waiting: number } | { kind: 'unknown' };

/** What became of a send. */
export type Sending =
  | { kind: 'accepted' }
  /** The hub has not taken it and will not. */
  | { kind: 'refused'; reason: 'unknown-device' | 'queue-full' | 'too-large' | 'not-understood' }
  /** The hub has not taken it now, and may later. */
  | { kind: 'not-now'; why: string }
  /** The answer was lost: nobody knows. */
  | { kind: 'uncertain'; why: string };

/** Cloud-to-device messages. */
export interface CommandMessages {
  /** The device as the hub knows it, asked over a connection that stands. Throws `hub-unreachable`; then nothing was sent. */
  lookAt(deviceId: string): Promise<Recipient>;
  /** Sends one message, once, and asks the hub for feedback. Does not throw for what the hub or the way to it does. */
  send(message: CommandMessage): Promise<Sending>;
}
