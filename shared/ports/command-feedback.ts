/** What the hub reports of messages that it accepted. */
export interface CommandFeedback {
  /**
   * Hands over every report that waits, one after the other, as the hub's text; each is gone when it was dealt with.
   * Ends when no more come. What fails in `handle` leaves its report, and those after it, for the next time. Throws
   * `hub-unreachable`.
   */
  take(handle: (text: string) => Promise<void>): Promise<void>;
}
