import type { InvocationContext } from '@azure/functions';
import { errorIds, logText } from '../domain/log-text';

/** Writes the faults of a request into its log. */
export function reportTo(context: Pick<InvocationContext, 'error'>): (error: unknown) => void {
  return (error) => context.error(logText('request-failed', errorIds(error)));
}
