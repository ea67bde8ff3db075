import type { Duplicate } from '../../domain/duplicate';
import type { Step } from '../../domain/steps';
import type { Row } from '../../model/edm';

/*
 * What one commit did, as the compressed text in its log row. The first line is JSON: the steps, and lists that the
 * duplicates point into. Each duplicate is two lines: what stands beside its data, and its data, which is JSON mostly and
 * would only grow by being quoted. What its alert says is read in the data again (`understand`), unless it was not made of
 * that: then the first line is a JSON array of all values.
 */

/** What a log row tells of alerts and groups. */
export interface PackedBatch {
  packed: readonly Duplicate[];
  steps: readonly Step[];
  /** Groups that changed in another way: their rows, written with this log row, say how they are. */
  replaced: readonly string[];
  /** Groups whose rows were written with this log row. */
  saved: readonly string[];
}

/** The first line. */
export interface Head {
  created: number;
  steps: readonly Step[];
  replaced: readonly string[];
  saved: readonly string[];
  /** Beginnings of ids: all but the position. */
  places: string[];
  groups: string[];
  parents: string[];
  devices: [deviceId: string, record: string | null, asset: string | null][];
}

/** What stands beside the data of a duplicate, unless that tells it. */
export type Line = [
  id: string,
  time: number,
  group: number,
  parent: number,
  device: number,
  type: number,
  description: string | null,
  token: string | null,
  readingType: string | null,
  reading: number | null,
  threshold: number | null,
  ruleOutput: string | null,
  messageId: string | null,
  columns?: Row,
];
