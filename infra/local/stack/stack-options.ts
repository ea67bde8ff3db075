/** What `npm start` was asked for. */
export interface StackOptions {
  port: number;
  data: string;
  /** Number of simulated devices. */
  fleet: number;
  /** Empty the data first. */
  fresh: boolean;
  /** Ask who calls: for tokens or access keys. */
  auth: boolean;
  /** Core Tools in place of our own Functions host. */
  func: boolean;
}

/** Where a stack says what it does: progress and figures to one, what needs attention to the other. */
export interface Output {
  say: (line: string) => void;
  warn: (line: string) => void;
}
