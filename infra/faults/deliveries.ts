import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../local/fleet/random';
import type { Delivery } from './host';
import type { HurtHost } from './hurt-host';
import type { Envelope } from './scene';

/** One partition of a hub that delivers at least once, and badly: twice, cut anew, out of order, to two hosts at once. */
export interface UnrulyPartition {
  /** Delivers new messages until told to stop, then goes on until every one of them is acknowledged. */
  run(options: UnrulyOptions): Promise<void>;
}

export interface UnrulyOptions {
  next: () => Envelope;
  random: Random;
  /** No new messages from here on. */
  until: AbortSignal;
  /** No more tries from here on. */
  giveUp: AbortSignal;
  sent: (envelope: Envelope) => void;
  acknowledged: (envelope: Envelope) => void;
  /** Told of a batch that was not settled before we gave up. */
  blocked: (what: string) => void;
}

type Event = Delivery['events'][number];

const largestBatch = 40;
const pauseAfterFailure = 100;

/** `partition` must not be one of the hub's own. It goes on counting from round to round. */
export function unrulyPartition(partition: string, hosts: readonly HurtHost[]): UnrulyPartition {
  const events: (Event & { envelope: Envelope })[] = [];

  async function run({ next, random, until, giveUp, sent, acknowledged, blocked }: UnrulyOptions): Promise<void> {
    const below = (count: number) => Math.floor(random() * count);
    const givenUp = aborted(giveUp).then(() => [false]);

    async function deliver(batch: readonly (typeof events)[number][]): Promise<void> {
      const wire = batch.map(({ sequence, enqueued, body }): Event => ({ sequence, enqueued, body }));
      while (!giveUp.aborted) {
        const first = below(hosts.length);
        const both = random() < 0.2;
        const asked = hosts.filter((_, i) => both || i === first);
        const settled = await Promise.race([Promise.all(asked.map((host) => host.deliver(partition, wire))), givenUp]);
        if (settled.includes(true)) return batch.forEach(({ envelope }) => acknowledged(envelope));
        await sleep(pauseAfterFailure);
      }
      blocked(
        `Partition ${partition}: the batch of ${batch.length} events from ${batch[0]!.sequence} on was never settled.`,
      );
    }

    for (let step = 0; !until.aborted; step += 1) {
      const from = events.length;
      for (let count = 1 + below(largestBatch); count > 0; count -= 1) {
        const envelope = next();
        sent(envelope);
        events.push({ sequence: events.length, enqueued: Date.now(), body: envelope.body, envelope });
      }
      const fresh = events.slice(from);
      // However short the round: something comes twice.
      for (const batch of step === 0 ? [fresh, fresh] : batchesFrom(events, from, random)) await deliver(batch);
      await sleep(below(200));
    }
  }

  return { run };
}

/** The events from a number on, at least once each, as an unruly hub hands them over. */
function batchesFrom<T>(events: readonly T[], from: number, random: Random): T[][] {
  const fresh = events.slice(from);
  const cut = Math.floor(random() * fresh.length);
  const pieces = [fresh.slice(0, cut), fresh.slice(cut)].filter((piece) => piece.length > 0);
  const earlier = events.slice(Math.max(0, from - Math.floor(random() * largestBatch)), from);
  const what = random();
  if (what < 0.2) return pieces;
  if (what < 0.35) return pieces.toReversed();
  if (what < 0.5) return [shuffled(fresh, random)];
  if (what < 0.7) return [[...earlier, ...fresh]];
  if (what < 0.9) return [...pieces, fresh];
  return earlier.length > 0 ? [earlier, fresh, shuffled(earlier, random)] : [fresh, fresh];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
