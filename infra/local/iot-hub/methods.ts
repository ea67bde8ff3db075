import type { Connections, DeviceLink } from './connections';
import { HubError } from './errors';
import { isObject } from './json';
import type { Json } from './json';

interface MethodResult {
  status: number;
  payload: Json;
}

/** Direct methods: a back end asks, a connected device answers, and somebody waits. */
export interface Methods {
  invoke(deviceId: string, request: unknown): Promise<MethodResult>;
  /** A device's answer; one that comes too late is dropped. */
  answer(link: DeviceLink, requestId: string, status: number, payload: Buffer): void;
}

interface Call {
  link: DeviceLink;
  settle(result: MethodResult): void;
}

interface Request {
  name: string;
  payload: Buffer;
  connectTimeout: number;
  responseTimeout: number;
}

const largestPayload = 128 * 1024;

export function createMethods(connections: Connections): Methods {
  const calls = new Map<string, Call>();
  let lastId = 0;

  async function invoke(deviceId: string, request: unknown): Promise<MethodResult> {
    const { name, payload, connectTimeout, responseTimeout } = read(request);
    const link = await listening(deviceId, connectTimeout);
    const requestId = (++lastId).toString(16);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        calls.delete(requestId);
        reject(new HubError('GatewayTimeout', `${deviceId} did not answer ${name} in ${responseTimeout} s`));
      }, responseTimeout * 1000).unref();
      calls.set(requestId, {
        link,
        settle(result) {
          clearTimeout(timer);
          calls.delete(requestId);
          resolve(result);
        },
      });
      link.call(requestId, name, payload);
    });
  }

  /** The link that listens to methods, waiting for it as long as the caller wants to. */
  async function listening(deviceId: string, seconds: number): Promise<DeviceLink> {
    const present = () => {
      const link = connections.of(deviceId);
      return link?.interests.has('methods') ? link : undefined;
    };
    const link = present() ?? (seconds > 0 ? await appears(deviceId, seconds, present) : undefined);
    if (!link) throw new HubError('DeviceNotOnline', `${deviceId} is not online, or listens to no methods`);
    return link;
  }

  function appears(deviceId: string, seconds: number, present: () => DeviceLink | undefined) {
    return new Promise<DeviceLink | undefined>((resolve) => {
      const done = (link?: DeviceLink) => {
        clearTimeout(timer);
        stop();
        resolve(link);
      };
      const timer = setTimeout(() => done(), seconds * 1000).unref();
      const stop = connections.whenReady(deviceId, () => {
        const link = present();
        if (link) done(link);
      });
    });
  }

  return {
    invoke,
    answer(link, requestId, status, payload) {
      const call = calls.get(requestId);
      if (call?.link === link) call.settle({ status, payload: decoded(payload) });
    },
  };
}

function read(request: unknown): Request {
  if (!isObject(request) || typeof request['methodName'] !== 'string' || request['methodName'] === '') {
    throw new HubError('ArgumentInvalid', 'methodName is needed');
  }
  const payload = Buffer.from(JSON.stringify(request['payload'] ?? null));
  if (payload.length > largestPayload) {
    throw new HubError('ArgumentInvalid', `The payload is over ${largestPayload} bytes`);
  }
  return {
    name: request['methodName'],
    payload,
    connectTimeout: seconds(request, 'connectTimeoutInSeconds', 0, 0),
    responseTimeout: seconds(request, 'responseTimeoutInSeconds', 30, 5),
  };
}

function seconds(request: Record<string, unknown>, name: string, usual: number, least: number): number {
  const value = request[name] ?? usual;
  if (typeof value !== 'number' || value < least || value > 300) {
    throw new HubError('ArgumentInvalid', `${name} must be between ${least} and 300`);
  }
  return value;
}

/** Devices are asked for JSON; what is none is passed on as text. */
function decoded(payload: Buffer): Json {
  const text = payload.toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
