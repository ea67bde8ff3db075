import { alertType } from '../model/choices';
import { cleaned, cutTo } from './clean-text';

/** Why a message, or a part of one, cannot become an alert. */
export type ParkReason =
  | 'empty'
  | 'not-utf8'
  | 'not-json'
  | 'not-an-object'
  | 'no-device'
  | 'foreign-device'
  | 'wrong-type'
  | 'too-long'
  | 'too-deep'
  | 'too-many-items'
  | 'not-storable'
  | 'unknown-operation';

export interface Refusal {
  kind: 'refused';
  reason: ParkReason;
  /** What was wrong and what is allowed, for the person who looks into the parked message. */
  detail: string;
  /** The measure of the rule that could not read it. */
  measure?: string;
}

/** An object's properties by lower-case name: letter case does not matter. To be read by `fieldIn`. */
export type Fields = Readonly<Record<string, unknown>>;

/** The properties of an object; of two that differ in letter case only, the last counts. */
export function fieldsOf(value: object): Fields {
  const values = value as Fields;
  for (const name in values) {
    if (name === name.toLowerCase()) continue;
    return Object.fromEntries(Object.entries(values).map(([own, field]) => [own.toLowerCase(), field]));
  }
  // Most are written in lower case, and then no copy is needed.
  return values;
}

/** A property that the object itself has, and none that all objects have. */
export function fieldIn(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Longest Device ID, token, reading type and rule output. */
const longestText = 100;

/**
 * The device the object names, or else the one that sent it. A gateway names others; where devices may not do that, an object
 * that does is refused.
 */
export function deviceIdIn(fields: Fields, connected: string | undefined, forOthers: boolean): string | Refusal {
  const named = fieldIn(fields, 'deviceid');
  if (named !== undefined && named !== null && typeof named !== 'string') return wrongType('deviceid', 'a text', named);
  const deviceId = named ? cleaned(named) : connected;
  if (!deviceId) return refuse('no-device', 'Neither the message nor its sender names a device ("deviceid").');
  if (!forOthers && connected !== undefined && deviceId !== connected) return foreign(deviceId, connected);
  return deviceId.length > longestText ? tooLong('deviceid', deviceId) : deviceId;
}

function foreign(deviceId: string, sender: string): Refusal {
  const [named, own] = [deviceId, sender].map((id) => cutTo(id, longestText));
  return refuse('foreign-device', `'${own}' speaks for '${named}', and DEVICES_SPEAK_FOR_OTHERS is false.`);
}

/** A short text, as it can be kept; null when there is none. */
export function textIn(fields: Fields, name: string): string | null | Refusal {
  const value = fieldIn(fields, name) ?? null;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') return wrongType(name, 'a text', value);
  const text = cleaned(value);
  return text.length > longestText ? tooLong(name, text) : text;
}

export function numberIn(fields: Fields, name: string): number | null | Refusal {
  const value = fieldIn(fields, name) ?? null;
  return value === null || isNumber(value) ? value : wrongType(name, 'a finite number', value);
}

/** The event time in milliseconds; null when there is none. */
export function timeIn(fields: Fields): number | null | Refusal {
  const value = fieldIn(fields, 'time') ?? null;
  if (value === null || value === '') return null;
  const time = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return time >= 0 ? time : wrongType('time', 'a date and time in ISO 8601, 1970 or later', value);
}

const alertTypes: ReadonlyMap<unknown, number> = new Map<unknown, number>(
  Object.entries(alertType).flatMap(([name, option]): [unknown, number][] => [
    [name.toLowerCase(), option],
    [option, option],
  ]),
);

/** An alert type by its name or its option value. */
export function typeIn(fields: Fields): number | null | Refusal {
  const value = fieldIn(fields, 'alerttype') ?? null;
  if (value === null) return null;
  const found = alertTypes.get(typeof value === 'string' ? value.toLowerCase() : value);
  return found ?? wrongType('alerttype', `one of ${Object.keys(alertType).join(', ')}`, value);
}

// JSON can hold 1e999, which no column can.
export const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' && result !== null && (result as Partial<Refusal>).kind === 'refused';

/** A refusal with its reason and what was wrong. */
export function refuse(reason: ParkReason, detail: string): Refusal {
  return { kind: 'refused', reason, detail };
}

/** What is said about a value of the wrong type. */
export function wrongType(name: string, expected: string, value: unknown): Refusal {
  return refuse('wrong-type', `"${name}" must be ${expected}, got ${nameOf(value)}.`);
}

function tooLong(name: string, value: string): Refusal {
  return refuse('too-long', `"${name}" has ${value.length} characters; at most ${longestText} are allowed.`);
}

/** A value as it is quoted in a message. */
export function nameOf(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${cutTo(text, 60)}…` : text;
}
