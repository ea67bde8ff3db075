import { Buffer } from 'node:buffer';
import { alertType } from '../model/choices';
import { cutTo } from './clean-text';
import { deviceIdIn, fieldsOf, isRefusal, nameOf, numberIn, refuse, textIn, timeIn, typeIn } from './fields';
import type { Fields, Refusal } from './fields';

/** One JSON object of a message, with what the hub knows about the message. */
export interface Item {
  value: unknown;
  /** The value as the device wrote it; absent when it was one of several in its message. */
  text?: string | undefined;
  /** The bytes of that text, when they are at hand. */
  written?: Uint8Array | undefined;
  /** Device that sent the message, as the hub authenticated it; used when the object names no device. */
  connectionDeviceId: string | undefined;
  messageId: string | undefined;
  /** Milliseconds; stands in for a missing time. */
  enqueued: number;
  /** Whether a device may name another one, as a gateway does. */
  forOthers: boolean;
}

/** An alert as a device or a rule raised it, before anything was decided about it. */
export interface IncomingAlert {
  kind: 'alert';
  deviceId: string;
  /** Event time in milliseconds. */
  time: number;
  /** `msdyn_alerttype` */
  type: number;
  /** As the sender gave it; without one, `descriptionOf` says it. */
  description: string | null;
  /** JSON text for `msdyn_alertdata`: the bytes (UTF-8) that the device sent, where they are at hand; `dataText` reads them. */
  data: string | Uint8Array;
  /** Everything else here is what `understand` reads in `data`, for whoever has to keep many alerts. */
  isAsSent?: true;
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
  values: Fields;
}

const longestData = 8192;
const longestDescription = 100;

/** An object with one of these is an alert record; any other object is telemetry. */
const marksOfAnAlert = ['readingtype', 'ruleoutput', 'alerttype'];

/** Reads one JSON object: an alert record, plain telemetry, or neither. Letter case of property names does not matter. */
export function understand(item: Item): IncomingAlert | Telemetry | Refusal {
  const { value } = item;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('not-an-object', `Expected a JSON object or an array of objects, got ${nameOf(value)}.`);
  }
  const values = fieldsOf(value);
  const deviceId = deviceIdIn(values, item.connectionDeviceId, item.forOthers);
  if (typeof deviceId !== 'string') return deviceId;
  return marksOfAnAlert.some((mark) => Object.hasOwn(values, mark))
    ? readAlert(values, deviceId, item)
    : readTelemetry(values, deviceId, item);
}

/** One reading after the other, because this is done for every alert there is: lists of results would cost more than they. */
function readAlert(values: Fields, deviceId: string, item: Item): IncomingAlert | Refusal {
  const readingType = textIn(values, 'readingtype');
  if (isRefusal(readingType)) return readingType;
  const reading = numberIn(values, 'reading');
  if (isRefusal(reading)) return reading;
  const token = textIn(values, 'eventtoken');
  if (isRefusal(token)) return token;
  const threshold = numberIn(values, 'threshold');
  if (isRefusal(threshold)) return threshold;
  const ruleOutput = textIn(values, 'ruleoutput');
  if (isRefusal(ruleOutput)) return ruleOutput;
  const description = textIn(values, 'description');
  if (isRefusal(description)) return description;
  const time = timeIn(values);
  if (isRefusal(time)) return time;
  const type = typeIn(values);
  if (isRefusal(type)) return type;
  const text = textOf(item);
  if (text.length > longestData) {
    return refuse('too-long', `The alert's JSON has ${text.length} characters; at most ${longestData} fit.`);
  }
  return {
    kind: 'alert',
    deviceId,
    time: time ?? item.enqueued,
    type: type ?? alertType.Anomaly,
    description,
    // Bytes weigh less than a text while the storage is waited for, and nobody reads the text of most duplicates.
    data: text === item.text ? (item.written ?? text) : text,
    isAsSent: true,
    token,
    readingType,
    reading,
    threshold,
    ruleOutput,
    messageId: item.messageId ?? null,
  };
}

/** As the device wrote it, digits and all; without its blanks when it is too long with them. */
function textOf({ value, text }: Item): string {
  return text !== undefined && text.length <= longestData ? text : JSON.stringify(value);
}

function readTelemetry(values: Fields, deviceId: string, item: Item): Telemetry | Refusal {
  const token = textIn(values, 'eventtoken');
  if (isRefusal(token)) return token;
  const time = timeIn(values);
  if (isRefusal(time)) return time;
  return { kind: 'telemetry', deviceId, time: time ?? item.enqueued, token, messageId: item.messageId ?? null, values };
}

/** The JSON text of an alert. */
export function dataText({ data }: IncomingAlert): string {
  return typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
}

/** What an alert says. Nobody reads that of most duplicates, so it is not said when they come. */
export function descriptionOf({ description, readingType, ruleOutput, reading, threshold }: IncomingAlert): string {
  return description ?? describe(readingType ?? ruleOutput, reading, threshold, 'exceeded');
}

/** The description of an alert, cut to the length of its column. */
export function describe(
  what: string | null,
  reading: number | null,
  threshold: number | null,
  passed: string,
): string {
  const subject = what ?? 'Alert';
  if (reading === null) return cutTo(subject, longestDescription);
  const limit = threshold === null ? '' : ` ${passed} a threshold of ${threshold}`;
  return cutTo(`${subject} reading of ${reading}${limit}`, longestDescription);
}
