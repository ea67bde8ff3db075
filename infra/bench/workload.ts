import { seededRandom } from '../local/fleet/random';
import type { Random } from '../local/fleet/random';

/** One alert of a workload: a reading of one of the two kinds that a device raises. */
export interface BenchAlert {
  index: number;
  device: number;
  kind: (typeof kinds)[number];
  reading: number;
  /** Milliseconds. */
  time: number;
}

/** Alerts are grouped by device and type, so each device has two groups. Both types open a case. */
export const kinds = ['Anomaly', 'Preventive Maintenance'] as const;

export interface Workload {
  what: string;
  alerts: number;
  keys: number;
  /** The run is cut into so many equal parts that are timed one by one. */
  parts: number;
  batches: readonly Batch[];
  /** Gives the key of an alert after the first pass, which touches each key once. */
  draw: (keys: number, random: Random) => () => number;
}

export type Batch = 1 | 64 | 1000;

export type WorkloadName = keyof typeof workloads;

const evenly: Workload['draw'] = (keys, random) => () => Math.floor(random() * keys);

/** What is run: `infra/decisions/0022-the-benchmark.md` says why. */
export const workloads = {
  W1: { what: 'storm', alerts: 200_000, keys: 2_000, parts: 1, batches: [1, 64, 1000], draw: evenly },
  W2: { what: 'wide', alerts: 200_000, keys: 10_000, parts: 1, batches: [1000], draw: evenly },
  'W2-50k': { what: 'wider', alerts: 200_000, keys: 50_000, parts: 1, batches: [1000], draw: evenly },
  W3: { what: 'skew', alerts: 200_000, keys: 2_000, parts: 1, batches: [1000], draw: skewed },
  W4: { what: 'long', alerts: 1_000_000, keys: 2_000, parts: 10, batches: [1000], draw: evenly },
} as const satisfies Record<string, Workload>;

/** Zipf's law with exponent 1.1, and one device that raises three of ten. */
function skewed(keys: number, random: Random): () => number {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= keys; rank += 1) sums.push((sum += rank ** -1.1));
  return () => {
    if (random() < 0.3) return random() < 0.5 ? 0 : 1;
    const wanted = random() * sum;
    let low = 0;
    for (let high = keys - 1; low < high;) {
      const middle = (low + high) >> 1;
      if (sums[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

/** What alerts are made of. */
type Drawn = Pick<Workload, 'alerts' | 'keys' | 'draw'> & {
  /** So many keys belong to other alerts and are passed over; an even number, as each device has two. */
  others?: number;
};

const seed = 20_260_301;
const start = Date.parse('2026-03-01T08:00:00Z');
const span = 50_000;

/**
 * The alerts of a workload, always the same for the same arguments. All event times lie within 50 s, so that each key
 * has one window, one parent and one case.
 */
export function* alertsOf({ alerts, keys, draw, others = 0 }: Drawn): Generator<BenchAlert> {
  const random = seededRandom(seed);
  const next = draw(keys, random);
  for (let index = 0; index < alerts; index += 1) {
    const key = others + (index < keys ? index : next());
    yield {
      index,
      device: key >> 1,
      kind: kinds[key & 1]!,
      reading: 70 + Math.floor(random() * 400) / 10,
      time: start + Math.floor((index * span) / alerts),
    };
  }
}

/** The next `count` of them; unlike a loop, this leaves the generator open. */
export function* take<T>(items: Iterator<T>, count: number): Generator<T> {
  for (let i = 0; i < count; i += 1) {
    const { value, done } = items.next();
    if (done) return;
    yield value;
  }
}

export function deviceIdOf(device: number): string {
  return `device-${String(device).padStart(5, '0')}`;
}

/** A token of the length of a GUID. */
export function tokenOf(index: number): string {
  return `${index.toString(16).padStart(8, '0')}-0000-4000-8000-00000000beef`;
}

/** Cuts items into batches. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
