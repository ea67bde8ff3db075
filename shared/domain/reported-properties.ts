import { cutTo } from './clean-text';
import type { JsonObject } from './json-values';

/** What the column for reported properties holds. */
const longest = 8000;

/** Reported properties as they are kept, and what is to be said about them. */
export interface KeptProperties {
  /** Valid JSON, always. */
  text: string;
  /** Present when something had to be left out. */
  message?: string;
}

/** All of them when they fit, else without the largest ones. */
export function keptProperties(reported: JsonObject): KeptProperties {
  const whole = JSON.stringify(reported);
  if (whole.length <= longest) return { text: whole };
  const sized = Object.entries(reported)
    .map(([key, value]) => ({ key, size: JSON.stringify(key).length + JSON.stringify(value).length + 2 }))
    .toSorted((a, b) => a.size - b.size);
  const kept = new Set<string>();
  let length = 1;
  for (const { key, size } of sized) {
    length += size;
    if (length <= longest) kept.add(key);
  }
  const left = sized.filter(({ key }) => !kept.has(key)).toReversed();
  const named = left.slice(0, 5).map(({ key }) => `'${cutTo(key, 60)}'`);
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  return {
    text: JSON.stringify(Object.fromEntries(Object.entries(reported).filter(([key]) => kept.has(key)))),
    message:
      `The reported properties have ${whole.length} characters, of which ${longest} can be kept. ` +
      `Left out are the largest ones: ${named.join(', ')}${more}. The hub has them all.`,
  };
}
