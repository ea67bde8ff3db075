import { ServiceError } from '../domain/errors';

/** What the `Prefer` header asks for. */
export interface Preferences {
  /** Answer a write with the record. */
  representation: boolean;
  /** Go on with a batch after a failure. */
  continueOnError: boolean;
  /** Rows a page, at most 5,000. */
  maxPageSize?: number;
  /** Whether an annotation, by its full name, is asked for. */
  annotates(term: string): boolean;
  /** What is honoured, for `Preference-Applied`. */
  applied: string;
}

export const largestPage = 5_000;
export const formattedValue = 'OData.Community.Display.V1.FormattedValue';

/** Reads `Prefer`. Preferences that we do not know are ignored, as RFC 7240 says. */
export function readPreferences(header: string | null): Preferences {
  const wanted = new Map<string, string>();
  for (const [, name, quoted, bare] of (header ?? '').matchAll(/([^\s=,;"]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,;"]*)))?/g)) {
    if (!wanted.has(name!.toLowerCase())) wanted.set(name!.toLowerCase(), quoted ?? bare ?? '');
  }
  const maxPageSize = readPageSize(wanted.get('odata.maxpagesize'));
  const representation = wanted.get('return') === 'representation';
  const annotations = wanted.get('odata.include-annotations');
  const applied = [
    ...(maxPageSize === undefined ? [] : [`odata.maxpagesize=${maxPageSize}`]),
    ...(representation ? ['return=representation'] : []),
    ...(annotations === undefined ? [] : [`odata.include-annotations="${annotations}"`]),
  ];
  const continues = wanted.get('odata.continue-on-error') ?? wanted.get('continue-on-error');
  return {
    representation,
    continueOnError: continues === '' || continues === 'true',
    ...(maxPageSize !== undefined && { maxPageSize }),
    annotates: annotationFilter(annotations ?? ''),
    applied: applied.join(','),
  };
}

function readPageSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const size = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (size === 0) {
    throw new ServiceError(
      'bad-request',
      `Prefer: odata.maxpagesize must be a whole number from 1 to ${largestPage}; got '${text}'.`,
    );
  }
  return Math.min(size, largestPage);
}

/** Names, `*`, and names that end in `.*`, separated by commas; a leading `-` takes terms out. */
function annotationFilter(list: string): (term: string) => boolean {
  const patterns = list.split(',').map((pattern) => pattern.trim());
  const fits = (pattern: string, term: string) =>
    pattern === '*' || pattern === term || (pattern.endsWith('.*') && term.startsWith(pattern.slice(0, -1)));
  return (term) =>
    patterns.some((pattern) => fits(pattern, term)) &&
    !patterns.some((pattern) => pattern.startsWith('-') && fits(pattern.slice(1), term));
}
