import { ServiceError } from '../domain/errors';
import { timeOf } from '../domain/field-values';
import type { Literal } from './filter';

/** A piece of a filter's text; `at` counts characters from 1. */
export type Token = { at: number; text: string } & (
  { kind: 'word' } | { kind: 'mark' } | { kind: 'value'; literal: Literal } | { kind: 'end' }
);

type Reader = { pattern: RegExp; read(text: string): Literal | 'word' | 'mark' | 'space' };

// In this order: a GUID may begin like a number or a word, a time like a number.
const readers: readonly Reader[] = [
  { pattern: /\s+/y, read: () => 'space' },
  {
    pattern: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy,
    read: (text) => ({ kind: 'literal', type: 'guid', value: text.toLowerCase() }),
  },
  {
    pattern: /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?(?![\w.:-])/iy,
    read: (text) => {
      const time = timeOf(text);
      if (time === undefined) throw new ServiceError('bad-request', `$filter: no such date or time: ${text}.`);
      return { kind: 'literal', type: 'time', value: time };
    },
  },
  {
    pattern: /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.:-])/iy,
    read: (text) => ({ kind: 'literal', type: 'number', value: Number(text) + 0 }),
  },
  {
    pattern: /'(?:[^']|'')*'/y,
    read: (text) => ({ kind: 'literal', type: 'text', value: text.slice(1, -1).replaceAll("''", "'") }),
  },
  {
    pattern: /(?:true|false)(?![\w/])/y,
    read: (text) => ({ kind: 'literal', type: 'boolean', value: text === 'true' }),
  },
  { pattern: /null(?![\w/])/y, read: () => ({ kind: 'literal', type: 'null', value: null }) },
  { pattern: /[A-Za-z_][\w.]*(?:\/[A-Za-z_][\w.]*)*/y, read: () => 'word' },
  { pattern: /[(),]/y, read: () => 'mark' },
];

/** Cuts a filter into tokens; the last one is the end. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const token = tokenAt(text, position);
    if (token.kind !== 'space') tokens.push(token);
    position += token.text.length;
  }
  return [...tokens, { at: text.length + 1, text: 'the end', kind: 'end' }];
}

function tokenAt(text: string, position: number): Token | { kind: 'space'; text: string } {
  for (const { pattern, read } of readers) {
    pattern.lastIndex = position;
    const match = pattern.exec(text)?.[0];
    if (match === undefined) continue;
    const piece = { at: position + 1, text: match };
    const meaning = read(match);
    if (meaning === 'space') return { kind: 'space', text: match };
    return typeof meaning === 'string' ? { ...piece, kind: meaning } : { ...piece, kind: 'value', literal: meaning };
  }
  const hint =
    text[position] === "'" ? 'the quote is not closed' : `'${text.slice(position, position + 20)}' is not understood`;
  throw new ServiceError('bad-request', `$filter: ${hint} (at character ${position + 1}).`);
}
