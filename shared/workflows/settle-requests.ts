import { itemsPerEvent } from '../domain/coverage';
import { ServiceError } from '../domain/errors';
import type { Arrival, Fold } from '../domain/fold';
import { posted, serialId } from '../domain/ids';
import type { AlertLedger, Receipt } from '../ports/alert-ledger';
import type { Request, Settled, Work } from './settle-parts';

/*
 * Requests over the Web API that may come again: what is written for one is noted in the same commit (`Receipt`), and who
 * sends it again is told the ids of the first time.
 */

/** Of tries of one request the first: what it writes tells the others their ids. */
export function withoutRepeats(work: readonly Work[]): readonly Work[] {
  const keys = new Set<string>();
  return work.filter(({ request }) => !request || (!keys.has(request.key) && keys.add(request.key)));
}

/** Takes out what an earlier try of the same request has written, and tells its ids; or all of it, when it is refused. */
export async function skipWritten(work: readonly Work[], shard: number, ledger: AlertLedger): Promise<void> {
  await Promise.all(
    work.map(async (part) => {
      if (part.request) skipTold(part, await ledger.receipts(shard, part.request.key), part.request);
    }),
  );
}

function skipTold(part: Work, receipts: readonly Receipt[], request: Request): void {
  if (isOfAnother(receipts, request)) {
    part.settled.refusal = keyInUse();
    part.arrivals = [];
    return;
  }
  const ids = idsIn(receipts);
  for (const { target } of part.arrivals) {
    const id = target && ids.get(target.index);
    if (id !== undefined) part.settled.ids.set(target!.index, id);
  }
  part.arrivals = part.arrivals.filter(({ target }) => target === undefined || !ids.has(target.index));
}

/** The ids in the receipts of a request; refused with `conflict` when they are those of another one. */
export function idsTold(receipts: readonly Receipt[], request: Request): Map<number, string> {
  if (isOfAnother(receipts, request)) throw keyInUse();
  return idsIn(receipts);
}

function isOfAnother(receipts: readonly Receipt[], { body }: Request): boolean {
  return receipts.some((receipt) => receipt.body !== body);
}

function idsIn(receipts: readonly Receipt[]): Map<number, string> {
  return new Map(receipts.flatMap(({ targets }) => [...targets]));
}

/** The answer to who uses a key for two different requests. */
export function keyInUse(): ServiceError {
  return new ServiceError('conflict', 'This Idempotency-Key was used for another request. Choose a new one for each.');
}

/** Gives arrivals with a target their ids, which lead to the commit that they are written with. */
export function nameTargets(arrivals: readonly Arrival[], shard: number, number: number): boolean {
  let isNumbered = false;
  for (let i = 0; i < arrivals.length; i += 1) {
    const arrival = arrivals[i]!;
    if (!arrival.target) continue;
    const place = { time: arrival.target.created, shard };
    arrival.id = serialId(place, { source: posted, position: number * itemsPerEvent + i });
    isNumbered = true;
  }
  return isNumbered;
}

/** Those that are events of earlier alerts. */
export function repeatsIn(settled: Fold['settled']): ReadonlySet<Arrival> {
  return new Set(settled.flatMap(({ arrival, verdict }) => (verdict.kind === 'repeat' ? [arrival] : [])));
}

/** What became of the targets of these arrivals. */
export function tellTargets(arrivals: readonly Arrival[], repeats: ReadonlySet<Arrival>, told: Settled): void {
  for (const arrival of arrivals) {
    if (!arrival.target) continue;
    if (repeats.has(arrival)) told.repeats.push(arrival.target.index);
    else told.ids.set(arrival.target.index, arrival.id);
  }
}

/** What the senders of the first so many arrivals are to be told again. */
export function receiptsFor(work: readonly Work[], count: number): Receipt[] {
  let left = count;
  return work.flatMap(({ arrivals, request }): Receipt[] => {
    const mine = arrivals.slice(0, left);
    left -= mine.length;
    if (!request || mine.length === 0) return [];
    return [{ ...request, targets: mine.map(({ target, id }) => [target!.index, id] as const) }];
  });
}
