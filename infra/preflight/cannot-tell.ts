import { unknown } from './finding';
import type { CheckName, Finding } from './finding';
import type { Answer } from './service';

type Without = Exclude<Answer<unknown>, { kind: 'answered' }>;

/** The finding when there was no answer to judge by. */
export function cannotTell(check: CheckName, answer: Without): Finding {
  switch (answer.kind) {
    case 'unreachable':
      return unknown(check, `${answer.why}.`, 'Connect to the internet, or let the proxy through, and try again.');
    case 'throttled':
      return unknown(
        check,
        'Azure is asked too much at the moment and did not answer.',
        `Try again in ${Math.max(60, answer.seconds)} seconds.`,
      );
    case 'expired':
      return unknown(check, 'The login was not accepted.', 'Run "az login" again.');
    case 'refused':
      return unknown(
        check,
        `Azure refused to tell (${answer.status} ${answer.code}): ${answer.message}`,
        'Ask for the role Reader on the subscription, or let somebody who has it run this.',
      );
  }
}
