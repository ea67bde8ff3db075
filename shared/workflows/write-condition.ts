import { ServiceError } from '../domain/errors';
import { describeKey } from '../domain/record-key';
import type { RecordKey } from '../domain/record-key';
import type { Stored } from '../ports/record-store';
import type { RecordChanges } from './record-changes';

/** What must be so for a write to take place, from `If-Match` and `If-None-Match`. */
export interface WriteCondition {
  /** The record must exist, and with `etags` have one of them. */
  mustExist: boolean;
  etags?: readonly string[];
  /** The record must not exist. */
  mustBeNew: boolean;
  /** A record that exists must have none of these ETags. */
  otherThan?: readonly string[];
  /** What a record that exists must hold. */
  holds?: RecordChanges;
}

/** A race is lost only to somebody who wrote, so this bound is met by very many writers of one record only. */
export const writeAttempts = 50;

/** Refuses the write when the record, or its absence, does not meet the condition. */
export function meetCondition(
  key: RecordKey,
  old: Stored | undefined,
  { mustExist, etags, mustBeNew, otherThan }: WriteCondition,
): void {
  if (!old) {
    if (mustExist) throw new ServiceError('not-found', `${describeKey(key)} does not exist.`);
    return;
  }
  if (mustBeNew) {
    throw new ServiceError(
      'precondition-failed',
      `${describeKey(key)} exists already, and If-None-Match says it must not.`,
    );
  }
  if (otherThan?.includes(old.etag)) {
    throw new ServiceError('precondition-failed', `${describeKey(key)} still has the ETag of If-None-Match.`);
  }
  if (etags && !etags.includes(old.etag)) {
    throw new ServiceError(
      'precondition-failed',
      `${describeKey(key)} has changed: its ETag is ${old.etag}, not that of If-Match.`,
    );
  }
}

/** A write that lost every race. */
export function contested(key: RecordKey): ServiceError {
  return new ServiceError(
    'precondition-failed',
    `${describeKey(key)} is changed by too many callers at once. Try again.`,
  );
}
