import type { Rule } from './rules';

/** A part of a message that could not be understood: one value of its array, or all of it. */
export interface MessagePart {
  value: number | 'all';
  /** Measures that rules did read in it: their alerts are there. */
  judged: readonly string[];
}

/** The part that a parked message is about, from its columns; undefined when it is not about any. */
export function readPart(value: string | null | undefined, judged: string | null | undefined): MessagePart | undefined {
  if (!value) return undefined;
  return { value: value === 'all' ? 'all' : Number(value), judged: JSON.parse(judged || '[]') as string[] };
}

/** The rules that have not read the part yet. Letter case of measures does not matter. */
export function rulesLeft(rules: readonly Rule[], { judged }: MessagePart): Rule[] {
  const done = new Set(judged.map((measure) => measure.toLowerCase()));
  return rules.filter(({ measure }) => !done.has(measure.toLowerCase()));
}

/** The measures of the rules that nothing was refused to. */
export function judgedBy(rules: readonly Rule[], refused: readonly string[]): string[] {
  const measures = new Set(rules.map(({ measure }) => measure.toLowerCase()));
  return [...measures].filter((measure) => !refused.includes(measure));
}
