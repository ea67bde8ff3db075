import { HubError } from './errors';
import { isObject } from './json';
import type { Json, JsonObject } from './json';
import { parseQuery } from './query-language';
import type { Expression, Query } from './query-language';
import type { DeviceRecord } from './registry';

export interface Page {
  items: JsonObject[];
  /** `twin` for whole twins, `raw` for anything else. */
  itemType: 'twin' | 'raw';
  /** Send it back for what follows; absent after the last page. */
  continuation?: string;
}

/** A value in a twin, or undefined where there is none: comparing with that is neither true nor false. */
type Value = Json | undefined;

/** Runs a query over the devices, which come in the order of their ids; `twin` makes what the query sees of one. */
export function runQuery(
  text: string,
  devices: DeviceRecord[],
  twin: (device: DeviceRecord) => JsonObject,
  { size, after }: { size: number; after?: string },
): Page {
  if (!Number.isInteger(size) || size < 1)
    throw new HubError('ArgumentInvalid', 'The page size must be a positive number');
  const query = parseQuery(text);
  const matches = (device: DeviceRecord) => query.where === undefined || evaluate(query.where, twin(device)) === true;
  if (query.groupBy.length > 0 || query.columns.some(({ path }) => path === undefined)) {
    return { items: count(query, devices.filter(matches).map(twin)), itemType: 'raw' };
  }
  // A page begins behind the device the last one ended with, so that devices added meanwhile shift nothing.
  const { last, seen } = readContinuation(after);
  const most = Math.min(size, mostInOnePage, (query.top ?? Infinity) - seen);
  const found: DeviceRecord[] = [];
  for (const device of devices) {
    if (found.length > most) break; // one more than the page shows, to know whether there is another page
    if ((last === undefined || device.deviceId > last) && matches(device)) found.push(device);
  }
  const page = found.slice(0, most);
  const isLast = found.length <= most || seen + page.length >= (query.top ?? Infinity);
  return {
    items: page.map((device) => project(query, twin(device))),
    itemType: query.columns.length > 0 ? 'raw' : 'twin',
    continuation: isLast ? undefined : writeContinuation({ last: page.at(-1)!.deviceId, seen: seen + page.length }),
  };
}

const mostInOnePage = 1000;

interface Continuation {
  /** The device the page before ended with. */
  last?: string;
  /** How many devices were answered already. */
  seen: number;
}

function writeContinuation(continuation: Continuation): string {
  return Buffer.from(JSON.stringify(continuation)).toString('base64');
}

function readContinuation(text: string | undefined): Continuation {
  if (text === undefined) return { seen: 0 };
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (isObject(read) && typeof read['last'] === 'string' && typeof read['seen'] === 'number') {
      return { last: read['last'], seen: read['seen'] };
    }
  } catch {
    // falls through to the one error there is
  }
  throw new HubError('ArgumentInvalid', 'The continuation token is not one of ours');
}

/** Counts twins per distinct value of the GROUP BY paths; without them all twins are one group. */
function count({ columns, groupBy }: Query, twins: JsonObject[]): JsonObject[] {
  const groups = new Map<string, { sample: JsonObject; size: number }>();
  if (groupBy.length === 0) groups.set('', { sample: {}, size: twins.length });
  else {
    for (const twin of twins) {
      const key = JSON.stringify(groupBy.map((path) => at(twin, path) ?? null));
      const group = groups.get(key) ?? { sample: twin, size: 0 };
      group.size++;
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ sample, size }) => row(columns, (path) => (path ? at(sample, path) : size)));
}

function project({ columns }: Query, twin: JsonObject): JsonObject {
  return columns.length === 0 ? twin : row(columns, (path) => (path ? at(twin, path) : undefined));
}

function row(columns: Query['columns'], value: (path?: string[]) => Value): JsonObject {
  const result: JsonObject = {};
  for (const { name, path } of columns) {
    const shown = value(path);
    if (shown !== undefined) result[name] = shown;
  }
  return result;
}

function at(twin: JsonObject, path: string[]): Value {
  let value: Value = twin;
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** Three-valued: undefined when something it speaks of is not there. Only true selects. */
function evaluate(expression: Expression, twin: JsonObject): Value {
  const value = (inner: Expression) => evaluate(inner, twin);
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'path') return at(twin, expression.path);
  if (expression.kind === 'list') return expression.items.map((item) => value(item) ?? null);
  if (expression.kind === 'call') return call(expression.name, expression.args.map(value));
  if (expression.kind === 'not') return negated(value(expression.operand));
  const [left, right] = [value(expression.left), value(expression.right)];
  if (expression.kind === 'compare') return compare(expression.operator, left, right);
  // One side may settle it, whatever the other is.
  const settles = expression.kind === 'or';
  if (left === settles || right === settles) return settles;
  return left === !settles && right === !settles ? !settles : undefined;
}

function negated(value: Value): Value {
  return typeof value === 'boolean' ? !value : undefined;
}

function compare(operator: string, left: Value, right: Value): Value {
  if (left === undefined || right === undefined) return undefined;
  if (operator === 'IN' || operator === 'NIN') {
    const isIn = Array.isArray(right) && right.some((item) => same(item, left));
    return (operator === 'IN') === isIn;
  }
  if (operator === '=') return same(left, right);
  if (operator === '!=') return !same(left, right);
  if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return undefined;
  const [a, b] = [left, right as typeof left];
  return operator === '<' ? a < b : operator === '<=' ? a <= b : operator === '>' ? a > b : a >= b;
}

function same(left: Json, right: Json): boolean {
  return left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right));
}

function call(name: string, [first, second]: Value[]): Value {
  const texts = (test: (text: string, part: string) => boolean) =>
    typeof first === 'string' && typeof second === 'string' ? test(first, second) : undefined;
  switch (name) {
    case 'IS_DEFINED':
      return first !== undefined;
    case 'IS_NULL':
      return first === null;
    case 'IS_BOOL':
      return typeof first === 'boolean';
    case 'IS_NUMBER':
      return typeof first === 'number';
    case 'IS_STRING':
      return typeof first === 'string';
    case 'IS_OBJECT':
      return isObject(first);
    case 'IS_ARRAY':
      return Array.isArray(first);
    case 'IS_PRIMITIVE':
      return first !== undefined && typeof first !== 'object';
    case 'STARTSWITH':
    case 'STARTS_WITH':
      return texts((text, part) => text.startsWith(part));
    case 'ENDSWITH':
    case 'ENDS_WITH':
      return texts((text, part) => text.endsWith(part));
    case 'CONTAINS':
      return texts((text, part) => text.includes(part));
    default:
      return undefined;
  }
}
