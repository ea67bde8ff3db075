import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isOfLoopback } from '../../../shared/domain/loopback';
import type { AdminApi } from './admin-api';
import type { HttpSettings } from './host-json';
import { httpOutput, readBody, splitTarget, toInvocationRequest, writeResponse, writeStatus } from './http-message';
import type { Target } from './http-message';
import { isAllowed } from './keys';
import type { AuthLevel, Keys } from './keys';
import type { InvocationRequest, InvocationResponse } from './rpc';
import type { RouteTable } from './route-table';
import { StartError } from './start-error';
import { createThrottle } from './throttle';

/** One HTTP function as the door needs it. */
export interface HttpTarget {
  authLevel: AuthLevel;
  bindingName: string;
  disabled: boolean;
  invoke(request: InvocationRequest): Promise<InvocationResponse>;
}

export interface HttpDoorOptions {
  settings: HttpSettings;
  routes: RouteTable;
  targets: Map<string, HttpTarget>;
  keys: Keys;
  enableAuth: boolean;
  bodyLimit: number;
  cors: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  admin: AdminApi;
}

export type HttpDoor = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Answers every request as the real host does: home page, admin API, then the functions by route. */
export function createHttpDoor(options: HttpDoorOptions): HttpDoor {
  const { settings, routes, targets, keys, enableAuth, bodyLimit, cors, admin } = options;
  const throttle = createThrottle(settings.maxConcurrentRequests, settings.maxOutstandingRequests);
  const customHeaders = Object.entries(settings.customHeaders);

  async function runFunction(
    target: HttpTarget,
    request: IncomingMessage,
    response: ServerResponse,
    address: Target,
    params: Record<string, string>,
  ): Promise<void> {
    const body = await readBody(request, bodyLimit);
    if (body === 'too-large') return refuseBody(request, response);
    let output: InvocationResponse;
    try {
      output = await target.invoke(toInvocationRequest(request, address, params, body, target.bindingName));
    } catch {
      // The failure is in the log, with its invocation id; the caller learns nothing but the status.
      return writeStatus(response, 500);
    }
    writeResponse(response, httpOutput(output));
  }

  return async (request, response) => {
    for (const [name, value] of customHeaders) response.setHeader(name, value);
    if (!namesHost(request)) return writeStatus(response, 400);
    const address = splitTarget(request.url!);
    if (cors?.(request, response)) return;
    const sentKey = keyOf(request, address.query);
    const isMaster = isAllowed(keys, 'admin', sentKey, '') || (!enableAuth && isOwn(request));
    if (address.path === '/') return writeHomePage(response);
    if (/^\/admin(\/|$)/i.test(address.path)) return admin.answer(request, response, address.path, isMaster);
    const match = routes.match(request.method!, address.path);
    const target = match && targets.get(match.name);
    if (!match || !target) return writeStatus(response, 404);
    if (target.disabled && !(enableAuth && isMaster)) return writeStatus(response, 404);
    if (enableAuth && !isAllowed(keys, target.authLevel, sentKey, match.name)) return writeStatus(response, 401);
    await (throttle.run(() => runFunction(target, request, response, address, match.params)) ??
      writeStatus(response, 429));
  };
}

/** Whether the request names one host, or none; the real server turns all others away before the app hears of them. */
function namesHost({ headersDistinct: { host = [] } }: IncomingMessage): boolean {
  return host.length <= 1 && host.every((name) => URL.canParse(`http://${name}`));
}

/** Whether a request was meant for this machine and no page of elsewhere sent it: others need the master key. */
function isOwn({ url, headers }: IncomingMessage): boolean {
  const { host = null, origin = null } = headers;
  return isOfLoopback({ url: `http://${host ?? 'localhost'}${url}`, host, origin });
}

function keyOf(request: IncomingMessage, query: string): string | undefined {
  const header = request.headers['x-functions-key'];
  if (typeof header === 'string') return header;
  return /(^|&)code=/i.test(query) ? (new URLSearchParams(query).get('code') ?? undefined) : undefined;
}

// The rest of such a body is not read, so the connection cannot be used again.
function refuseBody(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  response.once('finish', () => request.destroy());
  writeStatus(response, 413);
}

function writeHomePage(response: ServerResponse): void {
  if (process.env['AzureWebJobsDisableHomepage']?.toLowerCase() === 'true') return writeStatus(response, 204);
  const page = '<!DOCTYPE html><title>Functions host</title><p>Your Functions app is up and running.</p>\n';
  response.writeHead(200, { 'content-type': 'text/html', 'content-length': Buffer.byteLength(page) });
  response.end(page);
}

export interface Listening {
  port: number;
  /** Stops accepting. Connections end when their answer is out, at the latest when `done` resolves. */
  close(done: Promise<unknown>): Promise<void>;
}

/** Listens on loopback only: 127.0.0.1, and ::1 as well where there is one, because `localhost` may mean either. */
export async function listen(door: HttpDoor, port: number, onError: (error: unknown) => void): Promise<Listening> {
  // The keep-alive time is that of the real server; Node's own 5 s surprises clients that pool connections.
  const create = () =>
    createServer({ keepAliveTimeout: 130_000 }, (request, response) => {
      door(request, response).catch((error: unknown) => {
        // A caller that goes away in the middle of its request is not the app's failure.
        if (!request.destroyed || request.complete) onError(error);
        if (!response.headersSent) writeStatus(response, 500);
      });
    });
  const first = create();
  await bind(first, '127.0.0.1', port);
  const used = (first.address() as AddressInfo).port;
  const second = create();
  const servers = await bind(second, '::1', used).then(
    () => [first, second],
    () => [first],
  );
  return {
    port: used,
    close: async (done) => {
      await Promise.all(servers.map((server) => closeServer(server, done)));
    },
  };
}

async function bind(server: Server, address: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const busy = `Port ${port} is in use; stop what listens there or choose another with --port.`;
      reject(new StartError(error.code === 'EADDRINUSE' ? busy : `Port ${port} cannot be used: ${error.message}`));
    });
    server.listen(port, address, resolve);
  });
}

async function closeServer(server: Server, done: Promise<unknown>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const sweep = setInterval(() => server.closeIdleConnections(), 20);
  server.closeIdleConnections();
  await Promise.race([closed, done.then(() => sleep(200))]);
  clearInterval(sweep);
  server.closeAllConnections();
}
