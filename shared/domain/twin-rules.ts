import { isDeeper, isObject } from './json-values';
import type { Json, JsonObject } from './json-values';

/** Parts of a twin that are written here, and the bytes the hub takes in each. */
const limits = { tags: 8 * 1024, desired: 32 * 1024 } as const;

const deepest = 10;
const longestKey = 1024;
const longestText = 4096;
const integers = { min: -(2 ** 52), max: 2 ** 52 - 1 };

/**
 * What the hub would refuse in a part of a twin, and what is allowed; undefined when it takes it. From the limits that are
 * documented for device twins.
 */
export function wrongInTwin(text: string, part: keyof typeof limits): string | undefined {
  const wrong = 'must be the text of a JSON object, e.g. {"building":"7"}';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return wrong;
  }
  if (!isObject(json)) return wrong;
  if (isDeeper(json, deepest)) return `has more than ${deepest} levels of objects and arrays in each other`;
  const bytes = sizeOf(json);
  if (bytes > limits[part]) return `counts ${bytes} bytes; the hub takes at most ${limits[part]} bytes of ${part}`;
  return wrongInObject(json, '');
}

function wrongInObject(object: JsonObject, path: string): string | undefined {
  for (const [key, value] of Object.entries(object)) {
    const named = `'${shortened(path + key)}'`;
    if (key === '' || Buffer.byteLength(key) > longestKey) {
      return `has the key ${named}: keys have 1 to ${longestKey} bytes`;
    }
    if (/[.$ \p{Cc}]/u.test(key)) {
      return `has the key ${named}: keys may not hold dots, dollar signs, spaces and control characters`;
    }
    const wrong = wrongInValue(value, `${path}${key}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongInValue(value: Json, path: string): string | undefined {
  const named = `'${shortened(path)}'`;
  if (typeof value === 'string' && Buffer.byteLength(value) > longestText) {
    return `has a text of ${Buffer.byteLength(value)} bytes at ${named}: at most ${longestText} are allowed`;
  }
  if (typeof value === 'number') return wrongInNumber(value, named);
  if (Array.isArray(value)) {
    return value.map((item: Json, i) => wrongInValue(item, `${path}[${i}]`)).find((wrong) => wrong !== undefined);
  }
  return isObject(value) ? wrongInObject(value, `${path}.`) : undefined;
}

function wrongInNumber(value: number, named: string): string | undefined {
  if (!Number.isFinite(value)) return `has a number at ${named} that is too large for any number`;
  // What is written with an exponent is no integer for the hub.
  const isWritten = Number.isInteger(value) && !String(value).includes('e');
  return isWritten && (value < integers.min || value > integers.max)
    ? `has the integer ${value} at ${named}: integers from ${integers.min} to ${integers.max} are allowed`
    : undefined;
}

/** Bytes as the hub counts them: keys and texts as UTF-8, numbers as 8, booleans as 4. */
function sizeOf(value: Json): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 8;
  if (typeof value === 'boolean') return 4;
  if (Array.isArray(value)) return value.reduce((bytes: number, item: Json) => bytes + sizeOf(item), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((bytes, [key, item]) => bytes + Buffer.byteLength(key) + sizeOf(item), 0);
}

function shortened(path: string): string {
  return path.length > 60 ? `${path.slice(0, 60)}…` : path;
}
