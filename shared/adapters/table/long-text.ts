/*
 * A stored property holds 64 KiB of UTF-16, i.e. 32,768 of its units. Longer texts are cut into several properties: the
 * first under the name of the text, the next as name__1 and so on.
 */

const longest = 32_000;

/** Pieces that a row of 1 MiB has room for. */
const mostPieces = 16;

export function isLong(text: string): boolean {
  return text.length > longest;
}

/** The properties that hold a text. */
export function textProperties(name: string, text: string): Record<string, string> {
  if (!isLong(text)) return { [name]: text };
  return Object.fromEntries(pieces(text).map((piece, part) => [partName(name, part), piece]));
}

/** The text of these properties. */
export function textIn(name: string, stored: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let part = 0; ; part += 1) {
    const piece = stored[partName(name, part)];
    // Asked for by name, a property that is not there may come as null.
    if (typeof piece !== 'string') return text;
    text += piece;
    if (!mayGoOn(piece)) return text;
  }
}

/** The names of the properties that may hold a text of up to so many UTF-16 units; without a length, any that fits a row. */
export function textNames(name: string, length?: number): string[] {
  // A piece that would tear a surrogate pair is one unit shorter.
  const parts = length === undefined ? mostPieces : Math.max(1, Math.ceil(length / (longest - 1)));
  return Array.from({ length: parts }, (_, part) => partName(name, part));
}

function mayGoOn(piece: string): boolean {
  return piece.length >= longest - 1;
}

function partName(name: string, part: number): string {
  return part === 0 ? name : `${name}__${part}`;
}

/** Cuts a text without tearing a surrogate pair: half of one cannot be written. */
function pieces(text: string): string[] {
  const cut: string[] = [];
  for (let from = 0; from < text.length; from += cut.at(-1)!.length) {
    const piece = text.slice(from, from + longest);
    cut.push(/[\ud800-\udbff]$/.test(piece) && piece.length > 1 ? piece.slice(0, -1) : piece);
  }
  return cut;
}
