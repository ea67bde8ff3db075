/** How a part of the service is. `off`: it is not set up, or there is nothing to tell yet. */
export type HealthState = 'good' | 'attention' | 'down' | 'off';

/** What is found of one part. */
export interface Finding {
  part: string;
  state: HealthState;
  says: string;
  /** What to do about it, when there is something to do. */
  do?: string;
}

export interface Health {
  /** The worst that was found. */
  status: 'up' | 'attention' | 'down';
  parts: Finding[];
}

/** Beyond these, somebody should look. */
const most = { milliseconds: 3_000, waiting: 1_000, lagSeconds: 60 };

export function healthOf(parts: Finding[]): Health {
  const isFound = (state: HealthState) => parts.some((part) => part.state === state);
  return { status: isFound('down') ? 'down' : isFound('attention') ? 'attention' : 'up', parts };
}

/** A part that answered after so many milliseconds; undefined: it did not. */
export function answering(part: string, milliseconds: number | undefined, advice: string): Finding {
  if (milliseconds === undefined) return { part, state: 'down', says: 'does not answer', do: advice };
  const says = `answers in ${Math.round(milliseconds)} ms`;
  return milliseconds <= most.milliseconds
    ? { part, state: 'good', says }
    : { part, state: 'attention', says, do: advice };
}

/** A queue with what waits in it, and what was put aside because it failed again and again. */
export function queueFinding(queue: string, waiting: number, failed: number): Finding {
  const part = `queue ${queue}`;
  const says = `${waiting} wait, ${failed} failed`;
  if (failed > 0) {
    const advice = `See the errors of the function that reads ${queue}, mend the cause; what nobody takes out of ${queue}-poison, put back.`;
    return { part, state: 'attention', says, do: advice };
  }
  if (waiting > most.waiting) {
    return {
      part,
      state: 'attention',
      says,
      do: 'It is worked off at the pace of the hub. If it grows for hours, the hub needs more units.',
    };
  }
  return { part, state: 'good', says };
}

/** What waits for a person to read it. */
export function parkedFinding(count: number, isMore: boolean): Finding {
  const part = 'parked messages';
  if (count === 0) return { part, state: 'good', says: 'none' };
  const advice = 'Read ccs_parkedmessages: ccs_detail says what is wrong with each. Delete them when that is mended.';
  return { part, state: 'attention', says: isMore ? `${count} or more` : `${count}`, do: advice };
}

/** How far the events of a partition are dealt with. Whether newer ones wait in the hub is not known here. */
export function lagFinding(
  {
    partition,
    sequence,
    enqueued,
    handled,
  }: { partition: string; sequence: number; enqueued: number; handled: number },
  now: number,
): Finding {
  const part = `hub partition ${partition}`;
  const lag = Math.max(0, handled - enqueued) / 1000;
  const ago = Math.max(0, now - handled) / 1000;
  const says = `event ${sequence} was dealt with ${seconds(lag)} after the hub took it, ${seconds(ago)} ago`;
  if (lag <= most.lagSeconds) return { part, state: 'good', says };
  const advice =
    'It is behind. Look for failures of onIoTHubEvents; if there are none, more partitions or instances are needed.';
  return { part, state: 'attention', says, do: advice };
}

function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`;
}
