import { ServiceError } from './errors';

/** What kind of error it is, in a word that holds nothing of what somebody sent: our code, or the name of its class. */
export function errorType(error: unknown): string {
  if (error instanceof ServiceError) return error.code;
  return error instanceof Error && /^\w{1,60}$/.test(error.name) ? error.name : 'unknown';
}
