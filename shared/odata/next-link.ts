import type { Position } from '../domain/record-query';

/** Where a page ended: at `next`, after `shown` records of the `top` that `$top` asked for. */
interface PageEnd {
  next: Position;
  shown: number;
  top?: number;
}

/** The same question, from where a page ended; what `$top` asked for shrinks by what was returned. */
export function nextLink(address: string, asked: ReadonlyMap<string, string>, { next, shown, top }: PageEnd): string {
  const options = new Map(asked);
  if (top !== undefined) options.set('$top', String(top - shown));
  options.set('$skiptoken', next.kind === 'record' ? next.id : String(next.rank));
  const search = [...options].map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${address}?${search.join('&')}`;
}
