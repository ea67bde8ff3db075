import { logLines } from '../model/log-lines';
import type { LogId, LogLineName } from '../model/log-lines';
import { cutTo } from './clean-text';
import { errorType } from './error-type';

/** An id longer than this is cut: device ids come from outside. Where an error arose is ours. */
const longest = 200;
const longestPlace = 4_000;

/** A line as it is written: one line, whatever the ids hold. */
export function logText(name: LogLineName, ids: Readonly<Partial<Record<LogId, unknown>>> = {}): string {
  const { means, do: advice } = logLines[name];
  const known = Object.entries(ids).flatMap(([id, value]) =>
    value === null || value === undefined
      ? []
      : [[id, typeof value === 'string' ? cutTo(value, id === 'where' ? longestPlace : longest) : value]],
  );
  const json = known.length > 0 ? JSON.stringify(Object.fromEntries(known)) : '';
  return [`${name}: ${means}`, advice, json].filter(Boolean).join(' ');
}

/** Errors whose text is ours or the runtime's. That of others may quote what somebody sent. */
const ownWords = new Set(['ServiceError', 'TypeError', 'ReferenceError']);

/** What a log may say of an error: its kind, its text where that is nobody else's, and where it and its causes arose. */
export function errorIds(error: unknown): { reason: string; says?: string; where: string } {
  const says = error instanceof Error && ownWords.has(error.name) ? { says: error.message } : {};
  return { reason: errorType(error), ...says, where: placesOf(error).join(' ') };
}

function placesOf(error: unknown): string[] {
  const places: string[] = [];
  for (let each = error; each instanceof Error && places.length < 24; each = each.cause) {
    if (each !== error) places.push(`because of ${errorType(each)}`);
    const lines = each.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
    places.push(...lines.slice(0, 8).map((line) => line.trim()));
  }
  return places;
}
