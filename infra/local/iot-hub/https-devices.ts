import type { Access } from './access';
import type { CloudToDevice } from './cloud-to-device';
import { HubError } from './errors';
import { unquoted } from './http';
import type { Answer, Request, Route } from './http';
import { isObject } from './json';
import type { Delivery, Message } from './messages';
import type { Telemetry } from './telemetry';

interface HttpsDevicesOptions {
  access: Access;
  telemetry: Telemetry;
  commands: CloudToDevice;
}

const batchType = 'application/vnd.microsoft.iothub.json';
const propertyPrefix = 'iothub-app-';

/** Devices that speak HTTPS: they send events and poll for messages. Answers undefined for other paths. */
export function createHttpsDevices({ access, telemetry, commands }: HttpsDevicesOptions) {
  async function send(request: Request, deviceId: string): Promise<Answer> {
    const body = await request.body();
    const messages = request.headers['content-type']?.startsWith(batchType) ? batch(body) : [single(request, body)];
    await Promise.all(messages.map((message) => stored(deviceId, message)));
    return { status: 204 };
  }

  function stored(deviceId: string, message: Message): Promise<void> {
    return new Promise((resolve) => telemetry.accept(deviceId, message, resolve));
  }

  function receive(_request: Request, deviceId: string): Answer {
    const delivery = commands.take(deviceId);
    return delivery ? { status: 200, headers: headersOf(delivery), body: delivery.message.body } : { status: 204 };
  }

  function settle(deviceId: string, token: string | undefined, how: 'complete' | 'reject' | 'abandon'): Answer {
    commands.settle(deviceId, unquoted(token) ?? '', how);
    return { status: 204 };
  }

  function run(request: Request, deviceId: string): ReturnType<Route> | undefined {
    const [, , , box, token, action] = request.path;
    const what = `${request.method} ${box}`;
    if (what === 'POST events' && token === undefined) return send(request, deviceId);
    if (what === 'GET devicebound' && token === undefined) return receive(request, deviceId);
    if (what === 'DELETE devicebound') {
      return settle(deviceId, token, request.query.has('reject') ? 'reject' : 'complete');
    }
    if (what === 'POST devicebound' && action === 'abandon') return settle(deviceId, token, 'abandon');
    return undefined;
  }

  return (request: Request): ReturnType<Route> | undefined => {
    const [root, deviceId, box] = request.path;
    if (root !== 'devices' || deviceId === undefined || box !== 'messages') return undefined;
    access.admitDevice(request.token, deviceId);
    return run(request, deviceId);
  };
}

function single({ headers }: Request, body: Buffer): Message {
  const properties: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(propertyPrefix)) properties[name.slice(propertyPrefix.length)] = String(value);
  }
  const text = (name: string) => (typeof headers[name] === 'string' ? headers[name] : undefined);
  return {
    body,
    messageId: text('iothub-messageid'),
    correlationId: text('iothub-correlationid'),
    userId: text('iothub-userid'),
    contentType: text('iothub-contenttype'),
    contentEncoding: text('iothub-contentencoding'),
    annotations: text('dt-subject') === undefined ? undefined : { 'dt-subject': text('dt-subject')! },
    properties,
  };
}

/** A batch: `[{"body": base64, "properties": {"iothub-app-x": "..."}}, ...]`. */
function batch(body: Buffer): Message[] {
  let items: unknown;
  try {
    items = JSON.parse(body.toString('utf8'));
  } catch {
    items = undefined;
  }
  if (!Array.isArray(items)) throw new HubError('ArgumentInvalid', 'A batch is a JSON array');
  return items.map((item: unknown) => {
    if (!isObject(item) || typeof item['body'] !== 'string')
      throw new HubError('ArgumentInvalid', 'A message has a body');
    const properties: Record<string, string> = {};
    for (const [name, value] of Object.entries(isObject(item['properties']) ? item['properties'] : {})) {
      properties[name.startsWith(propertyPrefix) ? name.slice(propertyPrefix.length) : name] =
        typeof value === 'string' ? value : JSON.stringify(value);
    }
    return { body: Buffer.from(item['body'], 'base64'), properties };
  });
}

function headersOf({ message, lockToken, sequence, enqueued, deliveryCount }: Delivery): Record<string, string> {
  const headers: Record<string, string> = {
    etag: `"${lockToken}"`,
    'iothub-sequencenumber': String(sequence),
    'iothub-enqueuedtime': new Date(enqueued).toISOString(),
    'iothub-deliverycount': String(deliveryCount),
  };
  const optional: [string, string | undefined][] = [
    ['iothub-messageid', message.messageId],
    ['iothub-correlationid', message.correlationId],
    ['iothub-userid', message.userId],
    ['iothub-to', message.to],
    ['iothub-expiry', message.expires === undefined ? undefined : new Date(message.expires).toISOString()],
    ['iothub-contenttype', message.contentType],
    ['iothub-contentencoding', message.contentEncoding],
    ...Object.entries(message.properties).map(([name, value]): [string, string] => [propertyPrefix + name, value]),
  ];
  for (const [name, value] of optional) if (value !== undefined) headers[name] = asHeader(value);
  return headers;
}

/** Headers hold visible ASCII; anything else is percent-encoded rather than refused. */
function asHeader(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value);
}
