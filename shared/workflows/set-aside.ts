import { ServiceError } from '../domain/errors';
import type { TooMuchAtOnce } from '../ports/alert-ledger';
import type { Work } from './settle-parts';

/**
 * Takes out the first alert that is still to be settled, because the storage takes no transaction even with it alone: nobody is
 * to wait behind it for ever. A device's alert is parked, before the marks move on; whoever sent it in a request is told.
 */
export async function setFirstAside(work: readonly Work[], cause: TooMuchAtOnce): Promise<void> {
  const part = work.find(({ arrivals }) => arrivals.length > 0)!;
  const [first, ...others] = part.arrivals;
  const words = `The storage takes no transaction with this alert: ${cause.message}`;
  if (part.origin) {
    await part.origin.setAside(first!, words);
    part.arrivals = others;
  } else {
    part.settled.refusal = new ServiceError('invalid-value', words, { cause });
    part.arrivals = [];
  }
}
