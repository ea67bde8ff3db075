import { randomGuid } from './random';
import type { Random } from './random';

/** How often a thermostat of this fleet speaks, in milliseconds. */
export interface Pace {
  /** Between two ordinary readings. */
  interval: number;
  /** Between two messages of a thermostat that repeats itself. */
  repeat: number;
  /** Every thermostat is too warm all the time and repeats itself. */
  storm: boolean;
}

/** One simulated thermostat. Its clock is its own: `elapsed` milliseconds since it was switched on. */
export interface Thermostat {
  faulty: boolean;
  elapsed: number;
  temperature: number;
  humidity: number;
  /** When it is above the threshold, and in which measure. The next one is planned as soon as one is over. */
  excursion: { measure: 'temperature' | 'humidity'; from: number; until: number };
}

export interface Reading {
  /** Degrees Fahrenheit. */
  temperature: number;
  /** Per cent. */
  humidity: number;
  token: string;
}

/** What it does now: send a new reading or the last message once more, unchanged. Then it waits. */
export type Step = { next: Thermostat; wait: number } & ({ kind: 'read'; reading: Reading } | { kind: 'resend' });

// Normal is well below the thresholds of the seeded categories (70 to 75 degrees, 80 per cent), an excursion well above.
const normal = { temperature: 62, humidity: 45 };
const resendShare = 0.1;

/** The thermostat with this index, counted from 0. The first one is the faulty one; they become too warm in turn. */
export function createThermostat(index: number, { storm }: Pace): Thermostat {
  const from = storm ? 0 : 1000 + ((index * 700) % 30_000);
  return {
    faulty: storm || index === 0,
    elapsed: 0,
    ...normal,
    excursion: { measure: 'temperature', from, until: storm ? Infinity : from + 15_000 },
  };
}

/** Decides what a thermostat says next and how long it is silent after that. */
export function nextStep(thermostat: Thermostat, pace: Pace, random: Random): Step {
  const current = thermostat.elapsed < thermostat.excursion.until ? thermostat : planned(thermostat, random);
  const { excursion, elapsed, faulty } = current;
  const tooHigh = elapsed >= excursion.from;
  const repeats = tooHigh && faulty;
  const wait = repeats ? pace.repeat : untilNext(current, pace, random);
  if (repeats && elapsed > excursion.from + pace.repeat && random() < resendShare) {
    return { kind: 'resend', wait, next: { ...current, elapsed: elapsed + wait } };
  }
  const temperature =
    tooHigh && excursion.measure === 'temperature'
      ? 80 + random() * 15
      : wander(current.temperature, normal.temperature, random);
  const humidity =
    tooHigh && excursion.measure === 'humidity'
      ? 86 + random() * 10
      : wander(current.humidity, normal.humidity, random);
  const reading = { temperature: tenths(temperature), humidity: tenths(humidity), token: randomGuid(random) };
  return {
    kind: 'read',
    reading,
    wait,
    next: {
      ...current,
      elapsed: elapsed + wait,
      // What it wanders from stays normal, so that it is back to normal at once when the excursion is over.
      temperature: excursion.measure === 'temperature' && tooHigh ? current.temperature : temperature,
      humidity: excursion.measure === 'humidity' && tooHigh ? current.humidity : humidity,
    },
  };
}

/** An excursion begins on time also when the interval is long; otherwise intervals vary a little, as clocks do. */
function untilNext({ elapsed, excursion }: Thermostat, { interval }: Pace, random: Random): number {
  const wait = Math.max(1, Math.round(interval * (0.9 + random() * 0.2)));
  const untilExcursion = excursion.from - elapsed;
  return untilExcursion > 0 ? Math.min(wait, untilExcursion) : wait;
}

function planned(thermostat: Thermostat, random: Random): Thermostat {
  const from = thermostat.elapsed + Math.round(30_000 + random() * 60_000);
  const until = from + Math.round(8000 + random() * 12_000);
  return { ...thermostat, excursion: { measure: random() < 0.8 ? 'temperature' : 'humidity', from, until } };
}

/** A random walk that is drawn back to `middle` and stays within 6 of it. */
function wander(value: number, middle: number, random: Random): number {
  const drawn = value + (middle - value) * 0.1 + (random() - 0.5) * 1.5;
  return Math.min(Math.max(drawn, middle - 6), middle + 6);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
