/** Query options of a list, each as the Web API writes it, without the dollar sign. */
export interface QueryOptions {
  select?: readonly string[];
  filter?: string | undefined;
  orderby?: string | undefined;
  expand?: string;
  top?: number;
  count?: boolean;
}

/** The text after the question mark; empty without options. */
export function queryText({ select, filter, orderby, expand, top, count }: QueryOptions): string {
  const options = [
    ['$select', select?.join(',')],
    ['$filter', filter],
    ['$orderby', orderby],
    ['$expand', expand],
    ['$top', top === undefined ? undefined : String(top)],
    ['$count', count ? 'true' : undefined],
  ];
  return options
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)
    .join('&');
}

/** Conditions that must all hold; empty ones do not count. */
export function allOf(...conditions: readonly (string | undefined)[]): string | undefined {
  const real = conditions.filter((condition) => condition);
  return real.length > 1 ? real.map((condition) => `(${condition})`).join(' and ') : real[0];
}

/** A text as a literal of a filter. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Records that contain the text in one of the properties, in capitals or not. */
export function containing(properties: readonly string[], text: string): string | undefined {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return undefined;
  return properties.map((property) => `contains(tolower(${property}),${quoted(wanted)})`).join(' or ');
}

/**
 * Records whose property begins with the text: a filter for each of the ways people write it. Storage looks for the
 * beginning of a text itself, but letter by letter, and only when nothing else is asked for with `or`.
 */
export function beginnings(property: string, text: string): string[] {
  return spellings(text).map((spelling) => `startswith(${property},${spelling})`);
}

/** A text in the ways people write it, as literals. */
function spellings(text: string): string[] {
  const wanted = text.trim();
  if (wanted === '') return [];
  const ways = [wanted, wanted.toLowerCase(), wanted.toUpperCase(), titled(wanted), capital(wanted)];
  return [...new Set(ways)].map(quoted);
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
const titled = (text: string) => text.split(' ').map(capital).join(' ');
