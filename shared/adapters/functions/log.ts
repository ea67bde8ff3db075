import type { InvocationContext } from '@azure/functions';
import { logText } from '../../domain/log-text';
import { logLines } from '../../model/log-lines';
import type { Log } from '../../ports/log';

/** The log of one call of a function: the Functions host takes the lines, and knows the call and its trace. */
export function functionsLog(context: Pick<InvocationContext, 'debug' | 'info' | 'warn' | 'error'>): Log {
  return (line, ids) => context[logLines[line].level](logText(line, ids));
}
