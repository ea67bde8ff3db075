/** A device whose twin is to be brought up to date. */
export interface TwinWork {
  /** Id of its record. */
  device: string;
  /** Of the note that goes with it, in milliseconds. */
  since: number;
}
