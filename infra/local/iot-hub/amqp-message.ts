import { message as codec, types, uuid_to_string } from 'rhea';
import type { Message as RheaMessage } from 'rhea';
import { acknowledgement } from './messages';
import type { Message } from './messages';

/** Our message out of an AMQP one. */
export function fromAmqp(amqp: RheaMessage): Message {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(amqp.application_properties ?? {})) {
    if (name !== 'iothub-ack') properties[name] = asText(value);
  }
  return {
    body: bodyOf(amqp),
    messageId: idText(amqp.message_id),
    correlationId: idText(amqp.correlation_id),
    userId: bytesText(amqp.user_id),
    to: amqp.to,
    contentType: amqp.content_type,
    contentEncoding: amqp.content_encoding,
    creationTime: amqp.creation_time === undefined ? undefined : Number(amqp.creation_time),
    expires: amqp.absolute_expiry_time === undefined ? undefined : Number(amqp.absolute_expiry_time),
    ack: acknowledgement(amqp.application_properties?.['iothub-ack']),
    annotations: deviceAnnotations(amqp),
    properties,
  };
}

/** An AMQP message out of ours, as a device gets it. */
export function toAmqp(message: Message): RheaMessage {
  return {
    message_id: message.messageId,
    correlation_id: message.correlationId,
    to: message.to,
    content_type: message.contentType,
    content_encoding: message.contentEncoding,
    absolute_expiry_time: message.expires === undefined ? undefined : new Date(message.expires),
    application_properties: { ...message.properties, ...(message.ack && { 'iothub-ack': message.ack }) },
    body: data(message.body),
  };
}

/** A body the IoT SDKs can read: they look for a data section. */
export function data(body: Buffer | string): unknown {
  return codec.data_section(Buffer.from(body)) as unknown;
}

/** The bytes of a body, whatever kind of section it came in. */
export function bodyOf({ body }: Pick<RheaMessage, 'body'>): Buffer {
  const content: unknown = isSection(body) ? body.content : body;
  if (Array.isArray(content) && content.every((part) => Buffer.isBuffer(part))) return Buffer.concat(content);
  if (Buffer.isBuffer(content)) return content;
  if (content === undefined || content === null) return Buffer.alloc(0);
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}

function isSection(body: unknown): body is { content: unknown } {
  return typeof body === 'object' && body !== null && 'content' in body && 'typecode' in body;
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** User ids are bytes on the wire, whatever the type says. */
function bytesText(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

/** Ids that look like UUIDs travel as 16 bytes; everybody else knows them as text. */
export function idText(id: unknown): string | undefined {
  if (id === undefined || id === null) return undefined;
  if (Buffer.isBuffer(id)) return id.length === 16 ? uuid_to_string(id) : id.toString('utf8');
  return asText(id);
}

const passedOn = ['dt-subject', 'iothub-interface-id'];

function deviceAnnotations(amqp: RheaMessage): Record<string, string> | undefined {
  const entries = passedOn
    .map((name) => [name, amqp.message_annotations?.[name] as unknown])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** Whole numbers in a map or property need their type named: rhea would guess it from the value. */
export const long = (value: number): unknown => types.wrap_long(value);
export const int = (value: number): unknown => types.wrap_int(value);
export const timestamp = (value: number): unknown => types.wrap_timestamp(value);
