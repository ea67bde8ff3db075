/** What was dealt with last of a partition of the hub. */
export interface IngestMark {
  hub: string;
  partition: string;
  /** Of the newest event of the batch. */
  sequence: number;
  /** When the hub took that event; milliseconds. */
  enqueued: number;
  /** When the batch was durable; milliseconds. */
  handled: number;
}

/** One mark for each partition, for people to see how far the service is. Nothing is decided by it. */
export interface IngestMarks {
  /** Takes the place of the mark before. */
  note(mark: IngestMark): Promise<void>;
  /** By hub and partition. */
  all(): Promise<IngestMark[]>;
}
