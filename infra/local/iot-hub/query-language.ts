import { HubError } from './errors';

// The part of IoT Hub's query language that speaks of devices:
// SELECT [TOP n] * | COUNT() AS n | path [AS n], ... FROM devices [WHERE condition] [GROUP BY path, ...]

/** A condition or value, ready to be evaluated over a twin. */
export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'path'; path: string[] }
  | { kind: 'not'; operand: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'compare'; operator: Comparison; left: Expression; right: Expression }
  | { kind: 'call'; name: string; args: Expression[] };

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'IN' | 'NIN';

/** One column of the answer. */
interface Column {
  name: string;
  /** What it shows; without it the column counts. */
  path?: string[];
}

export interface Query {
  top?: number;
  /** Empty for `*`: whole twins. */
  columns: Column[];
  where?: Expression;
  groupBy: string[][];
}

const token =
  /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_$][\w$-]*)|(<=|>=|!=|<>|[=<>()[\],.*])|(\S))/gy;

interface Token {
  kind: 'string' | 'number' | 'name' | 'sign';
  text: string;
}

/** Reads a query; what is not understood is the error ArgumentInvalid with the place. */
export function parseQuery(text: string): Query {
  const tokens = scan(text);
  let at = 0;

  const peek = () => tokens[at];
  const isWord = (word: string, ahead = 0) => {
    const next = tokens[at + ahead];
    return next?.kind === 'name' && next.text.toUpperCase() === word;
  };
  const takeWord = (word: string) => isWord(word) && ++at > 0;
  const takeSign = (sign: string) => peek()?.kind === 'sign' && peek()!.text === sign && ++at > 0;

  function fail(wanted: string): never {
    throw new HubError('ArgumentInvalid', `The query has ${peek()?.text ?? 'its end'} where ${wanted} is expected`);
  }
  function needWord(word: string): void {
    if (!takeWord(word)) fail(word);
  }
  function needSign(sign: string): void {
    if (!takeSign(sign)) fail(`"${sign}"`);
  }
  function name(): string {
    const next = peek();
    if (next?.kind !== 'name') return fail('a name');
    at++;
    return next.text;
  }
  function number(): number {
    const next = peek();
    if (next?.kind !== 'number') return fail('a number');
    at++;
    return Number(next.text);
  }

  /** `tags.place`, `properties.reported['a b']`, `[[odd name]]`; a leading `devices.` may be there. */
  function path(): string[] {
    const parts: string[] = [];
    do {
      if (takeSign('[')) {
        needSign('[');
        parts.push(name());
        needSign(']');
        needSign(']');
      } else parts.push(name());
      while (takeSign('[')) {
        const next = peek();
        if (next?.kind !== 'string' && next?.kind !== 'number') fail('a key');
        else parts.push(next.kind === 'string' ? unquoted(next.text) : next.text);
        at++;
        needSign(']');
      }
    } while (takeSign('.'));
    return parts.length > 1 && (parts[0] === 'devices' || parts[0] === 'c') ? parts.slice(1) : parts;
  }

  function columns(): Column[] {
    if (takeSign('*')) return [];
    const found: Column[] = [];
    do found.push(column());
    while (takeSign(','));
    return found;
  }

  function column(): Column {
    if (isWord('COUNT') && tokens[at + 1]?.text === '(') {
      at++;
      needSign('(');
      needSign(')');
      return { name: takeWord('AS') ? name() : 'numberOfDevices' };
    }
    const shown = path();
    return { name: takeWord('AS') ? name() : shown.at(-1)!, path: shown };
  }

  function or(): Expression {
    let left = and();
    while (takeWord('OR')) left = { kind: 'or', left, right: and() };
    return left;
  }
  function and(): Expression {
    let left = not();
    while (takeWord('AND')) left = { kind: 'and', left, right: not() };
    return left;
  }
  function not(): Expression {
    return takeWord('NOT') ? { kind: 'not', operand: not() } : comparison();
  }

  function comparison(): Expression {
    const left = operand();
    const operator = comparator();
    return operator ? { kind: 'compare', operator, left, right: operand() } : left;
  }

  function comparator(): Comparison | undefined {
    if (takeWord('IN')) return 'IN';
    if (takeWord('NIN')) return 'NIN';
    const next = peek();
    if (next?.kind !== 'sign' || !/^(=|!=|<>|<|<=|>|>=)$/.test(next.text)) return undefined;
    at++;
    return (next.text === '<>' ? '!=' : next.text) as Comparison;
  }

  function operand(): Expression {
    if (takeSign('(')) {
      const inner = or();
      needSign(')');
      return inner;
    }
    const next = peek();
    if (next?.kind === 'sign' && next.text === '[' && tokens[at + 1]?.text !== '[') return list();
    if (next?.kind === 'string') return (at++, { kind: 'literal', value: unquoted(next.text) });
    if (next?.kind === 'number') return { kind: 'literal', value: number() };
    for (const [word, value] of constants) if (takeWord(word)) return { kind: 'literal', value };
    if (next?.kind === 'name' && tokens[at + 1]?.text === '(') return call();
    return { kind: 'path', path: path() };
  }

  function list(): Expression {
    return { kind: 'list', items: between('[', ']') };
  }

  function call(): Expression {
    const called = name().toUpperCase();
    if (!functions.has(called)) throw new HubError('ArgumentInvalid', `The function ${called} is not known`);
    return { kind: 'call', name: called, args: between('(', ')') };
  }

  function between(open: string, close: string): Expression[] {
    needSign(open);
    const items: Expression[] = [];
    if (takeSign(close)) return items;
    do items.push(operand());
    while (takeSign(','));
    needSign(close);
    return items;
  }

  needWord('SELECT');
  const top = takeWord('TOP') ? number() : undefined;
  const shown = columns();
  needWord('FROM');
  const source = path().join('.');
  if (source !== 'devices') throw new HubError('NotImplemented', `Queries over ${source} are not emulated`);
  if (peek()?.kind === 'name' && !isWord('WHERE') && !isWord('GROUP')) at++; // an alias: FROM devices c
  const where = takeWord('WHERE') ? or() : undefined;
  const groupBy: string[][] = [];
  if (takeWord('GROUP')) {
    needWord('BY');
    do groupBy.push(path());
    while (takeSign(','));
  }
  if (at < tokens.length) fail('its end');
  return { top, columns: shown, where, groupBy };
}

const constants: [string, boolean | null][] = [
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
];

const functions = new Set([
  'IS_DEFINED',
  'IS_NULL',
  'IS_BOOL',
  'IS_NUMBER',
  'IS_STRING',
  'IS_OBJECT',
  'IS_ARRAY',
  'IS_PRIMITIVE',
  'STARTSWITH',
  'STARTS_WITH',
  'ENDSWITH',
  'ENDS_WITH',
  'CONTAINS',
]);

function scan(text: string): Token[] {
  const tokens: Token[] = [];
  for (const [, string, number, name, sign, other] of text.trim().matchAll(token)) {
    if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else throw new HubError('ArgumentInvalid', `The query has "${String(other)}", which nothing begins with`);
  }
  return tokens;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
