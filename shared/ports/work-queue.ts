/** Messages that wait to be taken, each by one function, at least once. */
export interface WorkQueue<M extends object> {
  /**
   * Resolves when the message is kept; it is not to be seen for that many seconds. Throws `queue-unreachable` when it is not
   * known to be kept.
   */
  add(message: M, afterSeconds?: number): Promise<void>;
}
