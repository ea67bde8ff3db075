import type { IncomingMessage, ServerResponse } from 'node:http';
import { HubError } from './errors';

/** A request with its path taken apart; every segment is decoded. */
export interface Request {
  method: string;
  path: string[];
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  token: string;
  body(): Promise<Buffer>;
  json(): Promise<unknown>;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is bytes already. */
  body?: unknown;
}

export type Route = (request: Request) => Promise<Answer> | Answer;

const largestBody = 4 * 1024 * 1024;

/** Serves requests with the route; a HubError becomes the answer the IoT Hub SDKs understand. */
export function serve(route: Route, log: (line: string) => void) {
  return (incoming: IncomingMessage, response: ServerResponse): void => {
    answer(route, incoming)
      .catch((error: unknown) => failure(error, log))
      .then((result) => send(response, result))
      .catch((error: unknown) => {
        log(`An answer could not be sent: ${String(error)}`);
        response.destroy();
      });
  };
}

async function answer(route: Route, incoming: IncomingMessage): Promise<Answer> {
  const url = new URL(incoming.url ?? '/', 'https://hub');
  const body = async () => {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > largestBody) throw new HubError('MessageTooLarge', 'The request is too large');
      parts.push(part);
    }
    return Buffer.concat(parts);
  };
  return route({
    method: incoming.method ?? 'GET',
    path: url.pathname.split('/').filter(Boolean).map(decoded),
    query: url.searchParams,
    headers: incoming.headers,
    token: incoming.headers.authorization ?? '',
    body,
    async json() {
      try {
        return JSON.parse((await body()).toString('utf8')) as unknown;
      } catch (error) {
        if (error instanceof HubError) throw error;
        throw new HubError('ArgumentInvalid', 'The body is no JSON');
      }
    },
  });
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HubError('ArgumentInvalid', `"${segment}" is not URI encoded`);
  }
}

function failure(error: unknown, log: (line: string) => void): Answer {
  if (error instanceof HubError) {
    return {
      status: error.status,
      headers: { 'iothub-errorcode': error.code },
      body: { Message: `ErrorCode:${error.code};${error.message}`, ExceptionMessage: '' },
    };
  }
  log(`A request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return { status: 500, body: { Message: 'ErrorCode:ServerError;the emulator failed; see its output' } };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const type = Buffer.isBuffer(body) ? undefined : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...(bytes && type), ...(bytes && { 'content-length': bytes.length }), ...headers });
  response.end(bytes);
}

/** An ETag or lock token as a header carries it, without its quotes. */
export function unquoted(header: string | undefined): string | undefined {
  return header?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
}
