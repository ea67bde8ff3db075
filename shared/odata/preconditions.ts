import type { WriteCondition } from '../workflows/write-condition';
import type { Message } from './message';

/** What `If-Match` and `If-None-Match` ask of a write. */
export function conditionOf({ headers }: Pick<Message, 'headers'>): WriteCondition {
  const match = etagsIn(headers.get('if-match'));
  const noneMatch = etagsIn(headers.get('if-none-match'));
  return {
    mustExist: match.length > 0,
    ...(match.length > 0 && !match.includes('*') && { etags: match }),
    mustBeNew: noneMatch.includes('*'),
    ...(noneMatch.length > 0 && { otherThan: noneMatch }),
  };
}

/** The ETags in a header, or `*`. A text that is no ETag matches nothing, so it is kept as it is. */
export function etagsIn(header: string | null): string[] {
  if (header === null || header.trim() === '') return [];
  return header.match(/(?:W\/)?"[^"]*"|[^\s,]+/g) ?? [];
}
