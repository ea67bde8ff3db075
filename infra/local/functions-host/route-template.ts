import { constraintOf } from './route-constraints';
import type { Constraint } from './route-constraints';
import { StartError } from './start-error';

export interface RouteParameter {
  name: string;
  optional: boolean;
  catchAll: boolean;
  default: string | undefined;
  constraints: Constraint[];
}

export type Part = { literal: string } | { parameter: RouteParameter };

/** One piece between two slashes. More than one part means literals and parameters side by side, as in `orders({id})`. */
export interface Segment {
  parts: Part[];
  /** The one parameter that fills the segment, or undefined. */
  parameter: RouteParameter | undefined;
  /** The lower-cased literal that fills the segment, or undefined. */
  literal: string | undefined;
  /** For several parts, one group per parameter; the second one is without an optional extension. */
  patterns: RegExp[];
}

export interface RouteTemplate {
  text: string;
  segments: Segment[];
}

/**
 * Parses an ASP.NET Core route template: `{a}`, `{a?}`, `{a=x}`, `{*rest}`, `{a:int:min(1)}`, `file.{ext?}`, `{{` for a
 * brace. Throws a StartError that says what is wrong with it.
 */
export function parseTemplate(text: string): RouteTemplate {
  const trimmed = text.replaceAll(/^~?\/|\/$/g, '');
  const segments = trimmed === '' ? [] : splitOutsideBraces(trimmed, '/', text).map((piece) => toSegment(piece, text));
  const early = segments.slice(0, -1).find(({ parameter }) => parameter?.catchAll);
  if (early) throw new StartError(`route "${text}": a catch-all parameter must be the last segment.`);
  return { text, segments };
}

/** The route values when the template matches the decoded path segments, otherwise undefined. */
export function matchTemplate({ segments }: RouteTemplate, path: string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const { parameter } = segment;
    if (parameter?.catchAll) {
      const rest = path.slice(index).join('/') || parameter.default;
      return rest === undefined || take(values, parameter, rest) ? values : undefined;
    }
    const piece = path[index];
    if (piece === undefined || piece === '') {
      if (!parameter || piece === '') return undefined;
      if (parameter.default !== undefined) values[parameter.name] = parameter.default;
      else if (!parameter.optional) return undefined;
    } else if (!matchSegment(segment, piece, values)) {
      return undefined;
    }
  }
  return path.length > segments.length ? undefined : values;
}

/** Whether one non-empty piece of a path fits the segment; its values are added to `values`. */
export function matchSegment(segment: Segment, piece: string, values: Record<string, string>): boolean {
  if (segment.literal !== undefined) return segment.literal === piece.toLowerCase();
  if (segment.parameter) return take(values, segment.parameter, piece);
  const match = segment.patterns.map((pattern) => pattern.exec(piece)).find(Boolean);
  if (!match) return false;
  const parameters = segment.parts.flatMap((part) => ('parameter' in part ? [part.parameter] : []));
  return parameters.every((parameter, index) => {
    const value = match[index + 1];
    return value === undefined || take(values, parameter, value);
  });
}

function take(values: Record<string, string>, parameter: RouteParameter, value: string): boolean {
  if (!parameter.constraints.every(({ accepts }) => accepts(value))) return false;
  values[parameter.name] = value;
  return true;
}

function toSegment(piece: string, template: string): Segment {
  const parts = toParts(piece, template);
  const only = parts.length === 1 ? parts[0]! : undefined;
  return {
    parts,
    parameter: only && 'parameter' in only ? only.parameter : undefined,
    literal: only && 'literal' in only ? only.literal.toLowerCase() : undefined,
    patterns: only ? [] : patternsOf(parts),
  };
}

// Matching takes as much as it can for the parameter on the left, which is what matching from the right comes to.
function patternsOf(parts: Part[]): RegExp[] {
  const pattern = (some: Part[]): RegExp => {
    const source = some.map((part) => ('literal' in part ? escapeRegExp(part.literal) : '(.+)')).join('');
    return new RegExp(`^${source}$`, 'is');
  };
  const last = parts.at(-1)!;
  const isOptional = 'parameter' in last && last.parameter.optional;
  return isOptional ? [pattern(parts), pattern(parts.slice(0, -2))] : [pattern(parts)];
}

function toParts(piece: string, template: string): Part[] {
  const parts: Part[] = [];
  let literal = '';
  for (let i = 0; i < piece.length; i++) {
    const char = piece[i]!;
    if ((char === '{' || char === '}') && piece[i + 1] === char) {
      literal += char;
      i += 1;
    } else if (char === '{') {
      const end = closingBrace(piece, i, template);
      if (literal) parts.push({ literal });
      literal = '';
      parts.push({ parameter: toParameter(piece.slice(i + 1, end), template) });
      i = end;
    } else if (char === '}') {
      throw new StartError(`route "${template}": "}" without "{".`);
    } else {
      literal += char;
    }
  }
  if (literal) parts.push({ literal });
  checkParts(parts, template);
  return parts;
}

function checkParts(parts: Part[], template: string): void {
  if (parts.length === 0) throw new StartError(`route "${template}": an empty segment.`);
  for (const [index, part] of parts.entries()) {
    if (!('parameter' in part) || parts.length === 1) continue;
    const before = parts[index - 1];
    if (before && 'parameter' in before) {
      throw new StartError(`route "${template}": two parameters need a literal between them.`);
    }
    if (part.parameter.catchAll) throw new StartError(`route "${template}": a catch-all must be a segment of its own.`);
    const afterDot = before && 'literal' in before && before.literal === '.';
    if (part.parameter.optional && !(afterDot && index === parts.length - 1)) {
      throw new StartError(
        `route "${template}": an optional parameter must be its segment's last part, after a period.`,
      );
    }
  }
}

// The grammar: stars, name, any number of `:constraint`, then `=default` or `?`.
function toParameter(inner: string, template: string): RouteParameter {
  const stars = /^\*{0,2}/.exec(inner)![0];
  const optional = inner.endsWith('?');
  const body = inner.slice(stars.length, optional ? -1 : undefined);
  const name = /^[^:=]*/.exec(body)![0];
  if (!/^[^{}/?*]+$/.test(name))
    throw new StartError(`route "${template}": "{${inner}}" has no usable parameter name.`);
  const [marks, defaultValue] = splitOutsideParentheses(body.slice(name.length), '=', 2);
  const constraints = splitOutsideParentheses(marks!, ':')
    .slice(1)
    .map((text) => {
      const known = constraintOf(text.replaceAll('{{', '{').replaceAll('}}', '}'));
      if (!known) throw new StartError(`route "${template}": unknown constraint "${text}".`);
      return known;
    });
  return { name, optional, catchAll: stars !== '', default: defaultValue, constraints };
}

function closingBrace(piece: string, open: number, template: string): number {
  for (let i = open + 1; i < piece.length; i++) {
    if (piece[i] !== '}') continue;
    if (piece[i + 1] === '}' && piece.indexOf('}', i + 2) > 0) i += 1;
    else return i;
  }
  throw new StartError(`route "${template}": "{" without "}".`);
}

function splitOutsideBraces(text: string, separator: string, template: string): string[] {
  let depth = 0;
  const pieces = [''];
  for (const char of text) {
    if (char === '{') depth += 1;
    if (char === '}') depth -= 1;
    if (char === separator && depth === 0) pieces.push('');
    else pieces[pieces.length - 1] += char;
  }
  if (depth !== 0) throw new StartError(`route "${template}": "{" and "}" do not pair.`);
  return pieces;
}

function splitOutsideParentheses(text: string, separator: string, limit = Infinity): string[] {
  let depth = 0;
  const pieces = [''];
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === separator && depth === 0 && pieces.length < limit) pieces.push('');
    else pieces[pieces.length - 1] += char;
  }
  return pieces;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
