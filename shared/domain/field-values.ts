import type { Column, Scalar } from '../model/edm';
import { isClean } from './clean-text';
import { ServiceError } from './errors';

/** Dates before this one cannot be stored in Dataverse. */
const firstYear = 1753;

/**
 * A value that a caller sent for a column, as a record holds it: GUIDs in lower case, times in UTC with milliseconds, an
 * empty text as no value. Throws `invalid-value` that says what is allowed.
 */
export function fieldValue(name: string, column: Column, value: unknown): Scalar {
  if (value === null || value === '') return null;
  const accepted = accept(column, value);
  if (accepted === undefined) throw refused(name, column, value);
  return accepted;
}

/** A GUID in its usual form, in lower case; undefined when the text is none. */
export function guidOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text) ? text.toLowerCase() : undefined;
}

/** Milliseconds of an ISO 8601 date, or date and time with an offset; undefined when it is none or no such day exists. */
export function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d))?$/i.test(text)) return undefined;
  if (!isDay(text.slice(0, 10))) return undefined;
  const time = Date.parse(text.toUpperCase());
  return Number.isNaN(time) ? undefined : time;
}

let lastDay = '';

/** Whether a day exists and can be stored. Of many times, most are of one day. */
function isDay(text: string): boolean {
  if (text === lastDay) return true;
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  // Date.parse takes 30 February for a day in March.
  if (year < firstYear || new Date(Date.UTC(year, month - 1, day)).getUTCDate() !== day) return false;
  lastDay = text;
  return true;
}

function accept(column: Column, value: unknown): Scalar | undefined {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return guidOf(value);
    case 'string':
    case 'memo':
      return typeof value === 'string' && value.length <= column.maxLength && isClean(value) ? value : undefined;
    case 'integer':
      return Number.isInteger(value) && inRange(column, value as number) ? (value as number) + 0 : undefined;
    case 'decimal':
      return typeof value === 'number' && inRange(column, value) ? value + 0 : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'datetime': {
      const time = typeof value === 'string' ? timeOf(value) : undefined;
      return time === undefined ? undefined : new Date(time).toISOString();
    }
    case 'choice':
      return isOption(column.options, value) ? value : undefined;
  }
}

function isOption(options: Readonly<Record<string, number>>, value: unknown): value is number {
  for (const label in options) if (options[label] === value) return true;
  return false;
}

function refused(name: string, column: Column, value: unknown): ServiceError {
  if (typeof value === 'string' && 'maxLength' in column && value.length <= column.maxLength) {
    return new ServiceError('invalid-value', `${name} must not hold control characters or halves of surrogate pairs.`);
  }
  const got =
    typeof value === 'string' && value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  return new ServiceError('invalid-value', `${name} must be ${allowed(column)}; got ${got}.`);
}

function allowed(column: Column): string {
  switch (column.kind) {
    case 'id':
    case 'guid':
    case 'lookup':
      return 'a GUID';
    case 'string':
    case 'memo':
      return `a text of at most ${column.maxLength} characters`;
    case 'integer':
      return `a whole number from ${column.min} to ${column.max}`;
    case 'decimal':
      return `a number from ${column.min} to ${column.max}`;
    case 'boolean':
      return 'true or false';
    case 'datetime':
      return `a date and time like 2026-11-21T04:14:50Z, in ${firstYear} or later`;
    case 'choice':
      return `one of ${Object.entries(column.options)
        .map(([label, option]) => `${option} (${label})`)
        .join(', ')}`;
  }
}

function inRange({ min, max }: { min: number; max: number }, value: number): boolean {
  return value >= min && value <= max;
}
