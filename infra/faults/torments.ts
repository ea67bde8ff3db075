import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../local/fleet/random';
import type { Random } from '../local/fleet/random';
import type { Fate } from '../local/proxies/storage-proxy';
import type { HurtHost } from './hurt-host';
import type { HurtSystem } from './system';

/** What can be done to a system; each goes on beside the others. */
export const torments = ['hosts', 'storage', 'requests', 'events'] as const;
export type Torment = (typeof torments)[number];

export interface TormentOptions {
  which: readonly Torment[];
  seed: number;
  /** Ends the torment: each finishes what it is at and leaves its part whole. */
  until: AbortSignal;
  onKill: () => void;
}

/** Hurts a system until told to stop. What is done follows from the seed; what it meets is up to the machine. */
export async function torment(system: HurtSystem, { which, seed, until, onKill }: TormentOptions): Promise<void> {
  const lanes: Record<Torment, ((random: Random) => Promise<void>)[]> = {
    hosts: system.hosts.map((host) => (random: Random) => hurtOneHost(host, random, until, onKill)),
    storage: [(random) => hurtStorage(system, random, until)],
    requests: [(random) => hurtRequests(system, random, until)],
    events: [(random) => hurtEvents(system, random, until)],
  };
  const asked = torments.flatMap((name) => (which.includes(name) ? lanes[name] : []));
  await Promise.all(asked.map((lane, i) => lane(seededRandom(seed * 31 + i))));
}

const between = (random: Random, from: number, to: number) => from + random() * (to - from);

/** Waits, but not beyond the end. */
async function pause(milliseconds: number, until: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: until }).catch(() => undefined);
}

async function hurtOneHost(host: HurtHost, random: Random, until: AbortSignal, onKill: () => void): Promise<void> {
  while (!until.aborted) {
    await pause(between(random, 500, 2_500), until);
    const what = random();
    if (until.aborted) return;
    if (what < 0.25) {
      host.freeze();
      // Sometimes so long that the other host takes its partitions over: then two think that they own them.
      const long = random() < 0.2;
      await pause(long ? between(random, 10_500, 13_000) : between(random, 200, 2_500), until);
      host.thaw();
      continue;
    }
    if (what < 0.8) {
      onKill();
      await host.kill();
    } else await host.stop();
    await pause(between(random, 0, 600), until);
    await host.start();
  }
}

async function hurtStorage({ storage }: HurtSystem, random: Random, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await pause(between(random, 1_500, 4_000), until);
    const down = random() < 0.5;
    const length = between(random, 200, 1_200);
    if (until.aborted) return;
    if (down) await storage.stop();
    else storage.freeze();
    await pause(length, until);
    if (down) await storage.start();
    else storage.thaw();
  }
}

/** The storage's moods: what share of its requests goes wrong, and how. */
const moods: ((random: Random) => Fate)[] = [
  () => ({ kind: 'pass' }),
  (random) =>
    random() < 0.3 ? { kind: 'refused', status: ([429, 500, 503] as const)[Math.floor(random() * 3)]! } : pass,
  (random) => (random() < 0.2 ? { kind: 'cut-before' } : pass),
  (random) => (random() < 0.2 ? { kind: 'cut-after' } : pass),
  (random) => (random() < 0.3 ? { kind: 'slow', milliseconds: between(random, 50, 800) } : pass),
  (random) => (random() < 0.05 ? { kind: 'silent' } : pass),
];
const pass: Fate = { kind: 'pass' };

async function hurtRequests({ setFate }: HurtSystem, random: Random, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    const mood = moods[Math.floor(random() * moods.length)]!;
    setFate(() => mood(random));
    await pause(between(random, 300, 1_500), until);
  }
  setFate(() => pass);
}

async function hurtEvents({ cutEvents }: HurtSystem, random: Random, until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    await pause(between(random, 800, 1_200), until);
    cutEvents();
  }
}
