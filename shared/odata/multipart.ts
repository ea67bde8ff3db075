import { ServiceError } from '../domain/errors';

/** A part of a multipart message: its headers by lower-case name, and its bytes. */
export interface Part {
  headers: ReadonlyMap<string, string>;
  body: Buffer;
}

/** The boundary in a `Content-Type`; undefined when that is no `multipart/mixed`. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/mixed\s*(;|$)/i.test(contentType)) return undefined;
  const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) {
    throw new ServiceError(
      'bad-request',
      `'${contentType.slice(0, 100)}' names no boundary: multipart/mixed;boundary=…`,
    );
  }
  return boundary;
}

/**
 * Cuts a multipart message, of at most `most` parts, at the lines that hold its boundary. Lines may end in CR LF, as they should, or in LF. What
 * stands before the first boundary or after the last one is passed over.
 */
export function partsOf(bytes: Buffer, boundary: string, most: number): Part[] {
  const parts: Part[] = [];
  let start: number | undefined;
  for (const { from, to, isLast } of delimiters(bytes, boundary)) {
    if (start !== undefined) parts.push(partIn(bytes.subarray(start, Math.max(start, from))));
    if (isLast) return parts;
    if (parts.length === most) throw new ServiceError('limit-exceeded', `More than ${most} parts are not allowed.`);
    start = to;
  }
  throw new ServiceError('bad-request', `The last line must be --${boundary}--, and there is none.`);
}

/** Reads headers up to an empty line; the rest is the body. */
export function partIn(bytes: Buffer): Part {
  const headers = new Map<string, string>();
  for (let at = 0; ;) {
    const end = bytes.indexOf(0x0a, at);
    // No empty line: there are headers only.
    const line = bytes.toString('utf8', at, end === -1 ? bytes.length : end).trimEnd();
    const next = end === -1 ? bytes.length : end + 1;
    if (line === '') return { headers, body: bytes.subarray(next) };
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/s.exec(line) ?? [];
    if (name === undefined)
      throw new ServiceError('bad-request', `'${line.slice(0, 60)}' is no header like Name: value.`);
    headers.set(name.toLowerCase(), value!);
    at = next;
  }
}

interface Delimiter {
  /** Where the text before it ends: the line break belongs to the delimiter. */
  from: number;
  /** Where the text after it begins. */
  to: number;
  isLast: boolean;
}

function* delimiters(bytes: Buffer, boundary: string): Generator<Delimiter> {
  const mark = Buffer.from(`--${boundary}`);
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > 0 && bytes[at - 1] !== 0x0a) continue;
    const newline = bytes.indexOf(0x0a, at);
    const end = newline === -1 ? bytes.length : newline;
    const rest = bytes.toString('latin1', at + mark.length, Math.min(end, at + mark.length + 80)).trimEnd();
    if (rest !== '' && rest !== '--') continue;
    const from = bytes[at - 2] === 0x0d ? at - 2 : at - 1;
    yield { from: Math.max(from, 0), to: Math.min(end + 1, bytes.length), isLast: rest === '--' };
  }
}
