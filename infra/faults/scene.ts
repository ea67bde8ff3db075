import type { Random } from '../local/fleet/random';

/** One message, and what must come of it once it is acknowledged. */
export interface Envelope {
  body: string;
  /** Alerts it holds, each by its mark; a mark that was sent before is the same alert again. */
  alerts: readonly AlertMark[];
  /** Parts that nobody can understand, each of which must be parked once. */
  poison: readonly string[];
}

/** An alert carries its mark in its JSON. Alerts of one device and episode belong to one window. */
export interface AlertMark {
  mark: string;
  device: string;
  episode: number;
}

export interface Scene {
  devices: readonly { deviceId: string; hasAccount: boolean }[];
  /** The next message. Any sender may send it, so groups are spread over the hub's partitions. */
  next(): Envelope;
}

interface SceneOptions {
  /** Makes device ids and marks unique. */
  name: string;
  /** Milliseconds. */
  now: number;
  random: Random;
}

const deviceCount = 10;
const withAccount = 8;
/** Device clocks are up to an hour off, either way; episodes lie further apart than any window reaches. */
const episodes = [-60, -30, 0, 30, 60].map((minutes) => minutes * 60_000);
/** Shorter than the window, so that whichever alert is the parent, all others of the episode are its duplicates. */
const episodeLength = 50_000;

/** What devices say in one round: alerts with and without a token, repeats, arrays, and what cannot be understood. */
export function createScene({ name, now, random }: SceneOptions): Scene {
  const devices = Array.from({ length: deviceCount }, (_, i) => ({
    deviceId: `${name}-d${i}`,
    hasAccount: i < withAccount,
  }));
  const repeatable: { body: object; mark: AlertMark }[] = [];
  let sent = 0;

  const below = (count: number) => Math.floor(random() * count);
  const unique = () => `${name}-m${(sent += 1)}`;

  function alert(): { body: object; mark: AlertMark } {
    const { deviceId: device } = devices[below(deviceCount)]!;
    const episode = below(episodes.length);
    const mark = { mark: unique(), device, episode };
    const hasToken = random() < 0.5;
    const body = {
      deviceid: device,
      readingtype: 'Temperature',
      reading: 70 + below(400) / 10,
      threshold: 70,
      time: new Date(now + episodes[episode]! + below(episodeLength)).toISOString(),
      mark: mark.mark,
      ...(hasToken && { eventtoken: mark.mark }),
    };
    if (hasToken) repeatable.push({ body, mark });
    return { body, mark };
  }

  const envelope = (items: readonly { body: object; mark: AlertMark }[], bare = items.length === 1): Envelope => ({
    body: JSON.stringify(bare ? items[0]!.body : items.map(({ body }) => body)),
    alerts: items.map(({ mark }) => mark),
    poison: [],
  });

  function poisonous(): Envelope {
    const mark = unique();
    const bodies = [
      `${mark} is not JSON`,
      JSON.stringify(mark),
      JSON.stringify({ readingtype: 'Temperature', reading: 'hot', mark }),
      JSON.stringify({ deviceid: 7, readingtype: 'Temperature', mark }),
    ];
    return { body: bodies[below(bodies.length)]!, alerts: [], poison: [mark] };
  }

  /** Two good alerts with something poisonous between them. */
  function mixed(): Envelope {
    const [first, last] = [alert(), alert()];
    const poison = unique();
    const bad = { deviceid: 'nobody', ruleoutput: 1, mark: poison };
    return {
      body: JSON.stringify([first.body, bad, last.body]),
      alerts: [first.mark, last.mark],
      poison: [poison],
    };
  }

  function next(): Envelope {
    const what = random();
    if (what < 0.07) return poisonous();
    if (what < 0.12) return mixed();
    if (what < 0.22) return envelope(Array.from({ length: 2 + below(4) }, alert), false);
    const again = what < 0.3 && repeatable.length > 0 ? repeatable[below(repeatable.length)]! : undefined;
    return envelope([again ?? alert()]);
  }

  return { devices, next };
}
