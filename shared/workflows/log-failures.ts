import type { Log } from '../ports/log';
import type { Ended } from './end-device-batch';

/** A line for each device that failed. */
export function logFailures({ action, failures }: Pick<Ended, 'action' | 'failures'>, log: Log): void {
  const line = action === 'Register' ? 'registration-failed' : 'device-job-failed';
  for (const { device } of failures) log(line, { device, action });
}
