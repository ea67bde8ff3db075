import { ServiceError } from './errors';
import { findInJson, readPath } from './json-path';
import { compact } from './json-text';

/** The digits that a decimal may have before its point: what Edm.Decimal holds everywhere. */
const mostDigits = 28;

/** The value as true or false; a text counts when it says so in any letter case. Undefined when there is nothing usable. */
export function booleanIn(json: string | null, path: string): boolean | undefined {
  const word = wordAt(json, path)?.toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/**
 * The value as the digits of a decimal, exactly as written when it is a JSON number; a text that holds a number counts,
 * too. Undefined when there is nothing usable, or nothing that a decimal can hold.
 */
export function numberIn(json: string | null, path: string): string | undefined {
  const word = wordAt(json, path)?.trim() ?? '';
  const [, sign, whole = '', fraction, exponent] =
    /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,6}))?$/i.exec(word) ?? [];
  if (sign === undefined) return undefined;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const significant = `${digits}${fraction ?? ''}`.replace(/^0+/, '');
  const size = significant.length - (fraction?.length ?? 0) + Number(exponent ?? 0);
  if (significant !== '' && size > mostDigits) return undefined;
  const power = exponent === undefined ? '' : word.slice(word.search(/e/i));
  return `${sign === '-' ? '-' : ''}${digits}${fraction ? `.${fraction}` : ''}${power}`;
}

/** The value as a text: a text as it is, anything else as JSON without spaces. Undefined when it is null or not there. */
export function textIn(json: string | null, path: string): string | undefined {
  const value = lookUp(json, path);
  if (value === undefined || value === 'null') return undefined;
  return value.startsWith('"') ? (JSON.parse(value) as string) : compact(value);
}

/** A text without its quotes, or a number, true or false as written; null, objects and arrays are no words. */
function wordAt(json: string | null, path: string): string | undefined {
  const value = lookUp(json, path);
  if (value === undefined || value === 'null' || /^[{[]/.test(value)) return undefined;
  return value.startsWith('"') ? (JSON.parse(value) as string) : value;
}

function lookUp(json: string | null, path: string): string | undefined {
  if (json === null || json.trim() === '') {
    readPath(path);
    return undefined;
  }
  try {
    JSON.parse(json);
  } catch (error) {
    throw new ServiceError('bad-request', `Json is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
  return findInJson(json, path);
}
