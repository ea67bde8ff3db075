import { isUtf8 } from 'node:buffer';
import { itemsPerEvent } from './coverage';
import { refuse } from './fields';
import type { Refusal } from './fields';
import { isDeep } from './json-text';

/** A device-to-cloud message as the hub hands it on. */
export interface HubEvent {
  /** Sequence number within its hub partition. */
  sequence: number;
  /** When the hub took it, in milliseconds. */
  enqueued: number;
  /** The device, as the hub authenticated it. */
  connectionDeviceId: string | undefined;
  messageId: string | undefined;
  /** `Telemetry`, or what else the hub reports (twin changes, connections); undefined when routed from elsewhere. */
  messageSource: string | undefined;
  body: Uint8Array;
}

/** Only telemetry is about readings; the hub's own notices are none of ours. */
export function isTelemetry({ messageSource }: HubEvent): boolean {
  if (messageSource === undefined || messageSource === 'Telemetry') return true;
  return messageSource.toLowerCase() === 'telemetry';
}

const decoder = new TextDecoder();
/** Of a byte order mark in UTF-8, which the decoder takes off. No JSON begins with this byte. */
const firstOfMark = 0xef;

/** Objects and arrays in each other; thousands would use up the stack, and the batch would fail for ever. */
const deepest = 500;

/** The JSON values in a body, and its text when it is a single one. */
export interface Values {
  values: unknown[];
  text?: string;
  /** The bytes of that text. */
  written?: Uint8Array;
}

/** The JSON values in a body: one, or the elements of an array. Nothing is lost: what cannot be read says why. */
export function valuesIn(body: Uint8Array): Values | Refusal {
  if (!isUtf8(body)) return refuse('not-utf8', 'The body is not UTF-8 text.');
  const text = decoder.decode(body); // takes a byte order mark off
  if (text.trim() === '') return refuse('empty', 'The message has no body; expected a JSON object or array.');
  if (isDeep(body, deepest)) {
    return refuse('too-deep', `The body holds objects or arrays in each other, more than ${deepest} deep.`);
  }
  const value = parse(text);
  if (value instanceof SyntaxError) return refuse('not-json', `The body is not JSON: ${value.message}`);
  if (!Array.isArray(value)) {
    const trimmed = text.trim();
    // Neither blanks nor a byte order mark are gone when nothing is shorter.
    return trimmed.length === text.length && body[0] !== firstOfMark
      ? { values: [value], text, written: body }
      : { values: [value], text: trimmed };
  }
  return value.length < itemsPerEvent / 16
    ? { values: value as unknown[] }
    : refuse('too-many-items', `The body has ${value.length} items; at most ${itemsPerEvent / 16 - 1} are allowed.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
