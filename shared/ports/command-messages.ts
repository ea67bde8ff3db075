import type { Recipient, Sending } from '../domain/sending';

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

/** Cloud-to-device messages. */
export interface CommandMessages {
  /**
   * The device as the hub knows it, asked over a connection that stands. Throws `hub-unreachable`; then nothing was
   * sent.
   */
  lookAt(deviceId: string): Promise<Recipient>;
  /** Sends one message, once, and asks the hub for feedback. Does not throw for what the hub or the way to it does. */
  send(message: CommandMessage): Promise<Sending>;
}
