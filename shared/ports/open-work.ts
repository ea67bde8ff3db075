/** What is to be done with a thing of this kind, and told to a queue. */
export type WorkKind = 'command' | 'connection' | 'connection-time' | 'data' | 'job' | 'twin';

/** A note that something is to be done. */
export interface OpenWork {
  /** What it is about, e.g. the id of a record. */
  key: string;
  /** Milliseconds since 1970. */
  since: number;
  /** What one must know to take it up, where the key does not say it; at most 30,000 characters. */
  about?: string;
}

/**
 * Notes of work that is not done yet. One is made before the work is told to anybody, so that whatever gets lost on the way is
 * found again: by those who look for old notes.
 */
export interface OpenWorkList {
  /** Takes the place of an earlier note of the same key. */
  note(kind: WorkKind, work: OpenWork): Promise<void>;
  /** Takes the note away, unless a later one took its place. */
  done(kind: WorkKind, work: OpenWork): Promise<void>;
  /** Puts a later time on a note (without `about`) that is still this one, or is gone; false when another time was put on it before. */
  renew(kind: WorkKind, work: OpenWork, since: number): Promise<boolean>;
  /** Notes that are older than `than`, at most `limit` of them. */
  olderThan(kind: WorkKind, than: number, limit: number): Promise<OpenWork[]>;
}
