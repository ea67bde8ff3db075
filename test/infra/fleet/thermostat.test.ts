import fc from 'fast-check';
import { seededRandom } from '../../../infra/local/fleet/random';
import { createThermostat, nextStep } from '../../../infra/local/fleet/thermostat';
import type { Pace, Reading, Step, Thermostat } from '../../../infra/local/fleet/thermostat';

const calm: Pace = { interval: 2000, repeat: 100, storm: false };
const storm: Pace = { ...calm, storm: true };

/** What a thermostat does in its first `milliseconds`, with the moment it does it. */
function story(index: number, pace: Pace, seed: number, milliseconds: number): { at: number; step: Step }[] {
  const random = seededRandom(seed);
  const steps: { at: number; step: Step }[] = [];
  let thermostat: Thermostat = createThermostat(index, pace);
  while (thermostat.elapsed < milliseconds) {
    const step = nextStep(thermostat, pace, random);
    steps.push({ at: thermostat.elapsed, step });
    thermostat = step.next;
  }
  return steps;
}

function readings(steps: { step: Step }[]): Reading[] {
  return steps.flatMap(({ step }) => (step.kind === 'read' ? [step.reading] : []));
}

const tooHigh = ({ temperature, humidity }: Reading) => temperature > 75 || humidity > 80;

describe('a simulated thermostat', () => {
  it('tells the same story for the same seed, and another one for another', () => {
    expect(story(3, calm, 7, 60_000)).toEqual(story(3, calm, 7, 60_000));
    expect(story(3, calm, 7, 60_000)).not.toEqual(story(3, calm, 8, 60_000));
  });

  it('is far above the thresholds during an excursion, well below them otherwise', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(), (index, seed) => {
        for (const { at, step } of story(index, calm, seed, 300_000)) {
          if (step.kind === 'resend') continue;
          const { from, until } = step.next.excursion;
          expect(tooHigh(step.reading)).toBe(at >= from && at < until);
          if (at < from) expect(step.reading.temperature < 69 && step.reading.humidity < 60).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('shows the first excursions within seconds, also when readings are rare', () => {
    const rare: Pace = { ...calm, interval: 60_000 };
    for (const pace of [calm, rare]) {
      const late = [0, 1, 2, 3, 4].filter((index) => !readings(story(index, pace, 1, 5000)).some(tooHigh));
      expect(late).toEqual([]);
    }
  });

  it('goes on having excursions, in temperature and in humidity', () => {
    const seen = readings(story(1, calm, 42, 3_600_000));
    expect(seen.filter(({ temperature }) => temperature > 75).length).toBeGreaterThan(50);
    expect(seen.filter(({ humidity }) => humidity > 80).length).toBeGreaterThan(5);
  });

  it('repeats itself ten times a second while it is the faulty one and too warm', () => {
    const faulty = story(0, calm, 1, 16_000).filter(({ at }) => at >= 1000 && at < 2000);
    const sound = story(1, calm, 1, 16_000).filter(({ at }) => at >= 1700 && at < 2700);
    expect(faulty).toHaveLength(10);
    expect(sound).toHaveLength(1);
  });

  it('has a token of its own for each reading, and now and then sends a message once more', () => {
    const steps = story(0, storm, 1, 60_000);
    const tokens = readings(steps).map(({ token }) => token);
    expect(new Set(tokens).size).toBe(tokens.length);
    expect(steps.length - tokens.length).toBeGreaterThan(30);
    for (const token of tokens)
      expect(token).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('is too warm at all times in a storm, whichever it is', () => {
    for (const index of [0, 1, 17]) expect(readings(story(index, storm, 3, 20_000)).every(tooHigh)).toBe(true);
  });

  it('always waits a while', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(), fc.integer({ min: 1, max: 10 }), (index, seed, interval) => {
        const pace = { interval, repeat: 1, storm: false };
        return story(index, pace, seed, 5000).every(({ step }) => step.wait >= 1);
      }),
      { numRuns: 20 },
    );
  });
});
