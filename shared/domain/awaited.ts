import { placeInId } from './ids';

/*
 * Devices that are not known yet, whose alerts are linked to them once they are. A note of each (`Waiting`) says how far back its
 * alerts in a group reach; a group remembers what is noted.
 */

export interface Awaited {
  deviceId: string;
  /** The earliest note there is (ms), as `noteTime` says it. */
  since: number;
}

/** Devices that a group remembers. One that is forgotten is noted again with its next alert. */
export const awaitedKept = 100;

/** Notes reach back to a multiple of this (ms), so that alerts that come a little late need no other one. */
const grain = 3_600_000;

/** From when on a note has to reach to tell of this alert. One whose id a client chose stands behind all others. */
export function noteTime(alertId: string): number {
  const time = placeInId(alertId)?.time ?? 0;
  return time - (time % grain);
}

/** Whether there is a note that reaches so far back. */
export function isNoted(waiting: readonly Awaited[], { deviceId, since }: Awaited): boolean {
  for (const each of waiting) if (each.deviceId === deviceId) return each.since <= since;
  return false;
}

/** The devices that are waited for, with one more note. */
export function withNote(waiting: readonly Awaited[], note: Awaited): readonly Awaited[] {
  if (isNoted(waiting, note)) return waiting;
  return [...waiting.filter(({ deviceId }) => deviceId !== note.deviceId), note].slice(-awaitedKept);
}
