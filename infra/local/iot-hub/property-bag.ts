import { HubError } from './errors';
import type { Message } from './messages';

// MQTT has no properties; IoT Hub writes them into the topic: `$.mid=1&color=red`, each part URI encoded.

type TextField = 'messageId' | 'correlationId' | 'userId' | 'to' | 'contentType' | 'contentEncoding';

const textFields: Record<string, TextField> = {
  '$.mid': 'messageId',
  '$.cid': 'correlationId',
  '$.uid': 'userId',
  '$.to': 'to',
  '$.ct': 'contentType',
  '$.ce': 'contentEncoding',
};

const annotations: Record<string, string> = { '$.sub': 'dt-subject', '$.ifid': 'iothub-interface-id' };

/** The message that a topic's last part and the payload make. */
export function readBag(bag: string, body: Buffer): Message {
  const message: Message = { body, properties: {} };
  const pairs = bag.replace(/^\?/, '').replace(/\/$/, '').split('&').filter(Boolean);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = decoded(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? '' : decoded(pair.slice(at + 1));
    const field = textFields[name];
    if (field) message[field] = value;
    else if (name === '$.ctime') message.creationTime = timeOf(value);
    else if (annotations[name]) message.annotations = { ...message.annotations, [annotations[name]]: value };
    else if (!name.startsWith('$.')) message.properties[name] = value;
  }
  return message;
}

/** The last part of the topic for a message to a device. */
export function writeBag(message: Message, to: string): string {
  const pairs: [string, string | undefined][] = [['$.to', to]];
  for (const [name, field] of Object.entries(textFields)) {
    if (field !== 'to') pairs.push([name, message[field]]);
  }
  pairs.push(['$.exp', message.expires === undefined ? undefined : new Date(message.expires).toISOString()]);
  if (message.ack !== undefined) pairs.push(['iothub-ack', message.ack]);
  pairs.push(...Object.entries(message.properties));
  return pairs
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new HubError('ArgumentInvalid', `"${text}" in a topic is not URI encoded`);
  }
}

function timeOf(text: string): number | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
