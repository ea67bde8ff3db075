import { RestError } from '@azure/data-tables';
import { ServiceError } from '../../domain/errors';

/** Whether Table Storage answered with this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof RestError && error.statusCode === status;
}

/**
 * What to throw in place of an error of the storage client: no answer, throttling and server errors become
 * `storage-unavailable`, the refusals get their name, and everything else (a fault of ours) stays what it is.
 */
export function translate(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return new ServiceError('storage-unavailable', 'Storage did not answer in time. Try again.', { cause: error });
  }
  if (!(error instanceof RestError)) return error;
  const { statusCode: status } = error;
  if (status === undefined || status === 429 || status === 408 || status >= 500) {
    return new ServiceError('storage-unavailable', 'Storage is busy or cannot be reached. Try again.', {
      cause: error,
    });
  }
  if (status === 404) return new ServiceError('not-found', 'No such row in storage.', { cause: error });
  if (status === 409) return new ServiceError('already-exists', 'The row exists in storage already.', { cause: error });
  if (status === 412) return new ServiceError('precondition-failed', 'The row changed in storage.', { cause: error });
  return error;
}
