/** What the service answered instead of a result, in its own words. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    /** HTTP status; 0 when nobody answered. */
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody answered: the service is down, or this machine is offline. */
export function isOffline(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}

/** Somebody else changed the record since it was read. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412 && error.code === '0x80060882';
}

/** The words for a person, of whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
