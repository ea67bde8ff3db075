import { alertType } from '../model/choices';
import { fires } from './rules';
import type { Rule } from './rules';

/** Why a message, or a part of one, cannot become an alert. */
export type ParkReason =
  'empty' | 'not-utf8' | 'not-json' | 'not-an-object' | 'no-device' | 'wrong-type' | 'too-long' | 'too-many-items';

export interface Refusal {
  kind: 'refused';
  reason: ParkReason;
  /** What was wrong and what is allowed, for the person who looks into the parked message. */
  detail: string;
}

/** One JSON object of a message, with what the hub knows about the message. */
export interface Item {
  value: unknown;
  /** Device that sent the message, as the hub authenticated it; used when the object names no device. */
  connectionDeviceId: string | undefined;
  messageId: string | undefined;
  /** Milliseconds; stands in for a missing time. */
  enqueued: number;
}

/** An alert as a device or a rule raised it, before anything was decided about it. */
export interface IncomingAlert {
  kind: 'alert';
  deviceId: string;
  /** Event time in milliseconds. */
  time: number;
  /** `msdyn_alerttype` */
  type: number;
  description: string;
  /** JSON text for `msdyn_alertdata`. */
  data: string;
  token: string | null;
  readingType: string | null;
  reading: number | null;
  threshold: number | null;
  ruleOutput: string | null;
  messageId: string | null;
}

/** Readings that only the rules of the device's category can turn into alerts. */
export interface Telemetry {
  kind: 'telemetry';
  deviceId: string;
  time: number;
  token: string | null;
  messageId: string | null;
  /** Everything the device sent, by lower-case property name. */
  values: ReadonlyMap<string, unknown>;
}

const longestData = 8192;
const longestText = 100;

/** An object with one of these is an alert record; any other object is telemetry. */
const marksOfAnAlert = ['readingtype', 'ruleoutput', 'alerttype'];

/** Reads one JSON object: an alert record, plain telemetry, or neither. Letter case of property names does not matter. */
export function understand(item: Item): IncomingAlert | Telemetry | Refusal {
  const { value } = item;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('not-an-object', `Expected a JSON object or an array of objects, got ${nameOf(value)}.`);
  }
  const values = new Map(Object.entries(value).map(([name, field]) => [name.toLowerCase(), field as unknown]));
  const deviceId = deviceIdIn(values, item.connectionDeviceId);
  if (typeof deviceId !== 'string') return deviceId;
  return marksOfAnAlert.some((mark) => values.has(mark))
    ? readAlert(values, deviceId, item, JSON.stringify(value))
    : readTelemetry(values, deviceId, item);
}

/**
 * Applies a category's rules to telemetry: one alert for each rule that fires, one refusal for each measure that is not a
 * number. A measure that is missing or null fires nothing.
 */
export function raise(telemetry: Telemetry, rules: readonly Rule[]): (IncomingAlert | Refusal)[] {
  return rules.flatMap((rule): (IncomingAlert | Refusal)[] => {
    const reading = telemetry.values.get(rule.measure.toLowerCase());
    if (reading === undefined || reading === null) return [];
    if (!isNumber(reading)) return [wrongType(rule.measure, 'a finite number', reading)];
    return fires(rule, reading) ? [alertOf(telemetry, rule, reading)] : [];
  });
}

function alertOf(telemetry: Telemetry, rule: Rule, reading: number): IncomingAlert {
  const { deviceId, time, token, messageId } = telemetry;
  const record = {
    deviceid: deviceId,
    readingtype: rule.measure,
    reading,
    eventtoken: token,
    threshold: rule.threshold,
    ruleoutput: rule.ruleoutput,
    time: new Date(time).toISOString(),
  };
  return {
    kind: 'alert',
    deviceId,
    time,
    type: alertType.Anomaly,
    description: describe(rule.measure, reading, rule.threshold, rule.when === 'above' ? 'exceeded' : 'fell below'),
    data: JSON.stringify(record),
    token,
    readingType: rule.measure,
    reading,
    threshold: rule.threshold,
    ruleOutput: rule.ruleoutput,
    messageId,
  };
}

function readAlert(
  values: ReadonlyMap<string, unknown>,
  deviceId: string,
  item: Item,
  data: string,
): IncomingAlert | Refusal {
  const problems: Refusal[] = [];
  const keep = <T>(result: T | Refusal): T | null => {
    if (!isRefusal(result)) return result;
    problems.push(result);
    return null;
  };
  const readingType = keep(textIn(values, 'readingtype'));
  const reading = keep(numberIn(values, 'reading'));
  const token = keep(textIn(values, 'eventtoken'));
  const threshold = keep(numberIn(values, 'threshold'));
  const ruleOutput = keep(textIn(values, 'ruleoutput'));
  const description = keep(textIn(values, 'description'));
  const time = keep(timeIn(values));
  const type = keep(typeIn(values));
  if (data.length > longestData) {
    problems.push(refuse('too-long', `The alert's JSON has ${data.length} characters; at most ${longestData} fit.`));
  }
  return (
    problems[0] ?? {
      kind: 'alert',
      deviceId,
      time: time ?? item.enqueued,
      type: type ?? alertType.Anomaly,
      description: description ?? describe(readingType ?? ruleOutput, reading, threshold, 'exceeded'),
      data,
      token,
      readingType,
      reading,
      threshold,
      ruleOutput,
      messageId: item.messageId ?? null,
    }
  );
}

function readTelemetry(values: ReadonlyMap<string, unknown>, deviceId: string, item: Item): Telemetry | Refusal {
  const token = textIn(values, 'eventtoken');
  if (isRefusal(token)) return token;
  const time = timeIn(values);
  if (isRefusal(time)) return time;
  return { kind: 'telemetry', deviceId, time: time ?? item.enqueued, token, messageId: item.messageId ?? null, values };
}

function deviceIdIn(values: ReadonlyMap<string, unknown>, connected: string | undefined): string | Refusal {
  const named = values.get('deviceid');
  if (named !== undefined && named !== null && typeof named !== 'string') return wrongType('deviceid', 'a text', named);
  const deviceId = named || connected;
  if (!deviceId) return refuse('no-device', 'Neither the message nor its sender names a device ("deviceid").');
  return deviceId.length > longestText ? tooLong('deviceid', deviceId) : deviceId;
}

function textIn(values: ReadonlyMap<string, unknown>, name: string): string | null | Refusal {
  const value = values.get(name) ?? null;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') return wrongType(name, 'a text', value);
  return value.length > longestText ? tooLong(name, value) : value;
}

function numberIn(values: ReadonlyMap<string, unknown>, name: string): number | null | Refusal {
  const value = values.get(name) ?? null;
  return value === null || isNumber(value) ? value : wrongType(name, 'a finite number', value);
}

function timeIn(values: ReadonlyMap<string, unknown>): number | null | Refusal {
  const value = values.get('time') ?? null;
  if (value === null || value === '') return null;
  const time = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
  return time >= 0 ? time : wrongType('time', 'a date and time in ISO 8601, 1970 or later', value);
}

function typeIn(values: ReadonlyMap<string, unknown>): number | null | Refusal {
  const value = values.get('alerttype') ?? null;
  if (value === null) return null;
  const names = Object.entries(alertType);
  const found = names.find(
    ([name, option]) => option === value || (typeof value === 'string' && name.toLowerCase() === value.toLowerCase()),
  );
  return found ? found[1] : wrongType('alerttype', `one of ${names.map(([name]) => name).join(', ')}`, value);
}

function describe(what: string | null, reading: number | null, threshold: number | null, passed: string): string {
  const subject = what ?? 'Alert';
  if (reading === null) return subject.slice(0, longestText);
  const limit = threshold === null ? '' : ` ${passed} a threshold of ${threshold}`;
  return `${subject} reading of ${reading}${limit}`.slice(0, longestText);
}

// JSON can hold 1e999, which no column can.
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const isRefusal = (result: unknown): result is Refusal =>
  typeof result === 'object' && result !== null && (result as Partial<Refusal>).kind === 'refused';

/** A refusal with its reason and what was wrong. */
export function refuse(reason: ParkReason, detail: string): Refusal {
  return { kind: 'refused', reason, detail };
}

function wrongType(name: string, expected: string, value: unknown): Refusal {
  return refuse('wrong-type', `"${name}" must be ${expected}, got ${nameOf(value)}.`);
}

function tooLong(name: string, value: string): Refusal {
  return refuse('too-long', `"${name}" has ${value.length} characters; at most ${longestText} are allowed.`);
}

function nameOf(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
