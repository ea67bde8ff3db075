/** One alert record, as a rule engine would send it. */
export interface BenchAlert {
  deviceid: string;
  readingtype: string;
  reading: number;
  eventtoken: string;
  threshold: number;
  ruleoutput: string;
  time: string;
}

/**
 * A storm (W1): `alerts` alerts of `devices` devices; the first pass touches each device once, the rest are spread evenly
 * at random. The same arguments give the same alerts. They take a tenth of a millisecond each, so all of a device's
 * lie within one window.
 */
export function storm({ alerts, devices }: { alerts: number; devices: number }): BenchAlert[] {
  const random = mulberry(20_260_301);
  const start = Date.parse('2026-03-01T08:00:00Z');
  const ids = deviceIdsOf(devices);
  return Array.from({ length: alerts }, (_, i) => ({
    deviceid: ids[i < devices ? i : Math.floor(random() * devices)]!,
    readingtype: 'Temperature',
    reading: 70 + Math.floor(random() * 400) / 10,
    eventtoken: `${i.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`,
    threshold: 70,
    ruleoutput: 'AlarmTemp',
    time: new Date(start + i / 10).toISOString(),
  }));
}

/** The devices that storm. */
export function deviceIdsOf(devices: number): string[] {
  return Array.from({ length: devices }, (_, i) => `device-${i}`);
}

/** Cuts alerts into batches. */
export function batchesOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** A small random number generator with a seed; numbers from 0 to 1. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
