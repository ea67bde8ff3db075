/**
 * Everything a caller can do wrong or meet, by name. The doors turn a code into an HTTP status and a Dataverse code;
 * nothing else in the app knows either.
 */
export type ErrorCode =
  | 'bad-request' // malformed: JSON, path, query option, GUID
  | 'invalid-value' // a value of the wrong type, length or range
  | 'unknown-property'
  | 'read-only-property'
  | 'unknown-resource' // no such entity set, property or navigation
  | 'not-found' // no such record
  | 'already-exists' // key in use
  | 'in-use' // cannot be deleted while others need it
  | 'precondition-failed' // If-Match does not match
  | 'unsupported' // understood, but not offered
  | 'method-not-allowed' // the resource exists, but not for this HTTP method
  | 'unsupported-media-type' // a body of a kind that is not offered here
  | 'too-large' // a body beyond the limit
  | 'limit-exceeded' // would have to read or return more than the limit
  | 'unauthenticated' // nobody knows who calls
  | 'missing-role' // who calls may not do this
  | 'too-many' // a caller wants more than he is allowed in this time
  | 'not-allowed' // refused by a rule of the business
  | 'conflict' // refused by a rule of the business, as the records stand; says what to do first
  | 'queue-unreachable'
  | 'hub-unreachable'
  | 'hub-busy' // the hub throttles us
  | 'login-unreachable' // what tokens are verified with cannot be had
  | 'storage-unavailable';

/** The one error class of the app. `message` is written for the person who gets it: what was wrong, what is allowed. */
export class ServiceError extends Error {
  override name = 'ServiceError';
  /** Seconds after which it may be tried again, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfter?: number },
  ) {
    super(message, options);
    this.retryAfter = options?.retryAfter;
  }
}
