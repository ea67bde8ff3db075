/*
 * Values of a JSON text by their place in it, without reading them into JavaScript: a number keeps every digit it was
 * written with. All functions take a text that `JSON.parse` accepts, and none calls itself, so depth cannot exhaust the
 * stack.
 */

/** Tokens of valid JSON: texts, brackets, separators, and everything else (numbers, true, false, null). */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/gs;

/** Text of the value that `step` leads to from the outermost one: a property (the last of that name) or an item. */
export function valueAt(text: string, step: string | number): string | undefined {
  const opens = text.trimStart()[0];
  if (opens !== (typeof step === 'string' ? '{' : '[')) return undefined;
  let depth = 0;
  let item = 0;
  let wanted = step === 0;
  let start: number | undefined;
  let previous = '';
  let found: string | undefined;
  for (const { 0: part, index } of text.matchAll(token)) {
    if (depth === 1 && start !== undefined && (part === ',' || part === '}' || part === ']')) {
      if (wanted) found = text.slice(start, index).trimEnd();
      start = undefined;
      if (part === ',') wanted = step === (item += 1);
    }
    if (part === ']' || part === '}') depth -= 1;
    else if (depth === 1 && part === ':') wanted = JSON.parse(previous) === step;
    else if (depth === 1 && part !== ',' && (opens === '[' || previous === ':')) start ??= index;
    if (part === '[' || part === '{') depth += 1;
    previous = part;
  }
  return found;
}

/** The same JSON without the spaces between its tokens. */
export function compact(text: string): string {
  return (text.match(token) ?? []).join('');
}

/** How a JSON text is built. */
interface Shape {
  /** Objects and arrays in each other. */
  depth: number;
  /** Names that the outermost object gives, each as often as it is given. */
  names: number;
}

/**
 * The shape of a text in UTF-8 that nobody has parsed yet, valid or not: `JSON.parse` takes any depth, and what walks through
 * its result may not; and of two equal names it keeps one and says nothing.
 */
export function shapeOf(text: Uint8Array): Shape {
  const shape: Shape = { depth: 0, names: 0 };
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === quote) at = endOfString(text, at);
    else if (byte === colon) shape.names += depth === 1 ? 1 : 0;
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > shape.depth) shape.depth = depth;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return shape;
}

/** Whether objects and arrays lie in each other more than so many deep, which takes two brackets for each. */
export function isDeep(text: Uint8Array, deepest: number): boolean {
  return text.length > 2 * deepest && shapeOf(text).depth > deepest;
}

/** Where the string that begins at a quote has its other one; the end of the text when it has none. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === quote) return at;
    if (text[at] === backslash) at += 1;
  }
  return text.length;
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
