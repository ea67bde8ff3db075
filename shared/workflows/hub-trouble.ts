import { ServiceError } from '../domain/errors';

/** Whether a failure says that the hub cannot be reached, or throttles us: it passes, so one waits. */
export function isHubTrouble(error: unknown): error is ServiceError {
  return error instanceof ServiceError && (error.code === 'hub-unreachable' || error.code === 'hub-busy');
}
